/* video - hash a video as ct-hash does, and print what came of it
 *
 *	video [-k] [-r RATE] [-t FILE] [-v PROGRAM] [-m MS] FILE...
 *	video -s N [-a MS]... [-e SIDE] [-c] [-o PREFIX] FILE...
 *
 * A line of outcome for each, the frames as text behind it; RATE is in 1000 s,
 * 0 every frame; -t writes TMK, -v is another ct-decode-video.
 *
 * -s: N stills in place of hashes, those at -a among them, in colour with -c; a
 * line for each, and with -o a PNG, PREFIX0.png, PREFIX1.png and so on.
 */
#include "video.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "tile.h"

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

static void
save(const struct ct_still *s, const char *prefix, uint32_t i)
{
	const struct ct_tile tile = {
		.pixels = s->pixels, .w = s->w, .h = s->h, .bytes = s->bytes
	};
	char *path = ct_printf("%s%u.png", prefix, i);
	struct ct_err err;
	size_t len;
	uint8_t *png = ct_tile_png(&tile, 1, &len);

	if (ct_file_create(path, 0600, png, len, &err))
		ct_die_err(&err);
	free(png);
	free(path);
}

static void
stills(struct ct_video_decoder *d, int fd, const struct ct_stills_how *how,
    const char *prefix)
{
	struct ct_stills s;
	struct ct_err err;
	uint32_t i;
	size_t k, len;
	uint64_t sum;

	if (ct_video_stills(d, fd, how, &s, &err))
		ct_die(err.code, "%s", err.msg);
	printf("%s %s %ux%u %u ms %lld stills %u\n", ct_image_status(s.status),
	    *s.codec ? s.codec : "-", s.w, s.h, s.turn, (long long)s.ms, s.n);
	for (i = 0; i < s.n; i++) {
		len = (size_t)s.still[i].w * s.still[i].h *
		    (size_t)s.still[i].bytes;
		for (sum = 0, k = 0; k < len; k++)
			sum += s.still[i].pixels[k];
		printf("%lld %ux%u %d%s mean %d\n", (long long)s.still[i].ms,
		    s.still[i].w, s.still[i].h, s.still[i].bytes,
		    s.still[i].wanted ? " wanted" : "",
		    len ? (int)((sum + len / 2) / len) : 0);
		if (prefix)
			save(&s.still[i], prefix, i);
	}
	ct_stills_free(&s);
}

int
main(int argc, char *argv[])
{
	struct ct_video_how how = ct_video_how;
	struct ct_video v;
	struct ct_err err;
	struct ct_stills_how still = { .side = 64, .ms = 10000 };
	int64_t at[CT_VIDEO_STILLS];
	const char *tmk = NULL, *prefix = NULL, *program = NULL;
	struct ct_video_decoder *d;
	int c, fd;

	ct_start("video");
	while ((c = getopt(argc, argv, "a:ce:km:o:r:s:t:v:")) != -1)
		if (c == 'k')
			how.keyframes = true;
		else if (c == 'm')
			still.ms = how.ms =
			    (uint32_t)ct_number("-m", optarg, 1, 1000000);
		else if (c == 'r')
			how.rate =
			    (uint32_t)ct_number("-r", optarg, 0, 1000000);
		else if (c == 't')
			tmk = optarg;
		else if (c == 'v')
			program = optarg;
		else if (c == 'a' && still.wanted < CT_VIDEO_STILLS)
			at[still.wanted++] =
			    ct_number("-a", optarg, 0, 1 << 30);
		else if (c == 'c')
			still.colour = true;
		else if (c == 'e')
			still.side = (uint32_t)ct_number("-e", optarg, 1, 2048);
		else if (c == 'o')
			prefix = optarg;
		else if (c == 's')
			still.n = (uint32_t)ct_number(
			    "-s", optarg, 1, CT_VIDEO_STILLS);
		else
			return CT_USAGE;
	still.at = at;
	how.tmk = tmk != NULL;
	d = ct_video_open(program);
	for (; optind < argc; optind++) {
		fd = open(argv[optind], O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			ct_die(CT_NOINPUT, "cannot open");
		if (still.n) {
			stills(d, fd, &still, prefix);
			(void)close(fd);
			continue;
		}
		if (ct_video_hash(d, fd, &how, &v, &err))
			ct_die(err.code, "%s", err.msg);
		print(&v);
		if (v.tmk)
			write_tmk(tmk, v.tmk);
		ct_video_free(&v);
		(void)close(fd);
	}
	ct_video_close(d);
	return 0;
}
