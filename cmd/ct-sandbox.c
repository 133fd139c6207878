/* ct-sandbox - a loopback server that behaves as NCMEC and the exchanges do */
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blake.h"
#include "cred.h"
#include "file.h"
#include "http.h"
#include "prog.h"
#include "rec.h"
#include "sandbox.h"

#define STATE_MAX ((size_t)1 << 30)

static const char usage[] =
    "usage: ct-sandbox [-p PORT] [-d DIR] [--credential FILE]\n"
    "                  [--hashes FILE] [--fault SPEC] [--clock TIME]\n"
    "       ct-sandbox state URL\n"
    "       ct-sandbox control URL JSON\n"
    "a loopback server that behaves as NCMEC and the exchanges do\n\n"
    "  -p, --port PORT        0 (the default) is any free one\n"
    "  -d, --dir DIR          write the clients' credential files there\n"
    "      --credential FILE  user name and password are those of FILE\n"
    "      --hashes FILE      serve these list records\n"
    "      --page-size N      entries in a page of the list (1000)\n"
    "      --fault SPEC       CALL:N:KIND[:ARG] goes wrong; see the manual\n"
    "      --clock TIME       its clock stands at TIME\n"
    "  -h, --help             print this\n"
    "  -V, --version          print the version\n";

struct options {
	int port;
	const char *dir, *credential, *hashes, *clock;
	char **fault;
	size_t nfaults, page;
};

static void
must(int rc, const struct ct_err *err)
{
	if (rc)
		ct_die_err(err);
}

/* The user and password that clients must give. */
static void
who(struct ct_cred *cred, const struct options *o)
{
	struct ct_err err = { 0 };

	if (o->credential) {
		must(ct_cred_read(cred, o->credential, &err), &err);
		if (cred->production)
			ct_die(CT_NOPERM,
			    "'%s' is for production; not used here",
			    o->credential);
		return;
	}
	cred->user = ct_strdup("sandbox");
	cred->password = ct_alloc(33, 1);
	ct_random_id(cred->password);
}

static void
announce(const char *url, const struct options *o, const struct ct_cred *cred)
{
	struct ct_out out = { .fd = STDOUT_FILENO, .each = true };
	struct ct_err err = { 0 };
	json_t *ready =
	    json_pack("{s:s, s:i}", "url", url, "pid", (int)getpid());

	if (o->dir) {
		must(ct_mkdirs(o->dir, &err), &err);
		(void)json_object_set_new(ready, "credential",
		    ct_sandbox_creds(
			o->dir, url, cred->user, cred->password, &err));
		must(err.code, &err);
	}
	must(ct_out_rec(&out, ready, &err), &err);
	json_decref(ready);
	ct_text_free(&out.text);
}

/* Threads of the server never see the signals that end it. */
static void
serve(
    struct ct_sandbox *box, const struct options *o, const struct ct_cred *cred)
{
	sigset_t ends, before;
	struct ct_err err = { 0 };
	const char *url;

	ct_stop_gently();
	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &ends, &before);
	must(ct_sandbox_start(box, o->port, &url, &err), &err);
	announce(url, o, cred);
	while (!ct_stop)
		(void)sigsuspend(&before);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

static int
run(const struct options *o)
{
	struct ct_cred cred = { 0 };
	struct ct_sandbox *box;
	struct ct_err err = { 0 };
	size_t i;

	if (!o->dir && !o->credential)
		ct_die(CT_USAGE,
		    "want -d or --credential: else no client could log in");
	who(&cred, o);
	must(ct_sandbox_new(&box, cred.user, cred.password, o->page, &err),
	    &err);
	must(ct_sandbox_clock(box, o->clock, &err), &err);
	for (i = 0; i < o->nfaults; i++)
		if (ct_sandbox_fault(box, o->fault[i], &err))
			ct_die(err.code, "--fault: %s", err.msg);
	if (o->hashes)
		must(ct_sandbox_load(box, o->hashes, &err), &err);
	serve(box, o, &cred);
	ct_sandbox_free(box);
	ct_cred_free(&cred);
	return 0;
}

/* ---- verbs: ask a running one -------------------------------------------- */

static int
ask(const char *method, const char *url, const char *path, const char *body)
{
	char *whole = ct_printf("%s%s", url, path);
	struct ct_http_req req = { .method = method,
		.url = whole,
		.body = body,
		.len = body ? strlen(body) : 0,
		.type = body ? "application/json" : NULL,
		.max = STATE_MAX };
	struct ct_out out = { .fd = STDOUT_FILENO, .each = true };
	struct ct_http_res res;
	struct ct_http *http;
	struct ct_err err = { 0 };
	int rc;

	if (!ct_http_loopback(url))
		ct_die(CT_USAGE, "want the URL that ct-sandbox printed");
	must(ct_http_new(&http, &err), &err);
	must(ct_http_do(http, &req, &res, &err), &err);
	must(ct_out_line(&out, res.body, res.len, &err), &err);
	rc = res.status == 200  ? 0
	    : res.status == 400 ? CT_DATAERR
				: CT_PROTOCOL;
	ct_http_done(&res);
	ct_http_free(http);
	ct_text_free(&out.text);
	free(whole);
	return rc;
}

static int
verb(int argc, char *argv[])
{
	if (strcmp(argv[0], "state") == 0 && argc == 2)
		return ask("GET", argv[1], "/_state", NULL);
	if (strcmp(argv[0], "control") == 0 && argc == 3)
		return ask("POST", argv[1], "/_control", argv[2]);
	ct_usage(usage);
}

int
main(int argc, char *argv[])
{
	static const struct option longs[] = { { "port", 1, NULL, 'p' },
		{ "dir", 1, NULL, 'd' }, { "credential", 1, NULL, 'C' },
		{ "hashes", 1, NULL, 'H' }, { "page-size", 1, NULL, 'P' },
		{ "fault", 1, NULL, 'F' }, { "clock", 1, NULL, 'T' },
		{ "help", 0, NULL, 'h' }, { "version", 0, NULL, 'V' },
		{ NULL, 0, NULL, 0 } };
	struct options o = { .page = 1000 };
	int c, rc;

	ct_start("ct-sandbox");
	while ((c = getopt_long(argc, argv, "p:d:hV", longs, NULL)) != -1)
		switch (c) {
		case 'p':
			o.port = (int)ct_number("--port", optarg, 0, 65535);
			break;
		case 'd':
			o.dir = optarg;
			break;
		case 'C':
			o.credential = optarg;
			break;
		case 'H':
			o.hashes = optarg;
			break;
		case 'P':
			o.page =
			    (size_t)ct_number("--page-size", optarg, 1, 100000);
			break;
		case 'F':
			o.fault =
			    ct_grow(o.fault, o.nfaults + 1, sizeof *o.fault);
			o.fault[o.nfaults++] = optarg;
			break;
		case 'T':
			o.clock = optarg;
			break;
		case 'h':
			return ct_help(usage);
		case 'V':
			return ct_version(NULL);
		default:
			ct_usage(usage);
		}
	if (optind < argc)
		return verb(argc - optind, argv + optind);
	rc = run(&o);
	free(o.fault);
	return rc;
}
