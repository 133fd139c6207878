#include "preserve.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preserve_impl.h"
#include "prog.h"

#define MANY CT_VAULT_KEYS_MAX

const struct ct_preserve_verb ct_preserve_verbs[] = {
	{ "keygen", "koFMNST", "o", "", 1, NULL, preserve_keygen },
	{ "stage", "acdkqUiumZ", "", "", 1, NULL, preserve_stage },
	{ "seal", "cdkq", "", "", 1, NULL, preserve_seal },
	{ "anchor", "cdqDIZ", "", "", 0, NULL, preserve_anchor },
	{ "verify", "dkq", "", "", MANY, NULL, preserve_verify },
	{ "open", "dkoB", "k", "", MANY, "ID", preserve_open },
	{ "find", "dufrbHGXE", "", "", 0, NULL, preserve_find },
	{ "keys", "cd", "", "", 0, NULL, preserve_keys },
	{ "rewrap", "dkqtbHy", "", "", MANY, NULL, preserve_rewrap },
	{ "shred", "cdy", "", "", 0, "FILE...", preserve_shred },
	{ "approve", "cdkqB", "Bk", "", 1, NULL, preserve_approve },
	{ "hold add", "dKARBLurb", "KARB", "urb", 0, NULL, preserve_hold_add },
	{ "hold list", "dHurb", "", "", 0, NULL, preserve_hold_list },
	{ "hold release", "dHBWZ", "HB", "", 0, NULL, preserve_hold_release },
	{ "destroy-request", "dARBWubrf", "ARB", "urbf", 0, "[ID]...",
	    preserve_destroy_request },
	{ "destroy", "cdqnyCBZ", "", "", 0, NULL, preserve_destroy },
	{ "expire", "dqnyCBZ", "", "", 0, NULL, preserve_expire },
	{ "export-request", "dARBWubrft", "tARB", "urbf", 0, "[ID]...",
	    preserve_export_request },
	{ "export", "cdkqotB", "ktBo", "", MANY, NULL, preserve_export },
	{ NULL, NULL, NULL, NULL, 0, NULL, NULL },
};

void
preserve_must(int rc, const struct ct_err *err)
{
	if (rc)
		ct_die_err(err);
}

struct ct_vault *
preserve_enter(const struct ct_preserve *p, bool seal)
{
	struct ct_vault *vault = NULL;
	struct ct_err err = { 0 };

	preserve_must(
	    ct_vault_enter(&vault, ct_home(p->dir), seal, &err), &err);
	return vault;
}

static void
must_be_there(const char *home)
{
	static const char *const mark[] = { "vault/index.db",
		"vault/vault.db" };
	char *path = ct_printf("%s/audit/ct-preserve.log", home);
	struct stat st;
	bool any = stat(path, &st) == 0 ? st.st_size > 0 : errno != ENOENT;

	/* a log that was lost, an old version, no permission: entering says
	 * so */
	for (size_t i = 0; !any && i < sizeof mark / sizeof mark[0]; i++) {
		free(path);
		path = ct_printf("%s/%s", home, mark[i]);
		any = access(path, F_OK) == 0 || errno != ENOENT;
	}
	free(path);
	if (!any)
		ct_die(CT_NOINPUT, "there is no vault below '%s'", home);
}

struct ct_vault *
preserve_enter_old(const struct ct_preserve *p)
{
	must_be_there(ct_home(p->dir));
	return preserve_enter(p, false);
}

struct ct_vault *
preserve_look(const struct ct_preserve *p)
{
	const char *home = ct_home(p->dir);
	struct ct_vault *vault = NULL;
	struct ct_err err = { 0 };

	must_be_there(home);
	preserve_must(ct_vault_look(&vault, home, &err), &err);
	return vault;
}

int
preserve_filter(const struct ct_preserve *p, struct ct_filter *f,
    ct_each_fn *each, void *arg)
{
	f->each = each;
	f->arg = arg;
	f->in = STDIN_FILENO;
	f->out = STDOUT_FILENO;
	f->promise = true;
	f->quiet = p->quiet;
	return ct_filter(f);
}

int
preserve_shown(struct ct_out *out, int rc, struct ct_err *err)
{
	if (rc > CT_NO)
		ct_warn("%s", err->msg);
	preserve_must(ct_out_close(out, err), err);
	return rc;
}
