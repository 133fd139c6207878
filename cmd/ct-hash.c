/* ct-hash - digests and perceptual hashes of files */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hashrun.h"
#include "pdq.h"
#include "prog.h"

static const char usage[] =
    "usage: ct-hash [OPTION...] [FILE...]\n"
    "Adds digests, PDQ and vPDQ hashes and the outcome of decoding to the "
    "record\n"
    "of each file.  Without FILE, each line of standard input is a record or "
    "a\n"
    "path.\n"
    "  -0, --null       standard input is paths ended by NUL, no records\n"
    "  -j, --jobs N     files at a time (the CPUs there are)\n"
    "  -B, --batch N    pictures that one decoder process takes at most (64)\n"
    "      --unordered  write records as they are done\n"
    "      --cache FILE remember what files were hashed to\n"
    "      --no-follow  read no symbolic link\n"
    "      --user ID    put {\"id\":ID} as user into records made of paths\n"
    "      --exact      PDQ by the reference's own arithmetic\n"
    "      --fast       PDQ from a picture decoded small and grey\n"
    "      --compat=photo-hasher  PDQ as Meta's pdq-photo-hasher makes it\n"
    "      --dihedral   PDQ of all eight orientations\n"
    "      --video-rate RATE  frames of a video hashed a second (1), or all\n"
    "      --keyframes  of a video decode nothing but key frames\n"
    "      --video-files DIR  write all frames of a video to DIR/SHA256.vpdq\n"
    "      --tmk        and TMK+PDQF to DIR/SHA256.tmk\n"
    "  -q, --quiet      no closing summary, no progress on the terminal\n"
    "      --progress   progress although standard output is a pipe\n"
    "      --self-test  try every kernel of this CPU, and exit\n"
    "  -h, --help       print this and exit\n"
    "  -V, --version    version, kernels, isolation in force\n"
    "A file over a limit is not decoded:\n"
    "  --max-bytes SIZE (64M)  --max-pixels N (100000000)  --max-side N "
    "(30000)\n"
    "  --max-scans N (100)  --max-memory SIZE (256M)  --max-time SECONDS "
    "(10)\n"
    "or a video over --max-video-time SECONDS (7200)  --max-frames N "
    "(4000000).\n"
    "A file over --max-read SIZE (64G) is not even read.  Videos that come as\n"
    "frames take --max-spool SIZE (1G) of memory.\n";

enum {
	O_EXACT = 256,
	O_FAST,
	O_COMPAT,
	O_DIHEDRAL,
	O_NO_FOLLOW,
	O_USER,
	O_UNORDERED,
	O_CACHE,
	O_PROGRESS,
	O_SELF_TEST,
	O_KEYFRAMES,
	O_TMK,
	O_VIDEO_FILES,
	O_LIMIT
};

static const struct option longopt[] = {
	{ "null", no_argument, NULL, '0' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "batch", required_argument, NULL, 'B' },
	{ "unordered", no_argument, NULL, O_UNORDERED },
	{ "cache", required_argument, NULL, O_CACHE },
	{ "no-follow", no_argument, NULL, O_NO_FOLLOW },
	{ "user", required_argument, NULL, O_USER },
	{ "exact", no_argument, NULL, O_EXACT },
	{ "fast", no_argument, NULL, O_FAST },
	{ "compat", required_argument, NULL, O_COMPAT },
	{ "dihedral", no_argument, NULL, O_DIHEDRAL },
	{ "quiet", no_argument, NULL, 'q' },
	{ "progress", no_argument, NULL, O_PROGRESS },
	{ "self-test", no_argument, NULL, O_SELF_TEST },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "keyframes", no_argument, NULL, O_KEYFRAMES },
	{ "tmk", no_argument, NULL, O_TMK },
	{ "video-files", required_argument, NULL, O_VIDEO_FILES },
	{ "video-rate", required_argument, NULL, O_LIMIT },
	{ "max-bytes", required_argument, NULL, O_LIMIT },
	{ "max-pixels", required_argument, NULL, O_LIMIT },
	{ "max-side", required_argument, NULL, O_LIMIT },
	{ "max-scans", required_argument, NULL, O_LIMIT },
	{ "max-memory", required_argument, NULL, O_LIMIT },
	{ "max-time", required_argument, NULL, O_LIMIT },
	{ "max-read", required_argument, NULL, O_LIMIT },
	{ "max-frames", required_argument, NULL, O_LIMIT },
	{ "max-video-time", required_argument, NULL, O_LIMIT },
	{ "max-spool", required_argument, NULL, O_LIMIT },
	{ NULL, 0, NULL, 0 },
};

static int
version(const struct ct_decode_how *how)
{
	struct ct_err err = { 0 };
	char *about = ct_hashrun_about(how, &err);
	int rc = ct_version(about ? about : err.msg);

	free(about);
	return rc ? rc : err.code;
}

static void
say(void *arg, const char *kernel, bool good)
{
	(void)arg;
	(void)printf("%s: %s\n", kernel, good ? "ok" : "wrong, not used");
}

static int
self_test(void)
{
	int bad = ct_pdq_self_test(say, NULL);

	if (fflush(stdout))
		return CT_IOERR;
	return bad ? CT_UNAVAILABLE : 0;
}

/* Does c say how PDQ is made?  Then it is set. */
static bool
method(struct ct_decode_how *how, int c)
{
	enum ct_pdq_method m = c == O_EXACT ? CT_PDQ_EXACT
	    : c == O_FAST                   ? CT_PDQ_FAST
	    : c == O_COMPAT                 ? CT_PDQ_COMPAT
					    : CT_PDQ_TENT;

	if (m == CT_PDQ_TENT)
		return false;
	if (m == CT_PDQ_COMPAT && strcmp(optarg, "photo-hasher") != 0)
		ct_die(CT_USAGE, "--compat: want photo-hasher");
	if (how->method != CT_PDQ_TENT && how->method != m)
		ct_die(CT_USAGE, "want one of --exact, --fast and --compat");
	how->method = m;
	return true;
}

static void
parse(struct ct_hashrun *r, int argc, char *argv[])
{
	struct ct_decode_how *decode = &r->how.decode;
	int c, at = 0;

	while ((c = getopt_long(argc, argv, "0B:hj:qV", longopt, &at)) != -1)
		switch (c) {
		case '0':
			r->delim = '\0';
			break;
		case 'j':
			r->how.lanes =
			    (int)ct_number("-j", optarg, 1, CT_HASHER_LANES);
			break;
		case 'B':
			decode->batch =
			    (uint32_t)ct_number("-B", optarg, 1, 1000000);
			break;
		case 'q':
			r->quiet = true;
			break;
		case 'h':
			exit(ct_help(usage));
		case 'V':
			exit(version(decode));
		case O_DIHEDRAL:
			decode->turns = true;
			break;
		case O_NO_FOLLOW:
			r->how.follow = false;
			break;
		case O_USER:
			json_decref(r->user);
			r->user = json_pack("{s:s}", "id", optarg);
			if (!*optarg || !r->user)
				ct_die(
				    CT_USAGE, "--user: want a name in UTF-8");
			break;
		case O_UNORDERED:
			r->how.unordered = true;
			break;
		case O_CACHE:
			r->cache = optarg;
			break;
		case O_KEYFRAMES:
			r->how.video.keyframes = true;
			break;
		case O_TMK:
			r->how.video.tmk = true;
			break;
		case O_VIDEO_FILES:
			r->how.beside = optarg;
			break;
		case O_LIMIT:
			ct_hashrun_limit(&r->how, longopt[at].name, optarg);
			break;
		case O_PROGRESS:
			r->progress = true;
			break;
		case O_SELF_TEST:
			exit(self_test());
		default:
			if (!method(decode, c))
				ct_usage(usage);
		}
	r->operand = argv + optind;
	r->operands = (size_t)(argc - optind);
	if (r->how.video.tmk && !r->how.beside)
		ct_die(CT_USAGE, "--tmk: want --video-files DIR");
	if (r->how.video.tmk && r->how.video.keyframes)
		ct_die(CT_USAGE, "--tmk wants all frames, not --keyframes");
}

int
main(int argc, char *argv[])
{
	struct ct_hashrun r = { .delim = '\n',
		.how = { .read = CT_HASHER_READ,
		    .spool = CT_HASHER_SPOOL,
		    .follow = true,
		    .lanes = ct_hasher_cpus() } };
	int rc;

	ct_start("ct-hash");
	r.how.decode = ct_decode_how;
	r.how.video = ct_video_how;
	parse(&r, argc, argv);
	/* what was taken in is finished; of a pipe that broke we die */
	ct_stop_gently();
	(void)signal(SIGPIPE, SIG_DFL);
	rc = ct_hashrun(&r);
	json_decref(r.user);
	return rc;
}
