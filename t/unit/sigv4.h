/* sigv4.h - AWS's published vectors for Signature Version 4
 *
 * Those of its test suite that do not ask for a path to be normalized, which S3
 * never does; requests as they are there, and what comes of signing them.
 */
static const struct vector {
	const char *name, *request, *token, *signature;
	bool body; /* its digest is a header that is signed */
} vectors[] = {
	{ "get-header-key-duplicate",
	    "GET / "
	    "HTTP/"
	    "1.1\nHost:example.amazonaws.com\nMy-Header1:value2\nMy-Header1:"
	    "value2\nMy-Header1:value1\n",
	    NULL,
	    "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
	    false },
	{ "get-header-value-multiline",
	    "GET / HTTP/1.1\nHost:example.amazonaws.com\nMy-Header1:value1\n  "
	    "value2\n     value3\n",
	    NULL,
	    "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd",
	    false },
	{ "get-header-value-order",
	    "GET / "
	    "HTTP/"
	    "1.1\nHost:example.amazonaws.com\nMy-Header1:value4\nMy-Header1:"
	    "value1\nMy-Header1:value3\nMy-Header1:value2\n",
	    NULL,
	    "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
	    false },
	{ "get-header-value-trim",
	    "GET / HTTP/1.1\nHost:example.amazonaws.com\nMy-Header1: "
	    "value1\nMy-Header2: \"a   b   c\"\n",
	    NULL,
	    "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
	    false },
	{ "get-relative-relative-unnormalized",
	    "GET /example1/example2/../.. "
	    "HTTP/1.1\nHost:example.amazonaws.com\n",
	    NULL,
	    "dc33e0856fd4baca4d7aa2146c38958283844764f38c74252a333df5e613003b",
	    false },
	{ "get-relative-unnormalized",
	    "GET /example/.. HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "eca7ead57bb5aa5c8e28007acd4ff04e1ff9a0ff3b237ec1554a184887ff9282",
	    false },
	{ "get-slash-dot-slash-unnormalized",
	    "GET /./ HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "68714168e6557f8f2de0ef956fc24dc2593a4bd2961f8df51898d8a134695145",
	    false },
	{ "get-slash-pointless-dot-unnormalized",
	    "GET /./example HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "beb03f223f7deae4146464f06e29eebbee9c8afbe15c290cf07aa8b119e14cff",
	    false },
	{ "get-slash-unnormalized",
	    "GET // HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "c88bcd3d312d75078c0cd961d6deae3f4c754924b01669efcfcb439fd5e5b76e",
	    false },
	{ "get-slashes-unnormalized",
	    "GET //example// HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5",
	    false },
	{ "get-space-normalized",
	    "GET /example space/ HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
	    false },
	{ "get-space-unnormalized",
	    "GET /example space/ HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
	    false },
	{ "get-unreserved",
	    "GET "
	    "/-._~"
	    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz "
	    "HTTP/1.1\nHost:example.amazonaws.com\n",
	    NULL,
	    "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
	    false },
	{ "get-utf8",
	    "GET /\341\210\264 HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
	    false },
	{ "get-vanilla-empty-query-key",
	    "GET /?Param1=value1 HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
	    false },
	{ "get-vanilla-query-order-encoded",
	    "GET /?Param-3=Value3&Param=Value2&%E1%88%B4=Value1 "
	    "HTTP/1.1\nHost:example.amazonaws.com\n",
	    NULL,
	    "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
	    false },
	{ "get-vanilla-query-order-key-case",
	    "GET /?Param2=value2&Param1=value1 "
	    "HTTP/1.1\nHost:example.amazonaws.com\n",
	    NULL,
	    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
	    false },
	{ "get-vanilla-query-unreserved",
	    "GET "
	    "/?-._~"
	    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._"
	    "~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz "
	    "HTTP/1.1\nHost:example.amazonaws.com\n",
	    NULL,
	    "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
	    false },
	{ "get-vanilla-query", "GET / HTTP/1.1\nHost:example.amazonaws.com\n",
	    NULL,
	    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
	    false },
	{ "get-vanilla-utf8-query",
	    "GET /?\341\210\264=bar HTTP/1.1\nHost:example.amazonaws.com\n",
	    NULL,
	    "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
	    false },
	{ "get-vanilla-with-session-token",
	    "GET / HTTP/1.1\nHost:example.amazonaws.com\n",
	    "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267",
	    "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
	    false },
	{ "get-vanilla", "GET / HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
	    false },
	{ "post-header-key-case",
	    "POST / HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
	    false },
	{ "post-header-key-sort",
	    "POST / HTTP/1.1\nHost:example.amazonaws.com\nMy-Header1:value1\n",
	    NULL,
	    "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
	    false },
	{ "post-header-value-case",
	    "POST / HTTP/1.1\nHost:example.amazonaws.com\nMy-Header1:VALUE1\n",
	    NULL,
	    "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
	    false },
	{ "post-sts-header-after",
	    "POST / HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
	    false },
	{ "post-sts-header-before",
	    "POST / HTTP/1.1\nHost:example.amazonaws.com\n",
	    "AQoDYXdzEPT//////////"
	    "wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXm"
	    "xfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/"
	    "kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXD"
	    "vp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+"
	    "xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+"
	    "scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/"
	    "oLxBA==",
	    "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
	    false },
	{ "post-vanilla-empty-query-value",
	    "POST /?Param1=value1 HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
	    false },
	{ "post-vanilla-query",
	    "POST /?Param1=value1 HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
	    false },
	{ "post-vanilla", "POST / HTTP/1.1\nHost:example.amazonaws.com\n", NULL,
	    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
	    false },
	{ "post-x-www-form-urlencoded-parameters",
	    "POST / HTTP/1.1\nContent-Type:application/x-www-form-urlencoded; "
	    "charset=utf-8\nHost:example.amazonaws.com\nContent-Length:"
	    "13\n\nParam1=value1",
	    NULL,
	    "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422",
	    true },
	{ "post-x-www-form-urlencoded",
	    "POST / "
	    "HTTP/1.1\nContent-Type:application/"
	    "x-www-form-urlencoded\nHost:example.amazonaws.com\nContent-Length:"
	    "13\n\nParam1=value1",
	    NULL,
	    "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
	    true },
};
