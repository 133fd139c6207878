/* vault_request.c - what two people must approve: ct_vault_request */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "vault_end.h"

/* The ids of ask, then what its selection finds, as members of objects: so
 * each is there once, in this order. */
static int
chosen(struct ct_vault *v, const struct ct_vault_ask *ask, json_t *objects,
    struct ct_err *err)
{
	const struct ct_vault_of *of = &ask->of;
	struct ct_rows *rows;
	char *key = NULL;
	size_t i;
	int rc;

	for (i = 0; ask->ids && ask->ids[i]; i++)
		if (!vault_is_id(ask->ids[i]))
			return ct_fail(err, CT_USAGE, "no name of an object");
		else
			(void)json_object_set_new(
			    objects, ask->ids[i], json_null());
	if (!of->user && !of->report && !of->object && !of->file)
		return 0;
	if (of->report && (rc = vault_report_key(v, of->report, &key, err)))
		return rc;
	rc = ct_rows_open(&rows, v->store, err,
	    "SELECT id FROM object WHERE state <> 'destroyed'"
	    " AND (?1 IS NULL OR user = ?1) AND (?2 IS NULL OR report = ?2)"
	    " AND (?3 IS NULL OR id = ?3) AND (?4 IS NULL OR file = ?4)"
	    " ORDER BY seq",
	    "ssss", of->user, key, of->object, of->file);
	while (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		(void)json_object_set_new(
		    objects, ct_rows_text(rows, 0), json_null());
		rc = 0;
	}
	ct_rows_close(rows);
	free(key);
	return rc;
}

/* Is there this object, and may what is asked be done to it? */
static int
check(struct ct_vault *v, const char *verb, const char *id, struct ct_err *err)
{
	int64_t seq;
	int rc = ct_store_int(v->store, &seq, err,
	    "SELECT seq FROM object WHERE id = ? AND state <> 'destroyed'", "s",
	    id);

	if (rc == 0)
		return ct_fail(err, CT_NOINPUT,
		    "there is no object %.16s, or no longer", id);
	if (rc > 1)
		return rc;
	return strcmp(verb, "destroy") == 0 ? vault_unheld(v, id, err) : 0;
}

/* A request for these objects, logged, and as a record. */
static int
put(struct ct_vault *v, const struct ct_vault_ask *ask, json_t *objects,
    struct ct_out *out, struct ct_err *err)
{
	char *id = ct_printf("R%lld", (long long)v->head.seq + 1);
	char *name = ct_printf("request:%s", id), at[CT_TIME_LEN];
	json_t *rec = NULL;
	int rc = vault_log(v, "request",
	    json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:O}", "request",
		id, "verb", ask->verb, "by", ask->by, "authority",
		ask->authority, "ref", ask->ref, "reason", ask->reason, "to",
		ask->to, "objects", objects),
	    err);

	if (!rc) {
		rec = json_pack("{s:s, s:{s:s, s:s, s:O, s:s*, s:s*, s:s*,"
				" s:s*, s:s, s:s}}",
		    "id", name, "request", "id", id, "verb", ask->verb,
		    "objects", objects, "authority", ask->authority, "ref",
		    ask->ref, "reason", ask->reason, "to", ask->to, "by",
		    ask->by, "at", ct_time(v->head.at, at));
		rc = rec ? ct_out_rec(out, rec, err)
			 : ct_fail(err, CT_OSERR, "out of memory");
	}
	json_decref(rec);
	free(id);
	free(name);
	return rc;
}

/* Requests for all of them, so many at a time. */
static int
put_all(struct ct_vault *v, const struct ct_vault_ask *ask, json_t *all,
    struct ct_out *out, struct ct_err *err)
{
	json_t *part = json_array(), *value;
	const char *id;
	int rc = 0;

	json_object_foreach(all, id, value)
	{
		if (!rc && json_array_size(part) == CT_VAULT_REQUEST_MAX) {
			rc = put(v, ask, part, out, err);
			(void)json_array_clear(part);
		}
		(void)json_array_append_new(part, json_string(id));
	}
	if (!rc)
		rc = put(v, ask, part, out, err);
	json_decref(part);
	return rc;
}

int
ct_vault_request(struct ct_vault *v, const struct ct_vault_ask *ask,
    struct ct_out *out, struct ct_err *err)
{
	json_t *all = json_object(), *value;
	const char *id;
	int rc = vault_begin(v, NULL, err);

	if (!rc) {
		rc = chosen(v, ask, all, err);
		if (!rc && json_object_size(all) == 0)
			rc =
			    ct_fail(err, CT_NOINPUT, "there is no such object");
		json_object_foreach(all, id, value) rc =
		    rc ? rc : check(v, ask->verb, id, err);
		if (!rc)
			rc = put_all(v, ask, all, out, err);
		vault_end(v);
	}
	json_decref(all);
	return rc;
}
