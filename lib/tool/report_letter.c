/* report_letter.c - the document of another desk as a letter */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "report_impl.h"

/* ---- elements as lines -----------------------------------------------------
 */

struct letter {
	struct ct_text text;
	int section;
};

static void
section(struct letter *l, const char *title)
{
	char *head = ct_printf("\n%d. %s\n\n", ++l->section, title);

	ct_letter_add(&l->text, head);
	free(head);
}

static void
line(struct letter *l, int depth, const char *label, const char *value)
{
	if (value)
		ct_letter_line(&l->text, depth, label, value);
}

static const char *
value_of(const json_t *v)
{
	if (json_is_boolean(v))
		return json_is_true(v) ? "yes" : "no";
	return json_string_value(v);
}

/* Has it a value with attributes?  One with a name is a pair of both. */
static bool
has_value(const json_t *v)
{
	return json_object_get(v, "value") && !json_object_get(v, "name");
}

/* A value, or a head for what is within. */
static void
tell_own(
    struct letter *l, int depth, const char *name, const json_t *v, bool flag)
{
	const char *type = ct_rec_text(v, "hashType"), *value = value_of(v);
	char *label = type ? ct_strdup(type) : ct_letter_label(name);
	char *own = flag ? ct_letter_words(value) : NULL;

	if (json_is_object(v) && has_value(v))
		value = value_of(json_object_get(v, "value"));
	if (value) {
		line(l, depth, label, own ? own : value);
	} else if (json_object_size(v)) {
		char *head = ct_printf("%*s%s:\n", 2 * depth, "", label);

		ct_letter_add(&l->text, head);
		free(head);
	}
	free(own);
	free(label);
}

/* An element, with its attributes or what is within. */
static void
tell(struct letter *l, int depth, const char *name, const json_t *v)
{
	bool flags = strstr(name, "Annotations") != NULL;
	const json_t *one;
	const char *key;
	size_t i;

	if (json_is_array(v)) {
		json_array_foreach((json_t *)(uintptr_t)v, i, one)
		{
			if (flags)
				tell_own(l, depth, name, one, true);
			else
				tell(l, depth, name, one);
		}
		return;
	}
	tell_own(l, depth, name, v, false);
	json_object_foreach((json_t *)(uintptr_t)v, key, one)
	{
		if (strcmp(key, "hashType") != 0 &&
		    (strcmp(key, "value") != 0 || !has_value(v)))
			tell(l, depth + 1, key, one);
	}
}

static void
tell_all(struct letter *l, int depth, const json_t *v)
{
	const json_t *one;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)v, key, one)
	{
		tell(l, depth, key, one);
	}
}

/* ---- the letter ------------------------------------------------------------
 */

static const char *
company(const json_t *doc)
{
	const char *name = ct_rec_text(doc, "report.reporter.companyTemplate");

	return name ? name : "the provider";
}

static void
address(struct letter *l, const json_t *doc)
{
	const json_t *to = json_object_get(doc, "recipient"), *one;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)to, i, one)
	{
		ct_letter_text(&l->text, i ? "            " : "To:         ",
		    json_string_value(one));
	}
	ct_letter_text(&l->text, "From:       ", company(doc));
	ct_letter_text(&l->text, "Reference:  ", ct_rec_text(doc, "key"));
	if (json_integer_value(json_object_get(doc, "parts")) > 1) {
		char *part = ct_printf("part %" JSON_INTEGER_FORMAT
				       " of %" JSON_INTEGER_FORMAT,
		    json_integer_value(json_object_get(doc, "part")),
		    json_integer_value(json_object_get(doc, "parts")));

		ct_letter_text(&l->text, "            ", part);
		free(part);
	}
}

static void
top(struct letter *l, const json_t *doc)
{
	const char *subject = ct_rec_text(doc, "subject");
	const char *test = ct_rec_text(doc, "test");

	if (test) {
		ct_letter_text(&l->text, "TEST  ", test);
		ct_letter_add(&l->text, "\n");
	}
	address(l, doc);
	ct_letter_add(&l->text, "\n");
	ct_letter_text(&l->text, "", subject ? subject : "Notification");
	if (json_is_true(json_object_get(doc, "urgent")))
		ct_letter_add(&l->text, "\nURGENT: see section 1.\n");
	ct_letter_add(&l->text, "\n");
	ct_letter_text(&l->text, "",
	    "All times are in UTC.  What stands behind a bar (|) is a longer "
	    "text, as it was found; <U+NNNN> is a character in it that cannot "
	    "be seen.  What is not said here was not in the records that this "
	    "was made from.");
}

static void
one_section(struct letter *l, const char *key, const json_t *v)
{
	const char *title = ct_letter_title(key);

	section(l, title ? title : key);
	if (json_is_object(v))
		tell_all(l, 1, v);
	else
		ct_letter_text(&l->text, "  | ", value_of(v));
}

static void
suspicion(struct letter *l, const json_t *doc)
{
	const json_t *basis = json_object_get(doc, "basis"), *one;
	size_t i;

	section(l, "What is suspected");
	ct_letter_text(&l->text, "",
	    "What follows makes the sender suspect an offence of this kind.\n");
	tell_all(l, 1, ct_rec_get(doc, "report.incidentSummary"));
	line(l, 1, "Known since", ct_rec_text(doc, "known"));
	json_array_foreach((json_t *)(uintptr_t)basis, i, one)
	{
		line(l, 1, "Looked at on the basis of", json_string_value(one));
	}
}

static void
report(struct letter *l, const json_t *doc)
{
	json_t *all = json_object_get(doc, "report"), *v, *one;
	const char *key;
	size_t i;

	suspicion(l, doc);
	json_object_foreach(all, key, v)
	{
		if (strcmp(key, "incidentSummary") == 0 ||
		    strcmp(key, "reporter") == 0)
			continue;
		if (!json_is_array(v))
			one_section(l, key, v);
		json_array_foreach(v, i, one)
		{
			one_section(l, key, one);
		}
	}
	if (!json_object_get(all, "personOrUserReported")) {
		section(l, "Account that is reported");
		ct_letter_text(&l->text, "", "None: the records name none.");
	}
}

/* Who decided on this; of a file, as what.  Nothing if nobody did. */
static bool
decision(struct letter *l, const json_t *item, bool file)
{
	const char *verdict = ct_rec_text(item, "decided.verdict");
	const char *class = ct_rec_text(item, "decided.class");
	const char *said = class ? ct_letter_class(class) : NULL;
	char *text;

	if (!verdict)
		return false;
	text = ct_printf("a person of the sender%s%s", file ? ", as " : "",
	    !file                              ? ""
		: strcmp(verdict, "csam") == 0 ? "child sexual abuse material"
					       : verdict);
	line(l, 1, "Decided by", text);
	free(text);
	text = ct_printf(
	    "%s%s%s", class ? class : "", said ? ", " : "", said ? said : "");
	line(l, 1, "Class", class ? text : NULL);
	free(text);
	line(l, 1, "Decided at", ct_rec_text(item, "decided.at"));
	return true;
}

/* What a person did with this file, and what nobody can say. */
static void
truth(struct letter *l, const json_t *file)
{
	const char *relevance = ct_rec_text(file, "fileDetails.fileRelevance");

	line(l, 1, "Viewed by a person of the sender",
	    json_is_true(ct_rec_get(file, "viewed.file"))
		? "yes, the whole file"
		: "not proven");
	line(l, 1, "Metadata in it viewed",
	    json_is_true(ct_rec_get(file, "viewed.exif")) ? "yes"
							  : "not proven");
	if (!decision(l, file, true) &&
	    (!relevance || strcmp(relevance, "Reported") == 0))
		line(l, 1, "Decided by", "no person: it is on a list");
}

/* What has no bytes here, each as "WHAT I of N". */
static void
items(struct letter *l, const json_t *list, const char *title, const char *what)
{
	const json_t *item;
	char *head;
	size_t i;

	if (json_array_size(list))
		section(l, title);
	json_array_foreach((json_t *)(uintptr_t)list, i, item)
	{
		head = ct_printf("%s%s %zu of %zu\n\n", i ? "\n" : "", what,
		    i + 1, json_array_size(list));
		ct_letter_add(&l->text, head);
		free(head);
		line(l, 1, "Id at the sender", ct_rec_text(item, "id"));
		line(l, 1, "SHA256", ct_rec_text(item, "sha256"));
		(void)decision(l, item, ct_rec_text(item, "sha256") != NULL);
	}
}

static void
one_file(struct letter *l, const json_t *file)
{
	json_t *details = json_copy(json_object_get(file, "fileDetails"));
	const json_t *size = json_object_get(file, "size");
	char *bytes =
	    ct_printf("%" JSON_INTEGER_FORMAT, json_integer_value(size));

	line(l, 1, "Id at the sender", ct_rec_text(file, "id"));
	line(l, 1, "Type", ct_rec_text(file, "mime"));
	line(l, 1, "Bytes", json_is_integer(size) ? bytes : NULL);
	truth(l, file);
	/* told above, in words that leave no doubt */
	(void)json_object_del(details, "fileViewedByEsp");
	(void)json_object_del(details, "exifViewedByEsp");
	(void)json_object_del(details, "industryClassification");
	tell_all(l, 1, details);
	json_decref(details);
	free(bytes);
}

static bool
has_near(const json_t *file)
{
	const json_t *match;
	size_t i;

	json_array_foreach(json_object_get(file, "matches"), i, match)
	{
		if (json_is_true(json_object_get(match, "near")))
			return true;
	}
	return false;
}

static void
files(struct letter *l, const json_t *doc)
{
	const json_t *list = json_object_get(doc, "files"), *file;
	bool near = false;
	size_t i;

	if (!json_array_size(list))
		return;
	section(l, "Files");
	json_array_foreach((json_t *)(uintptr_t)list, i, file)
	{
		near = near || has_near(file);
	}
	ct_letter_text(&l->text, "", ct_rec_text(doc, "evidence"));
	if (near)
		ct_letter_text(&l->text, "",
		    "A near match is a file that looks much like one on a "
		    "list, "
		    "by a hash of what it looks like; it need not be the "
		    "same.");
	json_array_foreach((json_t *)(uintptr_t)list, i, file)
	{
		char *head = ct_printf(
		    "\nFile %zu of %zu\n\n", i + 1, json_array_size(list));

		ct_letter_add(&l->text, head);
		free(head);
		one_file(l, file);
	}
}

static void
bottom(struct letter *l, const json_t *doc)
{
	json_t *reporter = json_copy(ct_rec_get(doc, "report.reporter"));
	const char *declared = ct_rec_text(doc, "declaration.text");
	const char *test = ct_rec_text(doc, "test");

	section(l, "Who reports, and whom to ask");
	tell_all(l, 1, reporter);
	json_decref(reporter);
	if (declared) {
		section(
		    l, "Declaration, to be made by the person who sends it");
		ct_letter_text(&l->text, "  | ", declared);
	}
	if (test) {
		ct_letter_add(&l->text, "\n");
		ct_letter_text(&l->text, "TEST  ", test);
	}
}

char *
ct_letter(const json_t *doc)
{
	struct letter l = { { 0 }, 0 };

	top(&l, doc);
	report(&l, doc);
	items(&l, json_object_get(doc, "texts"),
	    "What was decided on, and is no file", "Item");
	files(&l, doc);
	items(&l, json_object_get(doc, "missing"),
	    "Files that the sender has no longer", "File");
	bottom(&l, doc);
	ct_text_add(&l.text, "", 1);
	return l.text.s;
}
