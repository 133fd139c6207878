/* report_run.c - the filter: file records in, report records out */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authority.h"
#include "clock.h"
#include "file.h"
#include "offence.h"
#include "prog.h"
#include "queue.h"
#include "report.h"

struct run {
	const struct ct_report_run *opt;
	struct ct_out out;
	json_t *all; /* report records to write */
	int status;
	bool chosen; /* opt->only is one of them */
};

void
ct_report_prepare(struct ct_reporting *how, const char *conf_file,
    const char *authority, const char *home)
{
	static uint8_t key[CT_BLAKE_KEY];
	struct ct_err err = { 0 };
	struct ct_authority *whom;
	struct ct_conf *conf;

	if (how->incident && !ct_offence_named(how->incident))
		ct_die(CT_USAGE, "--incident: no such incident type");
	if (ct_conf_load(&conf, conf_file, &err))
		ct_die_err(&err);
	if (ct_authority_load(&whom, authority, conf, conf_file, &err))
		ct_die_err(&err);
	how->conf = conf;
	how->authority = whom;
	how->now = ct_now();
	if (ct_report_ready(how, &err) || ct_schema(&how->xsd, &err))
		ct_die_err(&err);
	if (ct_review_key(home, key, &err) == 0)
		how->key = key;
	else if (err.code != CT_NOINPUT)
		ct_warn("%s; no file is said to be viewed", err.msg);
	if (ct_schema_live(&how->live, home, how->production, &err) > CT_NO)
		ct_warn("%s; it is not used", err.msg);
}

static void
worse(struct run *r, int code)
{
	if (code > r->status)
		r->status = code;
}

static void
emit(int rc, const struct ct_err *err)
{
	if (rc)
		ct_die_err(err);
}

/* A record with an error: not among documents, which are for eyes. */
static void
pass(const char *line, void *arg)
{
	struct run *r = arg;
	struct ct_err err = { 0 };

	if (!r->opt->xml)
		emit(ct_out_line(&r->out, line, strlen(line), &err), &err);
}

static void
emergency(const struct run *r)
{
	const struct ct_authority *a = r->opt->how->authority;
	const char *whom = a ? ct_authority_get(a, "emergency") : NULL;

	ct_warn("priority is set: %s",
	    whom ? whom
		 : "if a child is in danger now, telephone the police first "
		   "(911 in the USA, 112, 999), then NCMEC, day and night: "
		   "1-800-843-5678");
}

static const char *
name_of(const json_t *report)
{
	return ct_rec_text(report, "id") + strlen("report:");
}

/* What is found in a report, in place of it. */
static void
write_lint(struct run *r, const json_t *rec)
{
	struct ct_err err = { 0 };
	json_t *line = json_pack("{s:O}", "id", json_object_get(rec, "id"));

	(void)json_object_update(line, ct_rec_get(rec, "report.lint"));
	emit(ct_out_rec(&r->out, line, &err), &err);
	json_decref(line);
}

static void
write_report(struct run *r, const json_t *rec)
{
	struct ct_err err = { 0 };
	const char *xml;

	if (r->opt->only && strcmp(name_of(rec), r->opt->only) != 0)
		return;
	r->chosen = true;
	if (json_is_true(ct_rec_get(rec, "report.incident.priority")))
		emergency(r);
	if (r->opt->lint == CT_LINT_ONLY) {
		write_lint(r, rec);
		return;
	}
	if (!r->opt->xml) {
		emit(ct_out_rec(&r->out, rec, &err), &err);
		return;
	}
	if (!(xml = ct_rec_text(rec, "report.xml")))
		xml = ct_rec_text(rec, "report.document");
	if (ct_write_full(r->out.fd, xml, strlen(xml)) < 0)
		ct_die(CT_IOERR, "cannot write");
}

static void
say(const json_t *parts, const char *member, const json_t *notes)
{
	const json_t *text;
	size_t i;

	json_array_foreach(
	    notes ? notes : ct_rec_get(json_array_get(parts, 0), member), i,
	    text)
	{
		ct_warn("report %s: %s",
		    ct_rec_text(json_array_get(parts, 0), "report.key"),
		    json_string_value(text));
	}
}

/* CT_DATAERR if any part has an error that lint finds. */
static int
lint_errors(const json_t *parts, struct ct_err *err)
{
	const json_t *part, *errors;
	size_t i;

	json_array_foreach(parts, i, part)
	{
		errors = ct_rec_get(part, "report.lint.errors");
		if (json_array_size(errors))
			return ct_fail(err, CT_DATAERR, "lint: %s",
			    json_string_value(json_array_get(errors, 0)));
	}
	return 0;
}

/* The report of a group into all, or its records back with what is wrong.
 * Returns how many records are in it. */
static size_t
make(struct run *r, const struct ct_group *g)
{
	json_t *parts = NULL, *notes = json_array();
	struct ct_err err = { 0 };
	int rc = ct_group_whole(g, &err);

	if (!rc)
		rc = ct_report_make(r->opt->how, g->recs, &parts, notes, &err);
	if (!rc && r->opt->lint == CT_LINT_ERROR)
		rc = lint_errors(parts, &err);
	if (rc) {
		ct_warn("%s", err.msg);
		worse(r, rc);
		ct_group_refuse(g, &err, pass, r);
	} else {
		(void)json_array_extend(r->all, parts);
		if (!r->opt->quiet && r->opt->lint != CT_LINT_ONLY) {
			say(parts, NULL, notes);
			say(parts, "report.lint.errors", NULL);
			say(parts, "report.lint.warnings", NULL);
		}
	}
	json_decref(parts);
	json_decref(notes);
	return rc ? 0 : g->n;
}

/* Two documents behind one another are none. */
static void
one_document(const struct run *r)
{
	const json_t *rec;
	size_t i;

	if (!r->opt->xml || r->opt->only || json_array_size(r->all) <= 1)
		return;
	ct_warn("the input makes %zu reports; choose one with --key:",
	    json_array_size(r->all));
	json_array_foreach(r->all, i, rec)
	{
		ct_warn("--key %s", name_of(rec));
	}
	exit(CT_USAGE);
}

/* What nobody sends, somebody must. */
static void
by_hand(const struct run *r)
{
	const struct ct_authority *a = r->opt->how->authority;
	const char *how = a ? ct_authority_get(a, "channel") : NULL;

	if (how && ct_authority_form(a) != CT_FORM_XML &&
	    json_array_size(r->all))
		ct_warn("to authority '%s': %s", ct_authority_name(a), how);
}

/* What fileDetails will say of who viewed the files, in place of reports. */
static void
explain(struct run *r, const struct ct_group *g)
{
	struct ct_report_view v;
	struct ct_err err = { 0 };
	const json_t *rec;
	json_t *line;
	size_t i;

	json_array_foreach(g->recs, i, rec)
	{
		if (!ct_rec_get(rec, "hashes.sha256")) /* it is no file */
			continue;
		ct_report_viewed(r->opt->how, rec, &v);
		line = json_pack("{s:O, s:O?, s:o, s:o, s:s}", "id",
		    json_object_get(rec, "id"), "sha256",
		    ct_rec_get(rec, "hashes.sha256"), "fileViewedByEsp",
		    v.file == CT_UNSAID ? json_null()
					: json_boolean(v.file == CT_YES),
		    "exifViewedByEsp",
		    v.exif == CT_YES ? json_true() : json_null(), "why", v.why);
		emit(ct_out_rec(&r->out, line, &err), &err);
		json_decref(line);
	}
}

static void
write_all(struct run *r)
{
	const json_t *rec;
	size_t i;

	one_document(r);
	json_array_foreach(r->all, i, rec)
	{
		write_report(r, rec);
	}
	if (r->opt->only && !r->chosen && !r->opt->explain) {
		ct_warn(
		    "--key %s: no report of the input has it", r->opt->only);
		worse(r, CT_NOINPUT);
	}
}

int
ct_report_one(const struct ct_report_run *opt, json_t *rec, int out)
{
	struct run r = { opt, { .fd = out, .each = true }, json_array(), 0,
		false };
	struct ct_group g = { .recs = json_pack("[O]", rec), .n = 1 };
	struct ct_err err = { 0 };

	(void)make(&r, &g);
	write_all(&r);
	if (!opt->quiet)
		by_hand(&r);
	json_decref(r.all);
	json_decref(g.recs);
	emit(ct_out_close(&r.out, &err), &err);
	return r.status;
}

int
ct_report_run(const struct ct_report_run *opt, int in, int out)
{
	struct run r = { opt, { .fd = out, .each = true }, json_array(), 0,
		false };
	struct ct_collect c = { .previews = opt->xml || opt->explain ||
		    opt->lint == CT_LINT_ONLY };
	struct ct_err err = { 0 };
	size_t i, filed = 0;

	worse(&r, ct_collect_read(&c, in, pass, &r, &err));
	if (err.code)
		ct_die_err(&err);
	if (ct_stop)
		ct_die(CT_TEMPFAIL, "stopped before the end of the input");
	for (i = 0; i < c.n; i++)
		if (opt->explain)
			explain(&r, &c.group[i]);
		else
			filed += make(&r, &c.group[i]);
	write_all(&r);
	if (!opt->quiet && !opt->explain) {
		ct_collect_summary(&c, filed, json_array_size(r.all));
		by_hand(&r);
	}
	json_decref(r.all);
	ct_collect_free(&c);
	emit(ct_out_close(&r.out, &err), &err);
	return r.status;
}
