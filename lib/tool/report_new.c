/* report_new.c - a report by hand: of what a person says, and no file */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blake.h"
#include "clock.h"
#include "file.h"
#include "hex.h"
#include "offence.h"
#include "prog.h"
#include "queue.h"
#include "report_impl.h"

enum how { ONE, MANY, TEXT, JSON, IP, ID };

/* What can be said: by an option, at a path of the record. */
static const struct field {
	const char *flag, *path;
	enum how how;
} fields[] = {
	{ "at", "incident.at", ONE },
	{ "by", "review.by", ONE },
	{ "email", "user.email", MANY },
	{ "incident", "incident.type", ONE },
	{ "info", "incident.additional_info", MANY },
	{ "ip", "user.ip", IP },
	{ "phone", "user.phone", MANY },
	{ "priority", "incident.priority", ONE },
	{ "screen-name", "user.screen_name", ONE },
	{ "text", "incident.text", TEXT },
	{ "threads", "threads", JSON },
	{ "url", "incident.url", MANY },
	{ "user", "user.id", ONE },
	{ "victim", "victim", ID },
};

const char ct_new_template[] =
    "# A report of what is no file.  Fill in what is known, leave the rest as\n"
    "# it is, and make a report of it:\n"
    "#     ct-report new --from FILE | ct-submit\n"
    "# Lines that begin with # are not read.\n"
    "{\n"
    "  \"incident\": {\n"
    "    # csam trafficking tourism molestation domain misleading enticement\n"
    "    # unsolicited\n"
    "    \"type\": \"\",\n"
    "    # when, with a zone: 2026-11-20T08:00:00Z\n"
    "    \"at\": \"\",\n"
    "    # where it is\n"
    "    \"url\": [\"\"],\n"
    "    # what was written; a line end is \\n\n"
    "    \"text\": \"\",\n"
    "    # the reason to look at it first, only if a child may be in danger\n"
    "    \"priority\": \"\",\n"
    "    # what else to know\n"
    "    \"additional_info\": \"\"\n"
    "  },\n"
    "  # who did it: the account, and what is known of the person\n"
    "  \"user\": {\n"
    "    \"id\": \"\",\n"
    "    \"screen_name\": \"\",\n"
    "    \"display_name\": [\"\"],\n"
    "    \"profile_url\": [\"\"],\n"
    "    \"email\": [\"\"],\n"
    "    \"phone\": [\"\"],\n"
    "    \"first_name\": \"\",\n"
    "    \"last_name\": \"\",\n"
    "    # event: Login Registration Purchase Upload Other Unknown; the port "
    "is\n"
    "    # a number, without quotes\n"
    "    \"ip\": [{\"address\": \"\", \"port\": \"\", \"at\": \"\","
    " \"event\": \"\"}]\n"
    "  },\n"
    "  # to whom it was done, and for whom it was meant\n"
    "  \"victim\": [{\"id\": \"\", \"screen_name\": \"\", \"email\": "
    "[\"\"]}],\n"
    "  \"recipient\": [{\"id\": \"\", \"screen_name\": \"\"}],\n"
    "  # conversations; kind: private group\n"
    "  \"threads\": [{\"id\": \"\", \"kind\": \"\", \"messages\": [\n"
    "    {\"at\": \"\", \"from\": \"\", \"to\": \"\", \"text\": \"\","
    " \"ip\": \"\", \"port\": \"\", \"id\": \"\"}\n"
    "  ]}],\n"
    "  # who says so\n"
    "  \"review\": {\"by\": \"\"}\n"
    "}\n";

/* What stands at a path says something. */
bool
ct_new_told(const json_t *rec, const char *path)
{
	const char *s = ct_rec_text(rec, path);

	return s && !ct_blank(s);
}

bool
ct_new_content(const json_t *rec)
{
	struct ct_err none = { 0 };
	char content[65];

	return ct_review_content(rec, content, &none) != CT_NO;
}

/* ---- what was said ---------------------------------------------------------
 */

/* The object that holds the last name of this path, made if need be. */
static json_t *
holder(json_t *rec, const char *path, const char **name)
{
	const char *dot = strchr(path, '.');
	char *first;
	json_t *sub;

	*name = path;
	if (!dot)
		return rec;
	first = ct_strdup(path);
	first[dot - path] = '\0';
	sub = json_object_get(rec, first);
	if (!json_is_object(sub)) {
		sub = json_object();
		(void)json_object_set_new(rec, first, sub);
	}
	free(first);
	*name = dot + 1;
	return sub;
}

/* A list of what was there, which need be none, and v. */
static json_t *
longer(json_t *old, json_t *v)
{
	json_t *list = json_is_array(old) ? json_copy(old) : json_array();

	if (!json_is_array(old) && old && !json_is_null(old))
		(void)json_array_append(list, old);
	if (json_is_array(v))
		(void)json_array_extend(list, v);
	else
		(void)json_array_append(list, v);
	return list;
}

/* Two texts, a line each. */
static json_t *
joined(const json_t *old, const json_t *v)
{
	const char *one = json_string_value(old);

	return json_sprintf("%s%s%s", one,
	    *one && one[strlen(one) - 1] == '\n' ? "" : "\n",
	    json_string_value(v));
}

/* Takes value.  False: one was said, and there can be but one. */
static bool
put(json_t *rec, const struct field *f, json_t *value)
{
	const char *name;
	json_t *in = holder(rec, f->path, &name);
	json_t *old = json_object_get(in, name);
	json_t *all = f->how == ONE ? NULL
	    : f->how != TEXT        ? longer(old, value)
	    : old                   ? joined(old, value)
				    : json_incref(value);

	if (all)
		(void)json_object_set_new(in, name, all);
	else if (!old)
		(void)json_object_set(in, name, value);
	json_decref(value);
	return all || !old;
}

/* All bytes of a file, or of standard input if its name is -. */
static char *
contents(const char *path, size_t *len, struct ct_err *err)
{
	uint8_t *buf = NULL;
	ssize_t n;

	if (strcmp(path, "-") != 0) {
		(void)ct_file_read(path, CT_REC_MAX, &buf, len, err);
		return (char *)buf;
	}
	buf = ct_alloc(CT_REC_MAX + 1, 1);
	n = ct_read_full(STDIN_FILENO, buf, CT_REC_MAX + 1);
	if (n >= 0 && n <= CT_REC_MAX) {
		*len = (size_t)n;
		return (char *)buf;
	}
	if (n < 0)
		(void)ct_fail_errno(err, CT_IOERR, "cannot read");
	else
		(void)ct_fail(err, CT_DATAERR, "standard input is too long");
	free(buf);
	return NULL;
}

/* JSON whose lines that begin with # are left out. */
static json_t *
json_of(char *text, size_t len, const char *path, struct ct_err *err)
{
	char *s, *end = text + len, *eol;
	json_error_t why;
	json_t *v;

	for (s = text; s < end; s = eol + 1) {
		eol = memchr(s, '\n', (size_t)(end - s));
		if (!eol)
			eol = end;
		if (s[strspn(s, " \t")] == '#')
			memset(s, ' ', (size_t)(eol - s));
	}
	v = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!v)
		(void)ct_fail(err, CT_DATAERR, "'%s': line %d is no JSON", path,
		    why.line);
	return v;
}

static json_t *
from_file(const struct field *f, const char *path, struct ct_err *err)
{
	size_t len = 0;
	char *text = contents(path, &len, err);
	json_t *v;

	if (!text)
		return NULL;
	if (f && f->how == TEXT) {
		v = memchr(text, 0, len) ? NULL : json_stringn(text, len);
		if (!v)
			(void)ct_fail(
			    err, CT_DATAERR, "'%s' is no UTF-8 text", path);
	} else {
		v = json_of(text, len, path, err);
		if (v && f && json_is_object(v))
			v = json_pack("[o]", v); /* one thread */
	}
	free(text);
	return v;
}

/* ADDRESS[,PORT[,TIME]] */
static json_t *
ip_of(const char *arg)
{
	char *copy = ct_strdup(arg), *port = strchr(copy, ','), *at = NULL;
	json_t *ip = json_object();

	if (port)
		*port++ = '\0', at = strchr(port, ',');
	if (at)
		*at++ = '\0';
	ct_model_text(ip, "address", copy);
	if (port && *port)
		(void)json_object_set_new(ip, "port",
		    strspn(port, "0123456789") == strlen(port) &&
			    strlen(port) < 10
			? json_integer(strtol(port, NULL, 10))
			: json_string(port));
	ct_model_text(ip, "at", at);
	free(copy);
	return ip;
}

static const struct field *
field_of(const char *flag)
{
	size_t i;

	for (i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (strcmp(fields[i].flag, flag) == 0)
			return &fields[i];
	return NULL;
}

int
ct_new_say(
    struct ct_new *n, const char *flag, const char *arg, struct ct_err *err)
{
	const struct field *f = field_of(flag);
	json_t *v;

	if (!n->said)
		n->said = json_object();
	if (strcmp(flag, "from") == 0) {
		n->stdin_used |= strcmp(arg, "-") == 0;
		if (n->from)
			return ct_fail(err, CT_USAGE, "--from is there twice");
		n->from = from_file(NULL, arg, err);
		if (n->from && !json_is_object(n->from))
			return ct_fail(
			    err, CT_DATAERR, "'%s' is no JSON object", arg);
		return n->from ? 0 : err->code;
	}
	n->stdin_used |=
	    f->how >= TEXT && f->how <= JSON && strcmp(arg, "-") == 0;
	switch (f->how) {
	case TEXT:
	case JSON:
		v = from_file(f, arg, err);
		break;
	case IP:
		v = ip_of(arg);
		break;
	case ID:
		v = json_pack("{s:s}", "id", arg);
		break;
	default:
		v = json_string(arg);
	}
	if (!v)
		return err->code
		    ? err->code
		    : ct_fail(err, CT_USAGE, "--%s: not UTF-8", flag);
	if (put(n->said, f, v))
		return 0;
	return ct_fail(err, CT_USAGE, "--%s is there twice", flag);
}

void
ct_new_put(json_t *rec, const char *flag, const char *text)
{
	(void)put(rec, field_of(flag), json_string(text));
}

/* ---- the record ------------------------------------------------------------
 */

/* What is empty says nothing: away with it. */
static bool
prune(json_t *v)
{
	const char *name;
	json_t *sub;
	void *next;
	size_t i;

	if (json_is_string(v))
		return ct_blank(json_string_value(v));
	for (i = json_array_size(v); i-- > 0;)
		if (prune(json_array_get(v, i)))
			(void)json_array_remove(v, i);
	json_object_foreach_safe(v, next, name, sub)
	{
		if (prune(sub))
			(void)json_object_del(v, name);
	}
	return json_is_null(v) || (json_is_array(v) && !json_array_size(v)) ||
	    (json_is_object(v) && !json_object_size(v));
}

/* Of what can be but one, the option goes before the file, which is told; but
 * not of the account: that might accuse another. */
static int
in_place(const struct ct_new *n, json_t *rec, const struct field *f,
    const json_t *v, struct ct_err *err)
{
	const char *name;
	json_t *in = holder(rec, f->path, &name);
	json_t *old = json_object_get(in, name);

	if (old && !json_equal(old, v)) {
		if (strcmp(f->flag, "user") == 0)
			return ct_fail(err, CT_USAGE,
			    "--user is another than user.id of --from");
		if (!n->quiet)
			ct_warn("--%s is taken in place of %s of --from",
			    f->flag, f->path);
	}
	(void)json_object_set(in, name, (json_t *)(uintptr_t)v);
	return 0;
}

/* What options said, over what the file has: lists and texts are put
 * together. */
static int
lay_over(const struct ct_new *n, json_t *rec, struct ct_err *err)
{
	const struct field *f;
	json_t *v, *old;
	size_t i;
	int rc;

	for (i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		f = &fields[i];
		if (!(v = ct_rec_get(n->said, f->path)))
			continue;
		old = ct_rec_get(rec, f->path);
		if (f->how == TEXT && old && !json_is_string(old))
			return ct_fail(
			    err, CT_DATAERR, "%s is no text", f->path);
		if (f->how == ONE) {
			if ((rc = in_place(n, rec, f, v, err)))
				return rc;
		} else if (json_is_array(v)) {
			const char *name;
			json_t *in = holder(rec, f->path, &name);

			(void)json_object_set_new(in, name, longer(old, v));
		} else {
			(void)put(rec, f, json_incref(v));
		}
	}
	return 0;
}

/* What --from has must have the shape in which all else is added. */
static int
shape(const json_t *rec, struct ct_err *err)
{
	static const char *const objects[] = { "incident", "review" };
	const char *account;
	const json_t *v;
	size_t i;

	for (i = 0; i < sizeof objects / sizeof objects[0]; i++) {
		v = json_object_get(rec, objects[i]);
		if (v && !json_is_object(v))
			return ct_fail(
			    err, CT_DATAERR, "%s is no object", objects[i]);
	}
	return ct_rec_account(rec, &account, err);
}

static int
needs(const json_t *rec, struct ct_err *err)
{
	static const char *const flags[] = { "incident", "at", "by" };
	const char *lacks = NULL;
	size_t i;

	for (i = 0; !lacks && i < sizeof flags / sizeof flags[0]; i++)
		if (!ct_new_told(rec, field_of(flags[i])->path))
			lacks = flags[i];
	if (!lacks && !ct_new_content(rec))
		return ct_fail(
		    err, CT_USAGE, "new: --url, --text or --threads is needed");
	return lacks ? ct_fail(err, CT_USAGE, "new: --%s is needed", lacks) : 0;
}

/* All that is said, but for who says it and when: 32 digits. */
static int
digest(const json_t *rec, char sum[33], struct ct_err *err)
{
	json_t *said = json_copy((json_t *)(uintptr_t)rec);
	struct ct_blake b;
	uint8_t raw[16];
	char *dump;

	(void)json_object_del(said, "review");
	dump = json_dumps(said, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(said);
	if (!dump)
		return ct_fail(err, CT_SOFTWARE, "cannot encode a record");
	ct_blake_start(&b, sizeof raw, NULL);
	ct_blake_field(&b, dump);
	ct_blake_end(&b, raw, sizeof raw);
	ct_hex(raw, sizeof raw, sum);
	free(dump);
	return 0;
}

/* A person's word is the verdict. */
static int
state(json_t *rec, struct ct_err *err)
{
	const char *type = ct_offence_named(ct_rec_text(rec, "incident.type"));
	bool csam = type && strcmp(type, ct_offence_named("csam")) == 0;
	char at[CT_TIME_LEN], content[65], sum[33], id[41];
	int rc;

	if (!type)
		return ct_fail(err, CT_USAGE, "--incident: no such type");
	if ((rc = ct_review_content(rec, content, err)) ||
	    (rc = digest(rec, sum, err)))
		return rc;
	(void)json_object_set_new(rec, "review",
	    json_pack("{s:s, s:s, s:s, s:s}", "statement", sum, "verdict",
		csam ? "csam" : "text_offence", "by",
		ct_rec_text(rec, "review.by"), "at", ct_time_now(at)));
	(void)snprintf(id, sizeof id, "new:%.32s", content);
	if (!ct_new_told(rec, "id"))
		(void)json_object_set_new(rec, "id", json_string(id));
	return 0;
}

int
ct_new_record(struct ct_new *n, json_t **rec, struct ct_err *err)
{
	struct ct_err why = { 0 };
	int rc;

	*rec = n->from ? json_incref(n->from) : json_object();
	(void)prune(*rec);
	rc = shape(*rec, err);
	if (!rc)
		rc = lay_over(n, *rec, err);
	if (!rc && ct_review_bytes(*rec))
		rc = ct_fail(err, CT_USAGE,
		    "new is for what is no file; for files: ct-report-one");
	if (!rc && !n->stdin_used && isatty(STDIN_FILENO)) {
		ct_new_ask(*rec, needs(*rec, &why) != 0);
		(void)prune(*rec);
	}
	if (!rc)
		rc = needs(*rec, err);
	if (!rc)
		rc = state(*rec, err);
	json_decref(n->from);
	json_decref(n->said);
	*n = (struct ct_new){ 0 };
	if (rc) {
		json_decref(*rec);
		*rec = NULL;
	}
	return rc;
}
