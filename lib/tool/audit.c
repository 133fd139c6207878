#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit_impl.h"
#include "clock.h"
#include "file.h"
#include "prog.h"

#define WAIT_MS 30000

/* ---- open ---------------------------------------------------------------- */

static struct ct_audit *
handle(char *path, const char *tool)
{
	struct ct_audit *a = ct_alloc(1, sizeof *a);

	a->fd = -1;
	a->path = path;
	a->tool = tool ? ct_strdup(tool) : NULL;
	ct_os_boot(a->boot);
	return a;
}

/* What is empty may have been made a moment ago, by one that was killed. */
static int
settle(struct ct_audit *a, struct ct_err *err)
{
	struct stat st;

	if (fstat(a->fd, &st) < 0)
		return ct_fail_errno(
		    err, CT_IOERR, "cannot look at '%s'", a->path);
	if (!S_ISREG(st.st_mode))
		return ct_fail(
		    err, CT_CANTCREAT, "'%s' is no regular file", a->path);
	return st.st_size ? 0 : ct_file_sync_dir(a->path, err);
}

int
ct_audit_open(struct ct_audit **out, const char *home, const char *program,
    struct ct_err *err)
{
	char *dir = ct_printf("%s/audit", home);
	struct ct_audit *a =
	    handle(ct_printf("%s/%s.log", dir, program), program);
	int rc = ct_mkdirs(dir, err);

	*out = NULL;
	free(dir);
	if (!rc) {
		a->fd = open(a->path,
		    O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
			O_NOCTTY | O_NONBLOCK,
		    0600);
		rc = a->fd < 0 ? ct_fail_errno(err, CT_CANTCREAT,
				     "cannot open '%s'", a->path)
			       : settle(a, err);
	}
	if (rc) {
		ct_audit_close(a);
		return rc;
	}
	*out = a;
	return 0;
}

int
ct_audit_look(struct ct_audit **out, const char *path, struct ct_err *err)
{
	struct ct_audit *a = handle(ct_strdup(path), NULL);
	struct ct_err why = { 0 };
	struct stat st;

	*out = NULL;
	a->fd = ct_file_open(path, true, &st, &why);
	if (a->fd < 0) {
		ct_audit_close(a);
		return ct_fail(err, why.code, "'%s': %s", path, why.msg);
	}
	*out = a;
	return 0;
}

void
ct_audit_close(struct ct_audit *a)
{
	if (!a)
		return;
	if (a->fd >= 0)
		(void)close(a->fd); /* and with it the lock */
	ct_text_free(&a->batch);
	free(a->path);
	free(a->tool);
	free(a);
}

/* ---- what is on the disk --------------------------------------------------
 */

/*
 * Whoever has synced a log gives it a time of change that is a whole second and
 * not that of its inode, which no write leaves: so the next one sees whether
 * the one before was killed between its write and its sync.
 */
static bool
is_synced(const struct stat *st)
{
	return st->st_mtim.tv_nsec == 0 &&
	    (st->st_ctim.tv_nsec != 0 ||
		st->st_ctim.tv_sec != st->st_mtim.tv_sec);
}

static void
mark_synced(struct ct_audit *a)
{
	struct timespec at[2] = { { .tv_nsec = UTIME_OMIT } };

	(void)clock_gettime(CLOCK_REALTIME, &at[1]);
	at[1].tv_nsec = 0;
	(void)futimens(a->fd, at); /* if not, the next syncs once more */
}

static int
sync_all(struct ct_audit *a, struct ct_err *err)
{
	if (fdatasync(a->fd) < 0) {
		(void)ct_fail_errno(
		    err, CT_TEMPFAIL, "cannot sync '%s'", a->path);
		a->broken = *err;
		return err->code;
	}
	mark_synced(a);
	return 0;
}

/* What another left unsynced must not wait for the same sync as our batch,
 * which does not count it. */
static int
sync_others(struct ct_audit *a, struct ct_err *err)
{
	struct stat st;

	if (fstat(a->fd, &st) < 0)
		return ct_fail_errno(
		    err, CT_IOERR, "cannot look at '%s'", a->path);
	return st.st_size == 0 || is_synced(&st) ? 0 : sync_all(a, err);
}

/* ---- lock ---------------------------------------------------------------- */

static int
wait_for(struct ct_audit *a, struct ct_err *err)
{
	struct timespec nap = { .tv_nsec = 1000000 };
	int64_t end = ct_mono() + WAIT_MS;

	while (flock(a->fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return ct_fail_errno(
			    err, CT_IOERR, "cannot lock '%s'", a->path);
		if (ct_mono() >= end)
			return ct_fail(err, CT_TEMPFAIL,
			    "another process holds '%s'; run again later",
			    a->path);
		(void)nanosleep(&nap, NULL);
		if (nap.tv_nsec < 16000000)
			nap.tv_nsec *= 2;
	}
	return 0;
}

/* Is the file that we have open still the one of that name? */
static int
in_place(struct ct_audit *a, struct ct_err *err)
{
	struct stat ours, there;

	if (fstat(a->fd, &ours) == 0 && lstat(a->path, &there) == 0 &&
	    ours.st_ino == there.st_ino && ours.st_dev == there.st_dev)
		return 0;
	return ct_fail(err, CT_TEMPFAIL,
	    "'%s' was moved away; run again to begin a new one", a->path);
}

int
ct_audit_lock(
    struct ct_audit *a, struct ct_audit_head *head, struct ct_err *err)
{
	int rc;

	if (!a->tool || a->locked)
		return ct_fail(err, CT_SOFTWARE, "'%s' is %s", a->path,
		    a->tool ? "locked already" : "for reading only");
	if (a->broken.code) {
		*err = a->broken;
		return err->code;
	}
	if ((rc = wait_for(a, err)))
		return rc;
	a->locked = true;
	if ((rc = in_place(a, err)) || (rc = sync_others(a, err)) ||
	    (rc = audit_end(a, err))) {
		ct_audit_unlock(a);
		return rc;
	}
	if (head)
		*head = a->head;
	return 0;
}

void
ct_audit_unlock(struct ct_audit *a)
{
	if (!a || !a->locked)
		return;
	a->locked = false;
	(void)flock(a->fd, LOCK_UN);
}

/* ---- add ----------------------------------------------------------------- */

/*
 * The batch is not on the disk.  Take it back, as far as that goes: what
 * stays is cut off as torn, or is read, whole, as what it says.
 */
static void
take_back(struct ct_audit *a)
{
	if (ftruncate(a->fd, (off_t)a->safe.offset) < 0)
		(void)ct_fail_errno(
		    &a->broken, CT_TEMPFAIL, "cannot shorten '%s'", a->path);
	else if (!a->broken.code)
		mark_synced(a); /* what is left */
	a->batch.len = 0;
	a->head = a->safe;
}

int
audit_sync(struct ct_audit *a, struct ct_err *err)
{
	int rc = 0;

	if (!a->batch.len)
		return 0;
	if (ct_write_full(a->fd, a->batch.s, a->batch.len) < 0)
		rc = ct_fail_errno(err, CT_IOERR, "cannot write '%s'", a->path);
	else
		rc = sync_all(a, err);
	if (rc) {
		take_back(a);
		return rc;
	}
	a->batch.len = 0;
	a->safe = a->head;
	return 0;
}

int
audit_put(struct ct_audit *a, const char *act, const json_t *members,
    struct ct_err *err)
{
	int rc;

	if (!a->locked)
		return ct_fail(err, CT_SOFTWARE, "'%s' is not locked", a->path);
	if (a->broken.code) {
		*err = a->broken;
		return err->code;
	}
	if ((rc = audit_line_make(a, act, members, err)))
		return rc;
	return a->batch.len < AUDIT_BATCH ? 0 : audit_sync(a, err);
}

int
ct_audit_add(struct ct_audit *a, const char *act, const json_t *members,
    struct ct_audit_head *head, struct ct_err *err)
{
	int rc = audit_put(a, act, members, err);

	if (!rc)
		rc = audit_sync(a, err);
	if (!rc && head)
		*head = a->head;
	return rc;
}

int
ct_audit_note(struct ct_audit *a, const char *act, const json_t *members,
    struct ct_err *err)
{
	int rc = ct_audit_lock(a, NULL, err);

	if (rc)
		return rc;
	rc = ct_audit_add(a, act, members, NULL, err);
	ct_audit_unlock(a);
	return rc;
}
