/* Published vectors: RFC 1321, FIPS 180-2; in pieces as in one. */
#include "digest.h"

#include <string.h>

#include "hex.h"
#include "prog.h"

#include "../tap.h"

static const struct {
	const char *text, *md5, *sha1, *sha256;
} vector[] = {
	{ "", "d41d8cd98f00b204e9800998ecf8427e",
	    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	    "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855" },
	{ "abc", "900150983cd24fb0d6963f7d28e17f72",
	    "a9993e364706816aba3e25717850c26c9cd0d89d",
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "8215ef0796a20bcaaae116d3876c664a",
	    "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
	    "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1" },
};

static int
same(const char *hex, const uint8_t *bytes, size_t len)
{
	char text[65];

	ct_hex(bytes, len, text);
	return strcmp(text, hex) == 0;
}

int
main(void)
{
	static uint8_t million[1000000];
	struct ct_digest d = { 0 };
	struct ct_digests got;
	struct ct_err err = { 0 };
	size_t i, k, len;

	for (i = 0; i < 3; i++) {
		len = strlen(vector[i].text);
		ok(ct_digest_start(&d, &err) == 0, "start");
		for (k = 0; k < len; k++)
			(void)ct_digest_add(&d, vector[i].text + k, 1, &err);
		ok(ct_digest_end(&d, &got, &err) == 0, "end");
		ok(same(vector[i].md5, got.md5, sizeof got.md5), "MD5");
		ok(same(vector[i].sha1, got.sha1, sizeof got.sha1), "SHA-1");
		ok(same(vector[i].sha256, got.sha256, sizeof got.sha256),
		    "SHA-256");
	}
	memset(million, 'a', sizeof million);
	if (ct_digest_start(&d, &err) ||
	    ct_digest_add(&d, million, sizeof million, &err) ||
	    ct_digest_end(&d, &got, &err))
		ct_die_err(&err);
	ok(same("34aa973cd4c4daa4f61eeb2bdbad27316534016f", got.sha1,
	       sizeof got.sha1),
	    "a million times a");
	ct_digest_free(&d);
	ct_digest_free(&d);
	ok(d.ctx[0] == NULL, "freed twice");
	done();
}
