/* AWS's vectors; where a bucket is; ids of objects, of any bytes, and back. */
#include "s3.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "blake.h"
#include "hex.h"
#include "prog.h"
#include "sigv4.h"

#define MAX 16

struct request {
	char *text, *path, *body;
	struct ct_pair header[MAX], query[MAX];
	size_t nheaders, nquery;
	struct ct_sigv4 s;
	char digest[65];
	char *coded;
};

static void
split_query(struct request *r, char *query)
{
	char *p, *eq;

	for (p = strtok(query, "&"); p; p = strtok(NULL, "&")) {
		eq = strchr(p, '=');
		*eq++ = '\0';
		p[ct_s3_unescape(p, strlen(p), true)] = '\0';
		eq[ct_s3_unescape(eq, strlen(eq), true)] = '\0';
		r->query[r->nquery++] = (struct ct_pair){ p, eq };
	}
}

static void
split(struct request *r, const char *text)
{
	char *line, *next, *q;

	r->text = ct_strdup(text);
	r->body = strstr(r->text, "\n\n");
	if (r->body) {
		*r->body = '\0';
		r->body += 2;
	}
	line = strchr(r->text, '\n');
	*line++ = '\0';
	*strstr(r->text, " HTTP/") = '\0';
	r->path = strchr(r->text, ' ');
	*r->path++ = '\0';
	for (; line && *line; line = next) {
		/* a line that begins with a blank goes on */
		for (next = line; (next = strchr(next, '\n')) && next[1] == ' ';
		     next++)
			;
		if (next)
			*next++ = '\0';
		q = strchr(line, ':');
		*q = '\0';
		r->header[r->nheaders++] = (struct ct_pair){ line, q + 1 };
	}
	if ((q = strchr(r->path, '?'))) {
		*q++ = '\0';
		split_query(r, q);
	}
}

/* The signature; the digest of the body is signed as a header if that is said.
 */
static char *
signature(struct request *r, const char *token, bool body)
{
	uint8_t sum[32];
	char *path = ct_alloc(3 * strlen(r->path) + 1, 1), *all, *sig;

	ct_blake_sha256(
	    r->body ? r->body : "", r->body ? strlen(r->body) : 0, sum);
	ct_hex(sum, sizeof sum, r->digest);
	(void)ct_s3_escape(r->path, strlen(r->path), true, path);
	r->coded = ct_s3_query(r->query, r->nquery);
	r->header[r->nheaders++] = (struct ct_pair){ "X-Amz-Date", r->s.date };
	if (body)
		r->header[r->nheaders++] =
		    (struct ct_pair){ "x-amz-content-sha256", r->digest };
	if (token)
		r->header[r->nheaders++] =
		    (struct ct_pair){ "x-amz-security-token", token };
	r->s.method = r->text;
	r->s.path = path;
	r->s.query = r->coded;
	r->s.header = r->header;
	r->s.nheaders = r->nheaders;
	r->s.payload = r->digest;
	all = ct_sigv4(&r->s);
	sig = ct_strdup(strstr(all, "Signature=") + 10);
	free(all);
	free(path);
	free(r->coded);
	free(r->text);
	return sig;
}

static void
suite(void)
{
	struct request r;
	size_t i;
	char *sig;

	for (i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		r = (struct request){ .s = { .date = "20150830T123600Z",
					  .region = "us-east-1",
					  .service = "service",
					  .access_key = "AKIDEXAMPLE",
					  .secret_key =
					      "wJalrXUtnFEMI/K7MDENG+"
					      "bPxRfiCYEXAMPLEKEY" } };
		split(&r, vectors[i].request);
		sig = signature(&r, vectors[i].token, vectors[i].body);
		ok(strcmp(sig, vectors[i].signature) == 0, "%s",
		    vectors[i].name);
		free(sig);
	}
}

/* The examples of the documentation of S3. */
static void
documentation(void)
{
	static const struct {
		const char *request, *signature;
	} s3[] = {
		{ "GET /test.txt HTTP/1.1\nHost: examplebucket.s3.amazonaws.com"
		  "\nRange: bytes=0-9",
		    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c603"
		    "6bdb41" },
		{ "PUT /test$file.text HTTP/1.1\nHost: examplebucket.s3."
		  "amazonaws.com\nDate: Fri, 24 May 2013 00:00:00 GMT\n"
		  "x-amz-storage-class: REDUCED_REDUNDANCY\n\n"
		  "Welcome to Amazon S3.",
		    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ec"
		    "e108bd" },
		{ "GET /?lifecycle= HTTP/1.1\nHost: examplebucket.s3.amazonaws."
		  "com",
		    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136"
		    "783543" },
		{ "GET /?prefix=J&max-keys=2 HTTP/1.1\nHost: examplebucket.s3."
		  "amazonaws.com",
		    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef6"
		    "9dc6f7" },
	};
	struct request r;
	size_t i;
	char *sig;

	for (i = 0; i < sizeof s3 / sizeof s3[0]; i++) {
		r = (struct request){
			.s = { .date = "20130524T000000Z",
			    .region = "us-east-1",
			    .service = "s3",
			    .access_key = "AKIAIOSFODNN7EXAMPLE",
			    .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPL"
					  "EKEY" }
		};
		split(&r, s3[i].request);
		sig = signature(&r, NULL, true);
		ok(strcmp(sig, s3[i].signature) == 0,
		    "example %zu of the documentation of S3", i + 1);
		free(sig);
	}
}

static void
ids(void)
{
	static const struct {
		const char *key;
		size_t len;
		const char *id;
	} k[] = {
		{ "u42/a b.jpg", 11, "s3://media/u42/a b.jpg" },
		{ "../x", 4, "s3://media/../x" },
		{ "//", 2, "s3://media///" },
		{ "50%+", 4, "s3://media/50%+" },
		{ "\n\x01", 2, "s3://media/\n\x01" },
		{ "\xc3\xbc", 2, "s3://media/\xc3\xbc" },
		{ "a\xff%+b", 5, "s3://media%/a%FF%25+b" },
		{ "\xc3\xbc\xc3", 3, "s3://media%/\xc3\xbc%C3" },
		{ "a\0b", 3, "s3://media%/a%00b" },
		{ "\xed\xa0\x80", 3, "s3://media%/%ED%A0%80" },
		{ "\xc0\xaf", 2, "s3://media%/%C0%AF" },
		{ "\xf4\x90\x80\x80", 4, "s3://media%/%F4%90%80%80" },
	};
	static const char *const bad[] = { "s3://", "s3:///k", "s3://%/k",
		"s3://a%/%zz", "s3://a%b/k" };
	static const char *const none[] = { "/srv/a.jpg", "s3:/a/k", "S3://a/k",
		"https://a/k", "" };
	struct ct_key key;
	struct ct_err err;
	size_t i;
	char *id;

	for (i = 0; i < sizeof k / sizeof k[0]; i++) {
		id = ct_key_id(false, "media", k[i].key, k[i].len);
		ok(strcmp(id, k[i].id) == 0, "the id of key %zu", i);
		ok(ct_key_parse(&key, id, strlen(id), &err) == 0 &&
			!key.azure && strcmp(key.name, "media") == 0 &&
			key.len == k[i].len &&
			memcmp(key.key, k[i].key, key.len) == 0,
		    "  and back");
		ct_key_free(&key);
		free(id);
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ok(ct_key_parse(&key, bad[i], strlen(bad[i]), &err) ==
			CT_DATAERR,
		    "'%s' is malformed", bad[i]);
		ct_key_free(&key);
	}
	for (i = 0; i < sizeof none / sizeof none[0]; i++)
		ok(ct_key_parse(&key, none[i], strlen(none[i]), &err) == CT_NO,
		    "'%s' is none of ours", none[i]);
	ok(ct_key_parse(&key, "az://pics", 9, &err) == 0 && key.azure &&
		key.len == 0,
	    "a bucket alone");
	ct_key_free(&key);
}

static const char conf_text[] = "[bucket a]\nregion = eu-west-1\ncredential = "
				"./cred\n"
				"[bucket dots]\nbucket = a.b\n"
				"credential = ./cred\n"
				"[bucket swift]\nbucket = pics\ncredential = "
				"./cred\n"
				"endpoint = http://127.0.0.1:8080/x/\n"
				"[bucket port]\nstyle = virtual\n"
				"endpoint = https://s3.example:443\n"
				"credential = ./token\n"
				"[bucket az]\ntype = azure\nbucket = pics\n"
				"endpoint = https://me.blob.example\n"
				"credential = ./sas\n"
				"[bucket plain]\nendpoint = http://s3.example\n"
				"credential = ./cred\n"
				"[bucket open]\ncredential = ./open\n"
				"[bucket both]\ncredential = ./cred\nprofile = "
				"p\n"
				"[bucket p]\nprofile = p\n"
				"[bucket q]\nprofile = q\n";

static void
put(const char *name, int mode, const char *text)
{
	FILE *f = fopen(name, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0 ||
	    chmod(name, (mode_t)mode) != 0)
		ct_die(CT_IOERR, "cannot write");
}

static const char *
url_of(const struct ct_conf *conf, bool azure, const char *name)
{
	static char text[512];
	const struct ct_pair q[] = { { "b", "x y" }, { "a", "" } };
	struct ct_bucket *b;
	struct ct_signed s;
	struct ct_err err = { 0 };

	if (ct_bucket_load(&b, conf, azure, name, &err)) {
		(void)snprintf(text, sizeof text, "%d", err.code);
		return text;
	}
	ct_bucket_sign(b, "GET", "k/../\xc3\xbc+", 8, q, 2, 1445412480000, &s);
	(void)snprintf(text, sizeof text, "%s %s%s", s.url, b->host,
	    s.header[3] ? " token" : "");
	ct_signed_free(&s);
	ct_bucket_free(b);
	return text;
}

static void
buckets(void)
{
	static const struct {
		const char *name, *url;
		bool azure;
	} t[] = {
		{ "a",
		    "https://a.s3.eu-west-1.amazonaws.com/k/../%C3%BC%2B?a=&b="
		    "x%20y a.s3.eu-west-1.amazonaws.com",
		    false },
		{ "dots",
		    "https://s3.us-east-1.amazonaws.com/a.b/k/../"
		    "%C3%BC%2B?a=&b=x%20y s3.us-east-1.amazonaws.com",
		    false },
		{ "swift",
		    "http://127.0.0.1:8080/x/pics/k/../%C3%BC%2B?a=&b=x%20y "
		    "127.0.0.1:8080",
		    false },
		{ "port",
		    "https://port.s3.example/k/../%C3%BC%2B?a=&b=x%20y "
		    "port.s3.example token",
		    false },
		{ "az",
		    "https://me.blob.example/pics/k/../%C3%BC%2B?a=&b=x%20y&sv="
		    "1&sig=x%3D me.blob.example",
		    true },
		{ "az", "78", false },
		{ "a", "78", true },
		{ "plain", "78", false },
		{ "open", "77", false },
		{ "both", "78", false },
		{ "p",
		    "https://p.s3.us-east-1.amazonaws.com/k/../%C3%BC%2B?a=&b="
		    "x%20y p.s3.us-east-1.amazonaws.com token",
		    false },
		{ "q", "78", false },
		{ "-x", "78", false },
		{ "none",
		    "https://none.s3.us-east-1.amazonaws.com/k/../"
		    "%C3%BC%2B?a=&b=x%20y none.s3.us-east-1.amazonaws.com",
		    false },
	};
	char dir[] = "/tmp/ct-s3-XXXXXX";
	struct ct_conf *conf;
	struct ct_err err = { 0 };
	const char *url;
	size_t i;

	if (!mkdtemp(dir) || chdir(dir) != 0)
		ct_die(CT_OSERR, "no directory");
	put("cred", 0600, "access_key = AK\nsecret_key = SK\n");
	put("open", 0644, "access_key = AK\nsecret_key = SK\n");
	put("token", 0600,
	    "access_key = AK\nsecret_key = SK\nsession_token = T\n");
	put("sas", 0600, "sas = ?sv=1&sig=x%3D\n");
	put("aws", 0600,
	    "; of AWS's programs\n[default]\naws_access_key_id = D\n"
	    "aws_secret_access_key = S\n[p]\naws_access_key_id=D\n"
	    "aws_secret_access_key=S\naws_session_token=T\nregion = x\n");
	(void)setenv("AWS_SHARED_CREDENTIALS_FILE", "./aws", 1);
	(void)unsetenv("AWS_PROFILE");
	ok(ct_conf_parse(&conf, "test", conf_text, &err) == 0, "read");
	for (i = 0; i < sizeof t / sizeof t[0]; i++) {
		url = url_of(conf, t[i].azure, t[i].name);
		ok(strcmp(url, t[i].url) == 0, "bucket %s: %s", t[i].name, url);
	}
	ct_conf_free(conf);
	(void)unlink("cred");
	(void)unlink("open");
	(void)unlink("token");
	(void)unlink("sas");
	(void)unlink("aws");
	(void)rmdir(dir);
}

static void
answers(void)
{
	static const struct {
		long status;
		const char *body, *region;
		int code;
		const char *msg;
	} t[] = {
		{ 403, "<Error><Code>SignatureDoesNotMatch</Code></Error>",
		    NULL, CT_NOPERM, "bucket 'm': the secret key is wrong" },
		{ 400, "<Error><Code>ExpiredToken</Code></Error>", NULL,
		    CT_NOPERM, "bucket 'm': the credentials have expired" },
		{ 403, "<Error><Code>RequestTimeTooSkewed</Code></Error>", NULL,
		    CT_TEMPFAIL,
		    "bucket 'm': its clock and ours are over 15 minutes "
		    "apart" },
		{ 400,
		    "<Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1"
		    "</Region>",
		    NULL, CT_CONFIG,
		    "bucket 'm': wrong region: it is in 'eu-west-1'" },
		{ 301, "", "ap-south-1", CT_CONFIG,
		    "bucket 'm': wrong region: it is in 'ap-south-1'" },
		{ 301, "", "<b>", CT_CONFIG,
		    "bucket 'm' answers with status 301" },
		{ 503, "<html>", NULL, CT_TEMPFAIL,
		    "bucket 'm' answers with status 503" },
		{ 503, "<Code>SlowDown</Code>", NULL, CT_TEMPFAIL,
		    "bucket 'm': it wants fewer requests" },
		{ 404, "<Code>NoSuchBucket</Code>", NULL, CT_NOINPUT,
		    "bucket 'm': there is no such bucket" },
		{ 404, "<Code>unknown words", NULL, CT_NOINPUT,
		    "bucket 'm' answers with status 404" },
		{ 418, "", NULL, CT_PROTOCOL,
		    "bucket 'm' answers with status 418" },
	};
	char name[] = "m", region[] = "us-east-1";
	struct ct_bucket b = { .name = name, .region = region };
	struct ct_err err;
	size_t i;

	for (i = 0; i < sizeof t / sizeof t[0]; i++)
		ok(ct_bucket_judge(&b, t[i].status, t[i].body,
		       strlen(t[i].body), t[i].region, &err) == t[i].code &&
			strcmp(err.msg, t[i].msg) == 0,
		    "%ld: %s", t[i].status, err.msg);
}

int
main(void)
{
	ct_prog = "s3";
	suite();
	documentation();
	ids();
	buckets();
	answers();
	done();
}
