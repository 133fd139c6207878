/*
 * stats_html.c - the same record as a page that stands alone
 *
 * No script, no picture, nothing from elsewhere; light or dark as the reader
 * has it, light on paper.  Names of groups need no escapes, see stats_group.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "stats_impl.h"

static const char style[] =
    ":root{--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;--soft:#f3f5f8;"
    "--one:#2f6fb0;--two:#b4500a}\n"
    "@media (prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e6e9ed;"
    "--dim:#a3adb8;--line:#3a424c;--soft:#1e242b;--one:#6cb0f5;--two:#f0a35e}}"
    "\n"
    "@media print{:root{--bg:#fff;--fg:#000;--dim:#444;--line:#bbb;"
    "--soft:#fff;--one:#2f6fb0;--two:#b4500a}main{max-width:none!important;"
    "padding:0!important}"
    "figure,.card,tr{break-inside:avoid}h2{break-after:avoid}"
    ".wide{overflow:visible!important}table{font-size:7.5pt}"
    "th,td{padding:.15rem .25rem!important}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--bg);color:var(--fg);"
    "font:16px/1.5 system-ui,sans-serif}\n"
    "main{max-width:68rem;margin:0 auto;padding:1.5rem}\n"
    "h1{font-size:1.6rem;line-height:1.2;margin:0}\n"
    "h2{font-size:1.2rem;margin:2.2rem 0 .6rem}\n"
    ".sub,.hint,figcaption,caption{color:var(--dim)}\n"
    ".sub{margin:.3rem 0 1.2rem}\n"
    ".warn{border-left:4px solid var(--two);background:var(--soft);"
    "margin:.6rem 0;padding:.5rem .8rem}\n"
    ".cards{display:grid;gap:.8rem;padding:0;margin:1rem 0;"
    "grid-template-columns:repeat(auto-fill,minmax(12.5rem,1fr))}\n"
    ".card{border:1px solid var(--line);background:var(--soft);"
    "border-radius:8px;padding:.7rem .9rem}\n"
    ".card dt{color:var(--dim);font-size:.9rem}\n"
    ".card dd{margin:0;font-size:1.5rem;font-variant-numeric:tabular-nums}\n"
    ".card dd.hint{font-size:.9rem}\n"
    "figure{margin:1rem 0 1.6rem}figcaption{margin:0 0 .3rem}\n"
    ".wide{overflow-x:auto}\n"
    "svg{display:block;width:100%;min-width:28rem;height:auto}\n"
    "svg text{font-size:12px;fill:var(--fg)}svg .scale{text-anchor:end}"
    "svg .name{text-anchor:middle}\n"
    "svg .grid{stroke:var(--line)}svg .one{fill:var(--one)}"
    "svg .two{fill:var(--two)}\n"
    "svg path{fill:none;stroke-width:3;stroke-linecap:round;"
    "stroke-linejoin:round}\n"
    "svg .half{stroke:var(--one)}"
    "svg .most{stroke:var(--two);stroke-dasharray:1 7}\n"
    "table{border-collapse:collapse;width:100%;"
    "font-variant-numeric:tabular-nums;font-size:.82rem}\n"
    "caption{text-align:left;padding:1.2rem 0 .3rem}\n"
    "tbody tr.all th,tbody tr.all td{font-weight:600}\n"
    ".few{display:grid;gap:0 2rem;align-items:start;"
    "grid-template-columns:repeat(auto-fit,minmax(14rem,1fr))}\n"
    "th,td{border-bottom:1px solid var(--line);padding:.3rem .4rem;"
    "text-align:right;vertical-align:bottom}\n"
    "th:first-child{text-align:left}thead th{font-weight:600}"
    "tbody th{font-weight:400}td,tbody th{white-space:nowrap}\n"
    "li{margin:.25rem 0}";

static const char *const rules[] = {
	"A report is one number that NCMEC gave, finished, in the month in "
	"which it was finished. Reports of the other environment, and drafts, "
	"are none.",
	"Files are those uploaded with these reports; unique files are their "
	"different SHA-256. A text has no file.",
	"Accounts are the different accounts reported: one with three reports "
	"is one, and is one in each month that it was reported in.",
	"An item is one object with one content, of one account. It is decided "
	"if a person "
	"gave a verdict; of several the last counts, in the month it was "
	"given.",
	"A false positive is an item that a list hit and a person called "
	"not_csam. It is told as a share of those that the list hit and that "
	"were decided, without unsure.",
	"Time to report is from the verdict (the first in an unbroken row of "
	"others than not_csam and unsure) to the finished report; of a report "
	"with several items, from "
	"the earliest of them. Reports without a verdict have none.",
	"Time to removal is from the same verdict until the object was first "
	"hidden or deleted, since it was last restored; 0 if that was earlier. "
	"What was never removed has none, so read it with the number removed.",
	"Time to verdict is from when the item was staged, or somebody asked "
	"to look at it, to the first verdict.",
	"50 % and 95 % are the nearest rank over all times, none left out: the "
	"least time such that so many took no longer.",
	"A method is the type of the hash that hit, or classifier or reported: "
	"one of these wanted it looked at, or a person did. "
	"By list, surface and method, what has several is in each of "
	"them: these rows add up to more than all. none: it has none; "
	"unknown: what was read does not say.",
};

static const struct column {
	const char *head, *path, *of; /* of: a share of that */
	bool span;
} columns[] = {
	{ "Reports", "reports", NULL, false },
	{ "Files", "files", NULL, false },
	{ "Unique files", "unique_files", NULL, false },
	{ "Accounts", "accounts", NULL, false },
	{ "Items decided", "decided", NULL, false },
	{ "csam", "verdicts.csam", NULL, false },
	{ "False positives", "false_positives", "matched", false },
	{ "To report: 50&nbsp;%", "to_report.p50_s", NULL, true },
	{ "95&nbsp;%", "to_report.p95_s", NULL, true },
	{ "Items removed", "removed", NULL, false },
	{ "To removal: 50&nbsp;%", "to_removal.p50_s", NULL, true },
	{ "95&nbsp;%", "to_removal.p95_s", NULL, true },
};
#define COLUMNS (sizeof columns / sizeof *columns)

/* ---- pieces ------------------------------------------------------------- */

static void
cell(struct ct_text *text, const json_t *one, const struct column *c)
{
	char room[STATS_WORD];
	int64_t n = stats_number(one, c->path);

	if (!ct_rec_get(one, c->path) || (c->of && !stats_number(one, c->of)))
		stats_add(text, "<td>&ndash;</td>");
	else
		stats_add(text, "<td>%s</td>",
		    c->span     ? stats_span(n, room)
			: c->of ? stats_share(n, stats_number(one, c->of), room)
				: stats_grouped(n, room));
}

/* name NULL: of all together */
static void
row(struct ct_text *text, const json_t *one, const char *name)
{
	size_t i;

	stats_add(text, "<tr%s><th scope=\"row\">%s</th>",
	    name ? "" : " class=\"all\"", name ? name : "all");
	for (i = 0; i < COLUMNS; i++)
		cell(text, one, &columns[i]);
	stats_add(text, "</tr>\n");
}

static void
table(struct ct_text *text, const json_t *rec, enum stats_dim dim)
{
	const json_t *list = json_object_get(rec, stats_dims[dim]), *one;
	size_t i;

	stats_add(text,
	    "<div class=\"wide\" tabindex=\"0\"><table><caption>By %s</caption>"
	    "<thead><tr><th scope=\"col\">%s</th>",
	    stats_dims[dim], stats_dims[dim]);
	for (i = 0; i < COLUMNS; i++)
		stats_add(text, "<th scope=\"col\">%s</th>", columns[i].head);
	stats_add(text, "</tr></thead><tbody>\n");
	json_array_foreach(list, i, one)
	{
		row(text, one, ct_rec_text(one, "name"));
	}
	row(text, json_object_get(rec, "total"), NULL);
	stats_add(text, "</tbody></table></div>\n");
}

static void
card(struct ct_text *text, const char *name, const char *value, const char *fmt,
    const char *hint)
{
	stats_add(
	    text, "<div class=\"card\"><dt>%s</dt><dd>%s</dd>", name, value);
	if (hint) {
		stats_add(text, "<dd class=\"hint\">");
		stats_add(text, "%s%s", fmt, hint);
		stats_add(text, "</dd>");
	}
	stats_add(text, "</div>\n");
}

static void
span_card(struct ct_text *text, const json_t *rec, const char *name,
    enum stats_span span)
{
	char path[64], half[STATS_WORD], most[STATS_WORD];

	(void)snprintf(path, sizeof path, "total.%s.n", stats_spans[span]);
	if (!stats_number(rec, path)) {
		card(text, name, "&ndash;", "", NULL);
		return;
	}
	(void)snprintf(path, sizeof path, "total.%s.p50_s", stats_spans[span]);
	(void)stats_span(stats_number(rec, path), half);
	(void)snprintf(path, sizeof path, "total.%s.p95_s", stats_spans[span]);
	(void)stats_span(stats_number(rec, path), most);
	card(text, name, half, "half took no longer; 95 % no longer than ",
	    most);
}

static void
cards(struct ct_text *text, const json_t *rec)
{
	const json_t *all = json_object_get(rec, "total");
	char a[STATS_WORD], b[STATS_WORD];
	int64_t n = stats_number(rec, "waiting.items"), hit;

	stats_add(text, "<dl class=\"cards\">\n");
	card(text, "Reports", stats_grouped(stats_number(all, "reports"), a),
	    "of accounts: ", stats_grouped(stats_number(all, "accounts"), b));
	card(text, "Files reported",
	    stats_grouped(stats_number(all, "files"), a), "of them unique: ",
	    stats_grouped(stats_number(all, "unique_files"), b));
	card(text, "Items decided",
	    stats_grouped(stats_number(all, "decided"), a), "called csam: ",
	    stats_grouped(stats_number(all, "verdicts.csam"), b));
	hit = stats_number(all, "matched");
	card(text, "False positives",
	    hit ? stats_share(stats_number(all, "false_positives"), hit, a)
		: "&ndash;",
	    "of decided items that a list hit: ", stats_grouped(hit, b));
	span_card(text, rec, "Time to report", STATS_TO_REPORT);
	span_card(text, rec, "Time to removal", STATS_TO_REMOVAL);
	span_card(text, rec, "Time to verdict", STATS_TO_VERDICT);
	card(text, "Decided, not reported yet", stats_grouped(n, a),
	    "the oldest waits for ",
	    n ? stats_span(stats_number(rec, "waiting.age_s"), b) : NULL);
	stats_add(text, "</dl>\n");
}

static void
warn(struct ct_text *text, int64_t n, const char *what)
{
	char room[STATS_WORD];

	if (n)
		stats_add(text, "<p class=\"warn\">%s %s</p>\n",
		    stats_grouped(n, room), what);
}

static void
head(struct ct_text *text, const json_t *rec)
{
	const char *from = ct_rec_text(rec, "from");
	const char *to = ct_rec_text(rec, "to");
	bool test = strcmp(ct_rec_text(rec, "env"), "test") == 0;

	stats_add(text,
	    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\""
	    "default-src 'none'; style-src 'unsafe-inline'\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<title>Found, decided, reported</title>\n<style>\n");
	stats_add(text, "%s", style);
	stats_add(text,
	    "\n</style></head>\n<body><main>\n"
	    "<h1>Found, decided, reported</h1>\n"
	    "<p class=\"sub\">%s%s%s%s; counted %s</p>\n",
	    from     ? "From "
		: to ? ""
		     : "All that was read",
	    from ? from : "", to ? (from ? " to before " : "Before ") : "",
	    to ? to : "", ct_rec_text(rec, "at"));
	if (test)
		stats_add(text,
		    "<p class=\"warn\">These are reports to the test "
		    "environment: none of them was filed.</p>\n");
	warn(text, stats_number(rec, "lines.malformed"),
	    "lines could not be read: the numbers are too low.");
	warn(text, stats_number(rec, "left_out"),
	    test ? "reports in production are not counted here."
		 : "reports to the test environment are not counted.");
	warn(text, stats_number(rec, "filed"),
	    "reports to other authorities are not in these numbers.");
}

static void
small(struct ct_text *text, const json_t *rec, const char *name,
    const char *caption)
{
	char room[STATS_WORD];
	const char *member;
	json_t *value;

	stats_add(text, "<table><caption>%s</caption><tbody>\n", caption);
	json_object_foreach(ct_rec_get(rec, name), member, value)
	{
		stats_add(text,
		    "<tr><th scope=\"row\">%s</th><td>%s</td></tr>\n", member,
		    stats_grouped(json_integer_value(value), room));
	}
	stats_add(text, "</tbody></table>\n");
}

/* ---- the page ----------------------------------------------------------- */

void
stats_html(struct ct_text *text, const json_t *rec)
{
	const json_t *month = json_object_get(rec, "month");
	const json_t *list = json_object_get(rec, "list");
	enum stats_dim dim;
	size_t i;

	head(text, rec);
	cards(text, rec);
	stats_add(text, "<h2>Over time</h2>\n");
	stats_columns(text, month,
	    &(struct stats_chart){ "Reports by month", "reports", NULL });
	stats_lines(text, month,
	    &(struct stats_chart){ "Time to report", "to_report", NULL });
	stats_lines(text, month,
	    &(struct stats_chart){ "Time to removal", "to_removal", NULL });
	stats_add(text, "<h2>Where it was found, and how</h2>\n");
	stats_bars(text, list,
	    &(struct stats_chart){ "Reports by list", "reports", NULL });
	stats_bars(text, json_object_get(rec, "surface"),
	    &(struct stats_chart){ "Reports by surface", "reports", NULL });
	stats_bars(text, json_object_get(rec, "method"),
	    &(struct stats_chart){ "Reports by method", "reports", NULL });
	stats_add(text, "<h2>How often lists were wrong</h2>\n");
	if (!stats_number(rec, "total.matched"))
		stats_add(text,
		    "<p class=\"hint\">What was read tells of no decided item "
		    "that a list hit it. The logs alone do not know it.</p>\n");
	stats_bars(text, list,
	    &(struct stats_chart){
		"Decided items by the list that hit them; in "
		"orange, and as a number, not_csam",
		"matched", "false_positives" });
	stats_add(text, "<h2>Numbers</h2>\n");
	for (dim = STATS_MONTH; dim < STATS_DIMS; dim++)
		table(text, rec, dim);
	stats_add(text, "<div class=\"few\">\n");
	small(text, rec, "total.verdicts", "Verdicts of people");
	small(text, rec, "scanned", "Items looked up, whenever");
	small(text, rec, "views", "Views by people, each step closer");
	stats_add(text, "</div>\n<h2>How it was counted</h2>\n<ul>\n");
	for (i = 0; i < sizeof rules / sizeof *rules; i++)
		stats_add(text, "<li>%s</li>\n", rules[i]);
	stats_add(text, "</ul>\n</main></body></html>\n");
}
