/* s3_bucket.c - where a bucket is: [bucket NAME] of the configuration */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http.h"
#include "prog.h"
#include "s3_impl.h"

static const char *const known[] = { "type", "bucket", "endpoint", "region",
	"style", "credential", "profile", NULL };

/* Only letters, digits and these, and a letter or digit first? */
static bool
word(const char *text, const char *more)
{
	const char *p;

	for (p = text; *p; p++)
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= 'A' && *p <= 'Z') &&
		    !(*p >= '0' && *p <= '9') &&
		    (p == text || !strchr(more, *p)))
			return false;
	return p > text;
}

static const char *
get(const struct ct_conf *conf, const struct ct_bucket *b, const char *key)
{
	const char *text = ct_conf_get(conf, "bucket", b->name, key);

	return text && *text ? text : NULL;
}

static int
bad(const struct ct_bucket *b, const char *key, const char *want,
    struct ct_err *err)
{
	return ct_fail(
	    err, CT_CONFIG, "[bucket %s]: %s: want %s", b->name, key, want);
}

/* scheme://host[:port][/path]: the host as curl sends it, without the port that
 * the scheme has anyway; with virtual the bucket's name before it. */
static int
place(struct ct_bucket *b, const char *endpoint, struct ct_err *err)
{
	const char *host = strstr(endpoint, "://"), *path, *usual;
	size_t len, n;

	if (!host || strpbrk(endpoint, "?#@\\ \t") ||
	    strlen(endpoint) > CT_ENDPOINT_MAX)
		return bad(b, "endpoint", "https://host", err);
	host += 3;
	path = host + strcspn(host, "/");
	len = (size_t)(path - host);
	usual = strncasecmp(endpoint, "https:", 6) == 0 ? ":443" : ":80";
	n = strlen(usual);
	if (len > n && memcmp(path - n, usual, n) == 0)
		len -= n;
	n = strlen(path);
	while (n && path[n - 1] == '/')
		n--;
	b->host = ct_printf("%s%s%.*s", b->virtual ? b->bucket : "",
	    b->virtual ? "." : "", (int)len, host);
	b->endpoint = ct_printf("%.*s%s%.*s", (int)(host - endpoint), endpoint,
	    b->host, (int)n, path);
	if (ct_http_allowed(b->endpoint, err))
		return bad(b, "endpoint",
		    "https (http is for 127.0.0.1 and [::1] only)", err);
	return 0;
}

static int
aws(struct ct_bucket *b, const struct ct_conf *conf, struct ct_err *err)
{
	const char *endpoint = get(conf, b, "endpoint"),
		   *style = get(conf, b, "style"),
		   *region = get(conf, b, "region");
	char *usual;
	int rc;

	b->region = ct_strdup(region ? region : "us-east-1");
	if (!word(b->region, "-"))
		return bad(b, "region", "one such as us-east-1", err);
	if (style && strcmp(style, "path") != 0 &&
	    strcmp(style, "virtual") != 0)
		return bad(b, "style", "path or virtual", err);
	/* no certificate is for a name with a dot before AWS's */
	b->virtual = style ? strcmp(style, "virtual") == 0
			   : !endpoint && !strchr(b->bucket, '.');
	if (endpoint)
		return place(b, endpoint, err);
	usual = ct_printf("https://s3.%s.amazonaws.com%s", b->region,
	    strncmp(b->region, "cn-", 3) == 0 ? ".cn" : "");
	rc = place(b, usual, err);
	free(usual);
	return rc;
}

static int
azure(struct ct_bucket *b, const struct ct_conf *conf, struct ct_err *err)
{
	const char *endpoint = get(conf, b, "endpoint");

	if (get(conf, b, "style") || get(conf, b, "region") ||
	    get(conf, b, "profile"))
		return ct_fail(err, CT_CONFIG,
		    "[bucket %s]: style, region and profile are not for azure",
		    b->name);
	if (!endpoint || !get(conf, b, "credential"))
		return ct_fail(err, CT_CONFIG,
		    "[bucket %s]: of azure, want endpoint and credential",
		    b->name);
	return place(b, endpoint, err);
}

/* Is there a section of it? */
static bool
told(const struct ct_bucket *b, const struct ct_conf *conf)
{
	const char *name;
	size_t i = 0;

	while ((name = ct_conf_name(conf, "bucket", i)) &&
	    strcmp(name, b->name) != 0)
		i++;
	return name;
}

static int
load(struct ct_bucket *b, const struct ct_conf *conf, struct ct_err *err)
{
	const char *type, *real;
	struct ct_err why;
	int rc;

	if (!word(b->name, "-._"))
		return ct_fail(err, CT_CONFIG,
		    "the name of a bucket is of letters, digits, '-', '.' and "
		    "'_'");
	if (ct_conf_known(conf, "bucket", known, err))
		return err->code;
	type = get(conf, b, "type");
	type = type ? type : "s3";
	if (strcmp(type, "s3") != 0 && strcmp(type, "azure") != 0)
		return bad(b, "type", "s3 or azure", err);
	if ((strcmp(type, "azure") == 0) != b->azure)
		return ct_fail(err, CT_CONFIG,
		    "there is no [bucket %s] with type = %s", b->name,
		    b->azure ? "azure" : "s3");
	real = get(conf, b, "bucket");
	b->bucket = ct_strdup(real ? real : b->name);
	if (!word(b->bucket, "-._$"))
		return bad(b, "bucket", "the name of a bucket", err);
	rc = b->azure ? azure(b, conf, err) : aws(b, conf, err);
	if (!rc)
		rc = s3_secrets(b, get(conf, b, "credential"),
		    get(conf, b, "profile"), err);
	if (!rc || told(b, conf))
		return rc;
	why = *err;
	return ct_fail(err, rc, "there is no [bucket %s], and at AWS: %s",
	    b->name, why.msg);
}

int
ct_bucket_load(struct ct_bucket **bucket, const struct ct_conf *conf, bool az,
    const char *name, struct ct_err *err)
{
	struct ct_bucket *b = *bucket = ct_alloc(1, sizeof *b);

	b->azure = az;
	b->name = ct_strdup(name);
	if (!load(b, conf, err))
		return 0;
	ct_bucket_free(b);
	*bucket = NULL;
	return err->code;
}

void
ct_bucket_free(struct ct_bucket *b)
{
	char **secret[4], **s;
	size_t i;

	if (!b)
		return;
	secret[0] = &b->access_key;
	secret[1] = &b->secret_key;
	secret[2] = &b->session_token;
	secret[3] = &b->sas;
	for (i = 0; i < 4; i++) {
		s = secret[i];
		if (*s)
			explicit_bzero(*s, strlen(*s));
		free(*s);
	}
	free(b->name);
	free(b->bucket);
	free(b->endpoint);
	free(b->host);
	free(b->region);
	free(b);
}
