/* At the turn of a month a run that goes on seals to the next key. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "file.h"
#include "preserve_impl.h"
#include "vault_keys.h"

static char dir[] = "/tmp/ct-month-XXXXXX";

static void
set_up(void)
{
	static const char text[] = "[vault]\nroot = root.pub\nkeys = k\n";
	struct ct_err err;
	struct ct_signet *root;
	struct ct_vault_new new = { "k/m", "2026-12", 2, NULL, 0, 0 };

	if (!mkdtemp(dir) || chdir(dir) < 0 || mkdir("k", 0700) < 0 ||
	    ct_signet_keygen("root", &err) ||
	    ct_signet_read(&root, "root.key", &err))
		abort();
	new.root = root;
	if (ct_vault_keygen_new(&new, &err) ||
	    ct_file_create("ct.conf", 0600, text, strlen(text), &err))
		abort();
	ct_signet_free(root);
}

static int
is(const char *month, long n, const char *want)
{
	char later[CT_VAULT_MONTH];

	return vault_month_add(month, n, later) == 0
	    ? want && strcmp(later, want) == 0
	    : !want;
}

static void
adding(void)
{
	ok(is("2026-12", 0, "2026-12"), "no month more");
	ok(is("2026-12", 1, "2027-01"), "over the year's end");
	ok(is("2026-01", 23, "2027-12"), "many");
	ok(is("1970-01", 1, "1970-02"), "from the first");
	ok(is("9999-11", 1, "9999-12"), "to the last");
	ok(is("9999-12", 1, NULL), "not beyond");
	ok(is("2026-13", 0, NULL) && is("2026-1", 0, NULL) &&
		is("2026-12-", 0, NULL) && is("", 0, NULL) &&
		is("+026-12", 0, NULL),
	    "what is no month");
}

/* Ask at this time: the month of the key, or "" if there is none. */
static const char *
asked(struct preserve_pub *pub, const char *clock)
{
	static const struct ct_preserve p = { .conf = "ct.conf" };

	if (setenv("CT_CLOCK", clock, 1) < 0)
		abort();
	return preserve_pub(pub, &p) ? "" : pub->pub.month;
}

int
main(void)
{
	struct preserve_pub pub = { 0 };
	uint8_t december[32];
	char away[64];

	set_up();
	adding();
	ok(strcmp(asked(&pub, "2026-12-31T23:59:59Z"), "2026-12") == 0,
	    "the last second");
	memcpy(december, pub.pub.key, sizeof december);
	ok(unlink("k/m-2026-12.pub") == 0 &&
		strcmp(asked(&pub, "2026-12-31T23:59:59.999Z"), "2026-12") == 0,
	    "the key is looked up once");
	ok(strcmp(asked(&pub, "2027-01-01T00:00:00Z"), "2027-01") == 0,
	    "the next second");
	ok(memcmp(december, pub.pub.key, sizeof december) != 0, "another key");
	ok(strcmp(asked(&pub, "2027-02-01T00:00:00Z"), "") == 0 &&
		pub.rc == CT_NOPERM && *pub.err.msg,
	    "then none");
	ok(strcmp(asked(&pub, "2027-01-31T00:00:00Z"), "2027-01") == 0 &&
		pub.rc == 0,
	    "and a clock that was put right has one");
	(void)snprintf(away, sizeof away, "rm -rf %s", dir);
	ok(chdir("/") == 0 && system(away) == 0, "tidied up");
	done();
}
