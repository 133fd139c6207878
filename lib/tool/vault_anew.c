/* vault_anew.c - an object, sealed to somebody else: vault_export_item */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os.h"
#include "prog.h"
#include "vault_export.h"
#include "vault_wrap.h"

struct feed {
	const struct ct_vault_exported *how;
	const char *dir, *id;
	int in, out;
	struct ct_err err;
};

static void *
feed(void *arg)
{
	struct feed *f = arg;

	(void)vault_open_wrapped(f->dir, f->id, f->how->key, f->how->nkeys,
	    f->in, f->out, NULL, NULL, &f->err);
	(void)close(f->out);
	return NULL;
}

/* From one descriptor into the other, through a pipe: what is in it is on no
 * disk, and in memory no more than a few chunks at a time. */
static int
pass_on(struct vault_exporting *e, struct vault_item *item, int in, int out,
    struct ct_err *err)
{
	struct feed f = {
		.how = e->how, .dir = e->vault->dir, .id = item->id, .in = in
	};
	struct ct_vault_sealed made = { 0 };
	pthread_t thread;
	int p[2], rc;

	if (pipe2(p, O_CLOEXEC) < 0)
		return ct_fail_errno(err, CT_OSERR, "cannot make a pipe");
	f.out = p[1];
	rc = pthread_create(&thread, NULL, feed, &f);
	if (rc) {
		(void)close(p[0]);
		(void)close(p[1]);
		return ct_fail(err, CT_OSERR, "cannot start a thread");
	}
	rc = ct_vault_seal(e->how->to, item->about, p[0], out, &made, err);
	(void)close(p[0]); /* so that the other ends, too */
	(void)pthread_join(thread, NULL);
	if (!rc && f.err.code)
		rc = ct_fail(err, f.err.code, "%s", f.err.msg);
	memcpy(item->to, made.id, sizeof item->to);
	return rc;
}

/* The file that was written as "new" gets the name of what it is. */
static int
name(struct vault_exporting *e, const char *id, struct ct_err *err)
{
	char *from = ct_printf("%s/new", e->dir.tmp);
	char *to = ct_printf("%s/%s", e->dir.tmp, id);
	int rc = rename(from, to) < 0
	    ? ct_fail_errno(err, CT_CANTCREAT, "cannot create '%s'", to)
	    : 0;

	free(from);
	free(to);
	return rc;
}

int
vault_export_item(
    struct vault_exporting *e, struct vault_item *item, struct ct_err *err)
{
	int in = vault_open_object(e->vault, item->id), out, rc;

	if (in < 0)
		return ct_fail_errno(
		    err, CT_NOINPUT, "cannot open object %s", item->id);
	out = vault_newdir_file(&e->dir, "new", 0400, err);
	rc = out < 0 ? err->code : pass_on(e, item, in, out, err);
	if (out >= 0)
		rc = vault_newdir_close(out, rc, err);
	(void)close(in);
	return rc ? rc : name(e, item->to, err);
}

int
vault_export_text(struct vault_exporting *e, const char *kind,
    const struct ct_text *text, char id[CT_VAULT_ID + 1], struct ct_err *err)
{
	json_t *about = json_pack("{s:s, s:{s:s, s:s}}", "kind", kind,
	    "exported", "request", e->id, "at", e->at);
	struct ct_vault_sealed made = { 0 };
	int in = ct_os_bytes(text->s, text->len, err), out = -1, rc;

	rc = in < 0 ? err->code : 0;
	if (!rc && (out = vault_newdir_file(&e->dir, "new", 0400, err)) < 0)
		rc = err->code;
	if (!rc)
		rc = about
		    ? ct_vault_seal(e->how->to, about, in, out, &made, err)
		    : ct_fail(err, CT_OSERR, "out of memory");
	if (out >= 0)
		rc = vault_newdir_close(out, rc, err);
	if (in >= 0)
		(void)close(in);
	json_decref(about);
	memcpy(id, made.id, sizeof made.id);
	return rc ? rc : name(e, id, err);
}
