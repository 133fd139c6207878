/* ct-decode-video - decode and hash one video for another program of ours; see
 * video_wire.h */
#include <string.h>

#include "av.h"
#include "prog.h"

static const char usage[] =
    "usage: ct-decode-video [-hV]\n"
    "Decodes and hashes a video for ct-hash, which starts it.  Not for use by\n"
    "hand.\n"
    "  -h, --help     print this and exit\n"
    "  -V, --version  print the version and exit\n";

int
main(int argc, char *argv[])
{
	ct_start("ct-decode-video");
	if (argc == 2 &&
	    (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0))
		return ct_help(usage);
	if (argc == 2 &&
	    (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0))
		return ct_version(NULL);
	if (argc == 1)
		(void)ct_av_serve();
	ct_usage(usage);
}
