/*
 * req - one HTTP request, as a test words it
 *
 *	req [-v] [-u CRED] [-X METHOD] [-t TYPE] [-b FILE] [-f NAME=TEXT]
 *	    [-n FILENAME] [-F NAME=PATH] [-H HEADER] [-o FILE] URL
 *
 * -b: the body; -f, -F: parts of a form in place of it, in their order.
 * Prints the status and of an XML answer the root's name, responseCode and
 * ids (reportId=..., fileId=..., hash=...); -o: the whole answer to FILE;
 * -v: of the headers a second line.  If no answer came: "no answer FATE", and
 * exits 1.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cred.h"
#include "file.h"
#include "http.h"
#include "prog.h"
#include "xml.h"

#define MAX 16

static struct ct_http_part part[MAX];
static const char *header[MAX + 1];
static size_t nheaders;
static const char *out, *filename = "file.bin";
static int verbose;
static struct ct_http_req req = {
	.method = "GET", .part = part, .header = header, .max = (size_t)64 << 20
};

static void
form(char *arg, int is_file)
{
	struct ct_http_part *p = &part[req.nparts++];
	char *eq = strchr(arg, '=');
	struct stat st;

	if (!eq)
		ct_die(CT_USAGE, "want NAME=VALUE");
	*eq++ = '\0';
	p->name = arg;
	if (!is_file) {
		p->text = eq;
		return;
	}
	p->fd = open(eq, O_RDONLY | O_CLOEXEC);
	if (p->fd < 0 || fstat(p->fd, &st) < 0)
		ct_die(CT_NOINPUT, "cannot open '%s'", eq);
	p->len = (uint64_t)st.st_size;
	p->filename = filename;
	p->type = "application/octet-stream";
}

static void
show(const struct ct_xml_node *node, int top)
{
	static const char *const names[] = { "reportId", "fileId", "hash" };
	const struct ct_xml_node *n;
	char *text;
	size_t i;

	for (n = ct_xml_child(node, NULL); n; n = ct_xml_next(n, NULL)) {
		for (i = 0; i < 3; i++)
			if (strcmp(ct_xml_name(n), names[i]) == 0) {
				text = ct_xml_text(n);
				printf(" %s=%s", names[i], text);
				free(text);
			}
		if (top)
			show(n, 0);
	}
}

static void
report(const struct ct_http_res *res)
{
	const struct ct_xml_node *root;
	struct ct_err err = { 0 };
	struct ct_xml *doc;
	char *code;

	printf("%ld", res->status);
	if (res->len && ct_xml_parse(&doc, res->body, res->len, &err) == 0) {
		root = ct_xml_root(doc);
		code = ct_xml_text(ct_xml_child(root, "responseCode"));
		printf(" %s%s%s", ct_xml_name(root), *code ? " " : "", code);
		free(code);
		show(root, 1);
		ct_xml_free(doc);
	}
	putchar('\n');
	if (verbose)
		printf("type=%s request_id=%zu date=%lld\n",
		    res->type ? res->type : "", strlen(res->request_id),
		    (long long)res->date / 1000);
	if (out && ct_file_replace(out, 0644, res->body, res->len, &err))
		ct_die_err(&err);
}

static int
perform(void)
{
	static const char *const fate[] = { "answered", "unsent", "unknown" };
	struct ct_http_res res;
	struct ct_err err = { 0 };
	struct ct_http *http;
	int rc;

	if (ct_http_new(&http, &err))
		ct_die_err(&err);
	rc = ct_http_do(http, &req, &res, &err);
	if (rc)
		printf("no answer %s\n", fate[res.fate]);
	else
		report(&res);
	ct_http_done(&res);
	ct_http_free(http);
	return rc != 0;
}

static void
option(int c, char *arg, struct ct_cred *cred, uint8_t **body)
{
	struct ct_err err = { 0 };

	if (req.nparts == MAX || nheaders == MAX)
		ct_die(CT_USAGE, "too many");
	if (c == 'X')
		req.method = arg;
	else if (c == 't')
		req.type = arg;
	else if (c == 'f' || c == 'F')
		form(arg, c == 'F');
	else if (c == 'n')
		filename = arg;
	else if (c == 'H')
		header[nheaders++] = arg;
	else if (c == 'o')
		out = arg;
	else if (c == 'v')
		verbose = 1;
	else if (c == 'u' && ct_cred_read(cred, arg, &err))
		ct_die_err(&err);
	else if (c == 'b' &&
	    ct_file_read(arg, (size_t)256 << 20, body, &req.len, &err))
		ct_die_err(&err);
	else if (c == '?')
		exit(CT_USAGE);
}

int
main(int argc, char *argv[])
{
	struct ct_cred cred = { 0 };
	uint8_t *body = NULL;
	int c, rc;

	ct_start("req");
	while ((c = getopt(argc, argv, "u:X:t:b:f:F:n:H:o:v")) != -1)
		option(c, optarg, &cred, &body);
	if (optind + 1 != argc)
		ct_die(CT_USAGE, "want one URL");
	req.url = argv[optind];
	req.user = cred.user;
	req.password = cred.password;
	req.body = body;
	rc = perform();
	ct_cred_free(&cred);
	free(body);
	return rc;
}
