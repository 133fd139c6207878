/* vault_clock.c - can what the clock says be true? */
#include "clock.h"
#include "prog.h"
#include "vault_end.h"

#define BEHIND ((int64_t)5 * 60 * 1000) /* ms, between two hosts */

/* 0, or CT_NOPERM with what is wrong; another code: cannot tell. */
static int
judge(struct ct_vault *v, struct ct_err *err)
{
	char is[CT_TIME_LEN], was[CT_TIME_LEN];
	int64_t now = ct_now(), steady = 0;
	int rc =
	    ct_store_int(v->store, &steady, err, "SELECT at FROM steady", "");

	if (rc > 1)
		return rc;
	(void)ct_time(now / 1000 * 1000, is);
	if (now < VAULT_EPOCH)
		return ct_fail(err, CT_NOPERM,
		    "the clock is behind: it says %s, when there was no vault",
		    is);
	if (steady == 0 ||
	    (now >= steady - BEHIND && now <= steady + VAULT_AHEAD))
		return 0;
	(void)ct_time(steady / 1000 * 1000, was);
	return now < steady
	    ? ct_fail(err, CT_NOPERM,
		  "the clock is behind: it says %s, but the log has come to %s",
		  is, was)
	    : ct_fail(err, CT_NOPERM,
		  "the clock is ahead: it says %s, but the log has come to %s, "
		  "and 7 days are the most",
		  is, was);
}

int
vault_clock(struct ct_vault *v, bool ok, struct ct_err *err)
{
	int rc = judge(v, err);
	struct ct_err why = *err;

	if (rc == CT_NOPERM && ct_now() < VAULT_EPOCH)
		return rc;
	if (rc == CT_NOPERM && !ok)
		return ct_fail(err, rc,
		    "%s; if it is right: --clock-ok of anchor, stage, expire, "
		    "destroy or hold release",
		    why.msg);
	if (rc != CT_NOPERM)
		return rc;
	err->code = 0;
	return vault_log(v, "clock", json_pack("{s:b}", "ok", 1), err);
}

void
vault_clock_warn(struct ct_vault *v)
{
	struct ct_err err = { 0 };

	if (judge(v, &err))
		ct_warn("%s", err.msg);
}
