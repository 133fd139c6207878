/* ct-hash - digests and PDQ hashes of files */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode.h"
#include "digest.h"
#include "prog.h"
#include "rec.h"

static const char usage[] =
    "usage: ct-hash [-0qV] [-B N] [--exact | --fast | --compat=photo-hasher]\n"
    "               [--dihedral] [--no-follow] [--user ID] [LIMIT...] "
    "[FILE...]\n"
    "Adds digests, PDQ hash and the outcome of decoding to the record of each\n"
    "file.  Without FILE, each line of standard input is a record or a path.\n"
    "  -0, --null      standard input is paths ended by NUL, no records\n"
    "  -B, --batch N   pictures that one decoder process takes at most (64)\n"
    "      --exact     PDQ by the reference's own arithmetic\n"
    "      --fast      PDQ from a picture decoded small and grey\n"
    "      --compat=photo-hasher  PDQ as Meta's pdq-photo-hasher makes it\n"
    "      --dihedral  PDQ of all eight orientations\n"
    "      --no-follow read no symbolic link\n"
    "      --user ID   put {\"id\":ID} as user into records made of paths\n"
    "  -q, --quiet     no closing summary\n"
    "  -h, --help      print this and exit\n"
    "  -V, --version   print the version and exit\n"
    "A file over a limit is not decoded:\n"
    "  --max-bytes SIZE (64M)  --max-pixels N (100000000)  --max-side N "
    "(30000)\n"
    "  --max-scans N (100)  --max-memory SIZE (256M)  --max-time SECONDS "
    "(10)\n";

#define QUEUE 16 /* items under way; more than are decoded at once */

struct item {
	char *line;
	size_t len;
	json_t *rec;
	size_t had; /* members of rec when it came; 0: it is ours */
	int code;   /* of its error, ours or an earlier one's */
	bool read;  /* the file was, and so hashed is set */
	struct ct_hashed hashed;
};

static bool follow = true;
static struct ct_decode_how how;
static json_t *owner; /* user of records made of paths, or NULL */
static struct ct_decode *decoder;
static struct ct_digest digest;
static struct ct_out out = { .fd = STDOUT_FILENO };
static struct ct_tally tally;
static struct item queue[QUEUE];
static size_t first, next; /* of queue, modulo its size */
static int worst;          /* highest code of any record */

/* ---- in order out ---- */

static void
forget(struct item *it)
{
	json_decref(it->rec);
	free(it->line);
	memset(it, 0, sizeof *it);
}

static void
fault(struct item *it, const struct ct_err *why)
{
	ct_rec_fail(it->rec, why);
	it->code = why->code;
	it->read = false;
}

/* Wait for the oldest item and write it.  Returns a code that ends the run;
 * the item has its outcome all the same. */
static int
finish(struct ct_err *err)
{
	struct item *it = &queue[first % QUEUE];
	int rc = 0, lost = 0;

	if (it->hashed.sent &&
	    (lost = ct_decode_wait(decoder, &it->hashed.res, err)))
		fault(it, err);
	if (it->read) {
		ct_hashed_members(it->rec, &it->hashed);
		ct_tally(&tally, ct_image_status(it->hashed.res.status));
	}
	if (it->code)
		ct_tally(&tally, "error");
	if (it->code > worst)
		worst = it->code;
	rc = it->had
	    ? ct_out_grown(&out, it->line, it->len, it->rec, it->had, err)
	    : ct_out_rec(&out, it->rec, err);
	forget(it);
	first++;
	return rc ? rc : lost;
}

/* ---- in ---- */

/* The item's record, and in *path the file it is of.  CT_NO: it came with an
 * error, and goes on as it is. */
static int
identify(struct item *it, bool record, char **path, struct ct_err *err)
{
	char *whole;
	int rc;

	if (!record) {
		if (strlen(it->line) != it->len)
			return ct_fail(err, CT_DATAERR,
			    "a path with a NUL; names ended by NUL want -0");
		*path = ct_strdup(it->line);
		whole = ct_rec_whole(*path);
		ct_rec_name(it->rec, whole);
		free(whole);
		if (owner)
			(void)json_object_set(it->rec, "user", owner);
		return 0;
	}
	json_decref(it->rec);
	it->rec = ct_json_object(it->line, it->len, err);
	if (!it->rec) {
		it->rec = json_object();
		return err->code;
	}
	it->had = json_object_size(it->rec);
	if ((it->code = ct_rec_error(it->rec)))
		return CT_NO;
	if (json_object_get(it->rec, "file") ||
	    json_object_get(it->rec, "hashes"))
		return ct_fail(err, CT_DATAERR, "it has file or hashes");
	rc = ct_rec_path(it->rec, path, err);
	return rc == CT_NO ? ct_fail(err, CT_DATAERR, "it has no path") : rc;
}

/* One input, which ct_in_next gave with this code.  Returns a code that ends
 * the run. */
static int
take(size_t number, const char *line, size_t len, bool record, int got,
    struct ct_err *err)
{
	struct item *it;
	char *path = NULL;
	int rc = 0;

	while (!rc && (next - first == QUEUE || !ct_decode_room(decoder)))
		rc = finish(err);
	if (rc)
		return rc;
	it = &queue[next++ % QUEUE];
	it->rec = json_object();
	if (got == 1) {
		it->line = memcpy(ct_alloc(len + 1, 1), line, len);
		it->len = len;
		got = identify(it, record, &path, err);
	}
	if (!got) {
		got = ct_decode_file(
		    decoder, &digest, path, follow, &it->hashed, err);
		it->read = got == 0;
		rc = got == CT_NOINPUT || got == CT_IOERR ? 0 : got;
	}
	free(path);
	if (got > CT_NO) {
		if (!rc)
			ct_warn("input %zu: %s", number, err->msg);
		fault(it, err);
	}
	return rc;
}

static int
lines(char delim, struct ct_err *err)
{
	struct ct_in in = {
		.fd = STDIN_FILENO, .delim = delim, .names = true, .tie = &out
	};
	char *line = NULL;
	size_t len = 0;
	int got, rc = 0;

	while (!rc) {
		while (!rc && first != next && !ct_in_here(&in))
			rc = finish(err);
		if (rc || (got = ct_in_next(&in, &line, &len, err)) == 0)
			break;
		if (got == 1 && in.torn)
			ct_warn(
			    "input %zu: not ended; it may be cut", in.lineno);
		if (got == CT_IOERR)
			rc = got;
		else if (got != 1 || len || !delim)
			rc = take(in.lineno, line, len, delim && *line == '{',
			    got, err);
	}
	ct_in_free(&in);
	return rc;
}

static int
run(char *operand[], size_t n, char delim)
{
	struct ct_err err = { 0 };
	size_t i;
	int rc, got;

	rc = ct_decode_open(&decoder, &how, &err);
	if (!rc && n == 0)
		rc = lines(delim, &err);
	for (i = 0; !rc && i < n; i++)
		rc =
		    take(i + 1, operand[i], strlen(operand[i]), false, 1, &err);
	/* whatever ended the run, what was taken in gets its record */
	for (; first != next; rc = got > rc ? got : rc)
		got = finish(&err);
	if (rc)
		ct_warn("%s", err.msg);
	worst = rc > worst ? rc : worst;
	if ((rc = ct_out_close(&out, &err)))
		ct_warn("%s", err.msg);
	ct_decode_close(decoder);
	ct_digest_free(&digest);
	return rc > worst ? rc : worst;
}

enum {
	O_EXACT = 256,
	O_FAST,
	O_COMPAT,
	O_DIHEDRAL,
	O_NO_FOLLOW,
	O_USER,
	O_BYTES,
	O_PIXELS,
	O_SIDE,
	O_SCANS,
	O_MEMORY,
	O_TIME
};

static const struct option longopt[] = {
	{ "null", no_argument, NULL, '0' },
	{ "batch", required_argument, NULL, 'B' },
	{ "exact", no_argument, NULL, O_EXACT },
	{ "fast", no_argument, NULL, O_FAST },
	{ "compat", required_argument, NULL, O_COMPAT },
	{ "dihedral", no_argument, NULL, O_DIHEDRAL },
	{ "no-follow", no_argument, NULL, O_NO_FOLLOW },
	{ "user", required_argument, NULL, O_USER },
	{ "max-bytes", required_argument, NULL, O_BYTES },
	{ "max-pixels", required_argument, NULL, O_PIXELS },
	{ "max-side", required_argument, NULL, O_SIDE },
	{ "max-scans", required_argument, NULL, O_SCANS },
	{ "max-memory", required_argument, NULL, O_MEMORY },
	{ "max-time", required_argument, NULL, O_TIME },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* Is c one of the limits?  Then it is set. */
static bool
limit(int c)
{
	struct ct_image_limits *l = &how.limits;

	if (c == O_BYTES)
		l->bytes = (uint32_t)ct_size(
		    "--max-bytes", optarg, 1, CT_DECODE_BYTES);
	else if (c == O_PIXELS)
		l->pixels = (uint32_t)ct_number(
		    "--max-pixels", optarg, 1, CT_DECODE_PIXELS);
	else if (c == O_SIDE)
		l->side = (uint32_t)ct_number(
		    "--max-side", optarg, 1, CT_DECODE_SIDE);
	else if (c == O_SCANS)
		l->scans = (uint32_t)ct_number(
		    "--max-scans", optarg, 1, CT_DECODE_SCANS);
	else if (c == O_MEMORY)
		l->memory = (uint32_t)ct_size(
		    "--max-memory", optarg, 1, CT_DECODE_MEMORY);
	else if (c == O_TIME)
		l->ms =
		    (uint32_t)ct_seconds("--max-time", optarg, 1, CT_DECODE_MS);
	else
		return false;
	return true;
}

/* The one way of hashing that was asked for. */
static void
method(enum ct_pdq_method m)
{
	if (how.method != CT_PDQ_TENT && how.method != m)
		ct_die(CT_USAGE, "want one of --exact, --fast and --compat");
	how.method = m;
}

int
main(int argc, char *argv[])
{
	const char *user = NULL;
	bool quiet = false;
	char delim = '\n';
	int c, rc;

	ct_start("ct-hash");
	how = ct_decode_how;
	while ((c = getopt_long(argc, argv, "0B:qhV", longopt, NULL)) != -1)
		switch (c) {
		case '0':
			delim = '\0';
			break;
		case 'B':
			how.batch =
			    (uint32_t)ct_number("-B", optarg, 1, 1000000);
			break;
		case O_EXACT:
			method(CT_PDQ_EXACT);
			break;
		case O_FAST:
			method(CT_PDQ_FAST);
			break;
		case O_COMPAT:
			if (strcmp(optarg, "photo-hasher") != 0)
				ct_die(CT_USAGE, "--compat: want photo-hasher");
			method(CT_PDQ_COMPAT);
			break;
		case O_DIHEDRAL:
			how.turns = true;
			break;
		case O_NO_FOLLOW:
			follow = false;
			break;
		case O_USER:
			user = optarg;
			break;
		case 'q':
			quiet = true;
			break;
		case 'h':
			return ct_help(usage);
		case 'V':
			return ct_version(NULL);
		default:
			if (!limit(c))
				ct_usage(usage);
		}
	if (user && (!*user || !(owner = json_pack("{s:s}", "id", user))))
		ct_die(CT_USAGE, "--user: want a name in UTF-8");
	rc = run(argv + optind, (size_t)(argc - optind), delim);
	if (!quiet)
		ct_tally_print(&tally, next, out.n);
	json_decref(owner);
	return rc;
}
