/* filing_prior.c - reports of the same account, and whose numbers they are */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filing_impl.h"
#include "prog.h"
#include "xml.h"

#define PRIOR_MAX 1000 /* the newest; more would be no help to anybody */

/* ---- the member prior -------------------------------------------------------
 */

static int
add(const char *report_id, const char *record, void *arg)
{
	json_t *ids = arg;

	(void)record;
	if (json_array_size(ids) == PRIOR_MAX)
		(void)json_array_remove(ids, 0);
	(void)json_array_append_new(ids, json_string(report_id));
	return 0;
}

static int
prior(const struct ct_filing *f, const char *account, json_t **list,
    struct ct_err *err)
{
	const char *env = f->production ? "production" : "test";
	json_t *ids = json_array();
	size_t i;
	int rc = ct_outbox_account(f->ob, account, add, ids, err);

	*list = json_array();
	for (i = 0; i < json_array_size(ids); i++)
		(void)json_array_append_new(*list,
		    json_pack("{s:s, s:O}", "env", env, "report_id",
			json_array_get(ids, i)));
	json_decref(ids);
	return rc;
}

static int
each(json_t *rec, void *arg, struct ct_err *err)
{
	struct ct_filing *f = arg;
	bool had = json_object_del(rec, "prior") == 0; /* of an earlier run */
	const char *account;
	json_t *list;
	int rc = ct_rec_account(rec, &account, err);

	if (rc || !account || !f->ob)
		return rc ? rc : had ? CT_REWRITE : 0;
	rc = prior(f, account, &list, err);
	if (!rc && json_array_size(list))
		(void)json_object_set(rec, "prior", list);
	json_decref(list);
	return rc ? rc : had ? CT_REWRITE : 0;
}

int
ct_filing_prior(struct ct_filing *f, struct ct_out *out)
{
	struct ct_filter filter = { .each = each,
		.arg = f,
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.quiet = f->quiet };

	(void)out; /* the filter has its own */
	return ct_filter(&filter);
}

/* ---- test ids in production -------------------------------------------------
 */

/* An xs:long may be written with a sign and zeros before it; the service
 * writes none. */
static const char *
plain(const char *number)
{
	number += strspn(number, " \t\r\n");
	number += *number == '+';
	while (*number == '0' && number[1] >= '0' && number[1] <= '9')
		number++;
	return number;
}

static int
is_test_id(struct ct_filing *f, char *text, struct ct_err *err)
{
	const char *id = plain(text);
	int rc;

	text[(size_t)(id - text) + strcspn(id, " \t\r\n")] = '\0';
	rc = ct_outbox_has(f->test, id, err);
	if (rc == CT_NO)
		return 0;
	if (!rc) /* both may have given the same number */
		rc = f->ob ? ct_outbox_has(f->ob, id, err) : CT_NO;
	return rc == CT_NO ? ct_fail(err, CT_DATAERR,
				 "report.xml names a prior report that is one "
				 "of the test environment")
			   : rc;
}

static int
look(struct ct_filing *f, const struct ct_xml_node *node, struct ct_err *err)
{
	const struct ct_xml_node *c;
	char *id;
	int rc = 0;

	if (strncmp(ct_xml_name(node), "priorCTReport", 13) == 0) {
		id = ct_xml_text(node);
		rc = is_test_id(f, id, err);
		free(id);
	}
	for (c = ct_xml_child(node, NULL); !rc && c; c = ct_xml_next(c, NULL))
		rc = look(f, c, err);
	return rc;
}

int
ct_filing_no_test_ids(
    struct ct_filing *f, const struct ct_sheet *s, struct ct_err *err)
{
	struct ct_err why = { 0 };
	struct ct_xml *doc;
	int rc;

	/* one that is not well-formed is held for that */
	if (!f->test || !s->xml ||
	    ct_xml_parse(&doc, s->xml, strlen(s->xml), &why))
		return 0;
	rc = look(f, ct_xml_root(doc), err);
	ct_xml_free(doc);
	return rc;
}
