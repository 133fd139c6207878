/* preserve_show.c - what is held, and is it whole: verify, find, open */
#include <sys/stat.h>
#include <unistd.h>

#include "preserve_impl.h"
#include "prog.h"

int
preserve_verify(const struct ct_preserve *p)
{
	struct ct_vault_key *key[CT_VAULT_KEYS_MAX];
	struct ct_out out = { .fd = STDOUT_FILENO };
	struct ct_tally tally = { 0 };
	struct ct_vault *vault;
	struct ct_err err = { 0 };
	int rc;

	preserve_must(ct_vault_keys_read(key, p->key, p->nkeys, &err), &err);
	vault = preserve_look(p);
	rc = ct_vault_verify(vault, key, p->nkeys, &out, &tally, &err);
	rc = preserve_shown(&out, rc, &err);
	ct_tally_end(&tally, out.n, out.n, p->quiet);
	ct_vault_keys_free(key, p->nkeys);
	ct_vault_leave(vault);
	return rc;
}

int
preserve_find(const struct ct_preserve *p)
{
	struct ct_vault_find find = { p->user, p->report, p->object, p->file,
		p->hold, p->staged, p->destroyed, p->due };
	struct ct_out out = { .fd = STDOUT_FILENO };
	struct ct_vault *vault;
	struct ct_err err = { 0 };
	int rc;

	vault = preserve_look(p);
	rc =
	    preserve_shown(&out, ct_vault_find(vault, &find, &out, &err), &err);
	ct_vault_leave(vault);
	return rc;
}

/* An export: a directory, opened as a whole. */
static int
open_export(const struct ct_preserve *p)
{
	struct ct_vault_key *key[CT_VAULT_KEYS_MAX];
	struct ct_err err = { 0 };
	int rc;

	if (!p->output)
		ct_die(CT_USAGE,
		    "open: --output is missing: an export is opened into a"
		    " directory");
	preserve_must(ct_vault_keys_read(key, p->key, p->nkeys, &err), &err);
	rc = ct_vault_unpack(p->operand[0], key, p->nkeys, p->output, &err);
	ct_vault_keys_free(key, p->nkeys);
	preserve_must(rc, &err);
	return 0;
}

int
preserve_open(const struct ct_preserve *p)
{
	struct ct_err err = { 0 };
	struct stat st;

	if (stat(p->operand[0], &st) == 0 && S_ISDIR(st.st_mode))
		return open_export(p);
	if (!p->output && isatty(STDOUT_FILENO))
		ct_die(CT_USAGE, "will not write evidence to a terminal: -o");
	preserve_must(ct_vault_extract(ct_home(p->dir), p->operand[0], p->key,
			  p->nkeys, p->output, p->by, &err),
	    &err);
	return 0;
}
