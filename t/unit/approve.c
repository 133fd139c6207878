/* Two people: which approvals of a request count, and which spoil it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"
#include "vault.h"

static char dir[] = "/tmp/ct-approve-XXXXXX";
static struct ct_conf *conf;
static struct ct_signet *key[4];

static json_t *
fresh(void)
{
	return json_pack("{s:s, s:{s:s, s:s, s:[s, s]}}", "id", "request:R1",
	    "request", "id", "R1", "verb", "destroy", "objects", "a", "b");
}

/* A request approved by these officers, one letter each. */
static json_t *
approved(const char *by)
{
	json_t *rec = fresh();
	char name[2] = { 0 };
	struct ct_err err;

	for (; *by; by++) {
		*name = *by;
		if (ct_vault_approve(
			NULL, rec, conf, name, key[*by - 'a'], &err))
			abort();
	}
	return rec;
}

static int
says(json_t *rec, const char *verb)
{
	struct ct_err err = { 0 };
	int rc = ct_vault_approved(rec, conf, verb, &err);

	if (rc && (rc != err.code || !*err.msg))
		rc = -1;
	json_decref(rec);
	return rc;
}

static int
approve(json_t *rec, const char *by, int with)
{
	struct ct_err err = { 0 };

	return ct_vault_approve(NULL, rec, conf, by, key[with], &err);
}

static void
set_up(void)
{
	static const char text[] = "[officer a]\npublic_key = a.pub\n"
				   "[officer b]\npublic_key = b.pub\n"
				   "[officer c]\npublic_key = c.pub\n"
				   "[officer twin]\npublic_key = a.pub\n";
	static const char *const name[] = { "a", "b", "c", "d" };
	struct ct_err err;
	char path[8];

	if (!mkdtemp(dir) || chdir(dir) < 0 ||
	    ct_conf_parse(&conf, "test", text, &err))
		abort();
	for (int i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof path, "%s.key", name[i]);
		if (ct_signet_keygen(name[i], &err) ||
		    ct_signet_read(&key[i], path, &err))
			abort();
	}
}

static void
tear_down(void)
{
	char away[64];

	for (int i = 0; i < 4; i++)
		ct_signet_free(key[i]);
	ct_conf_free(conf);
	(void)snprintf(away, sizeof away, "rm -rf %s", dir);
	ok(chdir("/") == 0 && system(away) == 0, "tidied up");
}

/* What two approvals are worth when something else is changed. */
static void
changes(void)
{
	json_t *rec = approved("ab");

	json_object_set_new(
	    json_object_get(rec, "request"), "ref", json_string("x"));
	ok(says(rec, "destroy") == CT_NOPERM, "a member more");
	rec = approved("ab");
	json_array_append_new(
	    json_object_get(json_object_get(rec, "request"), "objects"),
	    json_string("c"));
	ok(says(rec, "destroy") == CT_NOPERM, "an object more");
	rec = approved("ab");
	json_object_set_new(
	    json_object_get(rec, "request"), "verb", json_string("export"));
	ok(says(rec, "export") == CT_NOPERM, "another verb");
	rec = approved("ab");
	json_object_set_new(rec, "id", json_string("x"));
	ok(says(rec, "destroy") == 0, "what is outside of it may change");
	rec = approved("ab");
	json_object_set_new(json_array_get(json_object_get(rec, "approval"), 1),
	    "by", json_string("c"));
	ok(says(rec, "destroy") == CT_NOPERM, "in the name of another");
	rec = approved("ab");
	json_object_set_new(json_array_get(json_object_get(rec, "approval"), 1),
	    "by", json_string("stranger"));
	ok(says(rec, "destroy") == CT_NOPERM, "of somebody unknown");
	rec = approved("ab");
	json_object_del(
	    json_array_get(json_object_get(rec, "approval"), 1), "signature");
	ok(says(rec, "destroy") == CT_NOPERM, "without a signature");
	rec = approved("ab");
	json_array_append(json_object_get(rec, "approval"),
	    json_array_get(json_object_get(rec, "approval"), 0));
	ok(says(rec, "destroy") == CT_NOPERM, "one of them once more");
	rec = approved("ab");
	json_object_set_new(rec, "approval", json_string("yes"));
	ok(says(rec, "destroy") == CT_DATAERR, "a word for a list");
	rec = approved("ab");
	json_object_del(rec, "request");
	ok(says(rec, "destroy") == CT_NOPERM, "no request");
}

int
main(void)
{
	json_t *rec;

	set_up();
	ok(says(approved(""), "destroy") == CT_NOPERM, "nobody");
	ok(says(approved("a"), "destroy") == CT_NOPERM, "one person");
	ok(says(approved("ab"), "destroy") == 0, "two people");
	ok(says(approved("cba"), "destroy") == 0, "three");
	ok(says(approved("ab"), "export") == CT_NOPERM, "but for another verb");
	changes();
	rec = approved("a");
	ok(approve(rec, "a", 0) == CT_NOPERM, "not the same one again");
	ok(approve(rec, "twin", 0) == CT_NOPERM, "nor under another name");
	ok(approve(rec, "b", 0) == CT_NOPERM, "nor for another");
	ok(approve(rec, "d", 3) == CT_NOPERM, "nor one who is no officer");
	ok(json_array_size(json_object_get(rec, "approval")) == 1,
	    "and nothing is added then");
	json_object_set_new(
	    json_object_get(rec, "request"), "ref", json_string("x"));
	ok(approve(rec, "b", 1) == CT_NOPERM, "nor on top of what is changed");
	json_decref(rec);
	rec = json_object();
	ok(approve(rec, "a", 0) == CT_NO, "another record");
	json_decref(rec);
	tear_down();
	done();
}
