/* video - hash a video as ct-hash does, and print what came of it
 *
 *	video [-k] [-r RATE] [-t FILE] [-v PROGRAM] [-m MS] FILE...
 *
 * A line of outcome for each, the frames as text behind it; RATE is in 1000 s,
 * 0 every frame; -t writes TMK, -v is another ct-decode-video.
 */
#include "video.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "prog.h"

static void
write_tmk(const char *path, const struct ct_tmk *tmk)
{
	static uint8_t bytes[CT_TMK_LEN];
	FILE *out = fopen(path, "w");

	ct_tmk_write(tmk, bytes);
	if (!out || fwrite(bytes, 1, sizeof bytes, out) != sizeof bytes ||
	    fclose(out))
		ct_die(CT_CANTCREAT, "cannot write");
}

static void
print(const struct ct_video *v)
{
	char line[CT_VPDQ_LINE];
	size_t i;

	printf("%s %s %s %ux%u %u frames %u ms %lld hashed %zu%s\n",
	    ct_image_status(v->status), *v->format ? v->format : "-",
	    *v->codec ? v->codec : "-", v->w, v->h, v->turn, v->frames,
	    (long long)v->ms, v->vpdq.n,
	    v->still         ? " still"
		: v->picture ? " picture"
			     : "");
	for (i = 0; i < v->vpdq.n; i++) {
		(void)ct_vpdq_line(&v->vpdq.frame[i], line);
		(void)fputs(line, stdout);
	}
}

int
main(int argc, char *argv[])
{
	struct ct_video_how how = ct_video_how;
	struct ct_video v;
	struct ct_err err;
	const char *tmk = NULL;
	int c, fd;

	ct_start("video");
	while ((c = getopt(argc, argv, "km:r:t:v:")) != -1)
		if (c == 'k')
			how.keyframes = true;
		else if (c == 'm')
			how.ms = (uint32_t)ct_number("-m", optarg, 1, 1000000);
		else if (c == 'r')
			how.rate =
			    (uint32_t)ct_number("-r", optarg, 0, 1000000);
		else if (c == 't')
			tmk = optarg;
		else if (c == 'v')
			how.program = optarg;
		else
			return CT_USAGE;
	how.tmk = tmk != NULL;
	for (; optind < argc; optind++) {
		fd = open(argv[optind], O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			ct_die(CT_NOINPUT, "cannot open");
		if (ct_video_hash(fd, &how, &v, &err))
			ct_die(err.code, "%s", err.msg);
		print(&v);
		if (v.tmk)
			write_tmk(tmk, v.tmk);
		ct_video_free(&v);
		(void)close(fd);
	}
	return 0;
}
