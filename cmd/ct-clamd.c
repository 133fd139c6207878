/* ct-clamd - answer as ClamAV's clamd does, from hash lists */
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clamd.h"
#include "prog.h"
#include "rec.h"
#include "scanner.h"

static const char usage[] =
    "usage: ct-clamd [OPTION...]\n"
    "Answers what clients of ClamAV's clamd ask, by ct-hash and ct-match: "
    "FOUND\n"
    "what is known, and unless told otherwise what cannot be judged.\n"
    "  -s, --socket PATH  listen there (/run/ct-clamd/clamd.sock without -p)\n"
    "      --mode OCTAL   of the socket (0660)\n"
    "  -p, --port N       listen at 127.0.0.1, too; 0: any that is free\n"
    "  -c, --config FILE  configuration that names the key of the index\n"
    "  -d, --dir DIR      state directory: its lists/known.ctx is asked\n"
    "  -l, --list FILE    ask this list or index\n"
    "  -t, --threshold BITS  greatest PDQ distance that matches\n"
    "  -j, --jobs N       pictures at a time (the CPUs there are)\n"
    "      --max-age AGE  answer ERROR if the lists are older: 15m, 26h\n"
    "      --max-bytes SIZE  of one upload (64M)\n"
    "      --max-memory SIZE  of all that are under way (1G)\n"
    "      --clients N    connections at a time (64)\n"
    "      --idle SECONDS  that a client may say nothing (30)\n"
    "      --timeout SECONDS  that one answer may take (60)\n"
    "      --spool DIR    keep records and bytes of what matches there\n"
    "      --spool-undecided  and of what is undecided\n"
    "      --undecided [WHY=]ANSWER  ok, found or error (found)\n"
    "  -h, --help         print this\n"
    "  -V, --version      print the version\n";

enum { CLIENTS = 256, IDLE, MEMORY, MODE };

static const struct option options[] = { CT_SCANNER_LONG,
	{ "clients", 1, NULL, CLIENTS }, { "idle", 1, NULL, IDLE },
	{ "max-memory", 1, NULL, MEMORY }, { "mode", 1, NULL, MODE },
	{ "port", 1, NULL, 'p' }, { "socket", 1, NULL, 's' },
	{ "help", 0, NULL, 'h' }, { "version", 0, NULL, 'V' },
	{ NULL, 0, NULL, 0 } };

static struct ct_scanner_how how;
static struct ct_clamd_how serve = {
	.mode = 0660, .port = -1, .clients = 64, .silence = 30000
};

static void
option(int c)
{
	char *end;

	if (ct_scanner_option(&how, c, optarg))
		return;
	if (c == 'p')
		serve.port = (int)ct_number("-p", optarg, 0, 65535);
	else if (c == 's')
		serve.socket = optarg;
	else if (c == CLIENTS)
		serve.clients = (int)ct_number("--clients", optarg, 1, 10000);
	else if (c == IDLE)
		serve.silence = ct_seconds("--idle", optarg, 1, 3600000);
	else if (c == MEMORY)
		how.max_memory =
		    (size_t)ct_size("--max-memory", optarg, 1 << 20, 1L << 40);
	else if (c == MODE) {
		serve.mode = (int)strtol(optarg, &end, 8);
		if (*end || end == optarg || serve.mode & ~0777)
			ct_die(CT_USAGE, "--mode: want octal digits");
	} else
		ct_usage(usage);
}

/* Where it listens, as a record, and how it answers what it cannot judge. */
static void
announce(int port)
{
	struct ct_out out = { .fd = STDOUT_FILENO, .each = true };
	json_t *rec = json_pack("{s:i}", "pid", (int)getpid());
	struct ct_err err = { 0 };
	size_t n = 0;
	int i;

	for (i = 0; i < CT_SCANNER_WHYS; i++)
		n += how.undecided[i] == CT_ANSWER_OK;
	ct_warn("%s",
	    n == 0 ? "what is undecided is refused"
		: n == CT_SCANNER_WHYS
		? "what is undecided is let through, all of it"
		: "some of what is undecided is let through");
	if (serve.socket)
		(void)json_object_set_new(
		    rec, "socket", json_string(serve.socket));
	if (port >= 0)
		(void)json_object_set_new(rec, "port", json_integer(port));
	if (ct_out_rec(&out, rec, &err))
		ct_die_err(&err);
	json_decref(rec);
	ct_text_free(&out.text);
}

int
main(int argc, char *argv[])
{
	sigset_t ends, before;
	struct ct_clamd *clamd;
	struct ct_err err = { 0 };
	int c, port, rc;

	ct_start("ct-clamd");
	ct_scanner_defaults(&how);
	while ((c = getopt_long(argc, argv, CT_SCANNER_SHORT "p:s:hV", options,
		    NULL)) != -1) {
		if (c == 'h')
			return ct_help(usage);
		if (c == 'V')
			return ct_version(NULL);
		option(c);
	}
	if (optind != argc || (how.dir && how.list) ||
	    (how.spool_all && !how.spool))
		ct_usage(usage);
	if (!serve.socket && serve.port < 0)
		serve.socket = "/run/ct-clamd/clamd.sock";
	how.dir = ct_home(how.dir);
	ct_stop_gently();
	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &ends, &before);
	if (ct_scanner_open(&serve.scanner, &how, &err) ||
	    ct_clamd_open(&clamd, &serve, &port, &err))
		ct_die_err(&err);
	announce(port);
	rc = ct_clamd_serve(clamd, &before, &err);
	if (rc)
		ct_warn("%s", err.msg);
	ct_clamd_close(clamd);
	ct_scanner_close(serve.scanner);
	return rc;
}
