/*
 * tiles - what a person would see of each record, told in numbers
 *
 * usage: tiles DECODER LEVEL[@MS] [DIRECTORY] <records
 * For each a line of JSON, and in the directory a PNG: 1.png, 2.png, ...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "prog.h"
#include "tile.h"

static const char usage[] =
    "usage: tiles DECODER LEVEL[@MS] [DIRECTORY] <records\n";

static void
save(const struct ct_tile *tile, const char *dir, size_t lineno)
{
	char *path = ct_printf("%s/%zu.png", dir, lineno);
	struct ct_err err;
	size_t len;
	uint8_t *png = ct_tile_png(tile, tile->bytes == 1 ? 8 : 1, &len);

	if (ct_file_create(path, 0600, png, len, &err))
		ct_die_err(&err);
	free(png);
	free(path);
}

static void
tell(const json_t *rec, int rc, const struct ct_tile *t, int64_t took)
{
	size_t n = (size_t)t->w * t->h * (size_t)t->bytes, i;
	const char *more;
	uint64_t sum = 0;
	uint32_t k;

	for (i = 0; t->pixels && i < n; i++)
		sum += t->pixels[i];
	printf("{\"name\":\"%s\",\"rc\":%d,\"decode\":\"%s\",\"w\":%u,\"h\":%u,"
	       "\"pixels\":[%u,%u,%d],\"mean\":%d,\"ms\":%d,\"whole\":%s",
	    strrchr(ct_rec_text(rec, "id"), '/') + 1, rc,
	    ct_image_status(t->status), t->info.w, t->info.h,
	    t->pixels ? t->w : 0, t->pixels ? t->h : 0,
	    t->pixels ? t->bytes : 0, t->pixels ? (int)((sum + n / 2) / n) : -1,
	    (int)took, t->whole ? "true" : "false");
	if (t->n)
		printf(",\"long\":%lld,\"at\":[", (long long)t->ms);
	for (k = 0; k < t->n; k++)
		printf("%s%lld", k ? "," : "", (long long)t->still[k].ms);
	if (t->n)
		printf("],\"wanted\":[");
	for (more = "", k = 0; k < t->n; k++)
		if (t->still[k].wanted) {
			printf("%s%lld", more, (long long)t->still[k].ms);
			more = ",";
		}
	printf("%s}\n", t->n ? "]" : "");
}

int
main(int argc, char *argv[])
{
	struct ct_in in = { .fd = STDIN_FILENO, .delim = '\n' };
	struct ct_tiler *t;
	struct ct_tile tile;
	struct ct_err err;
	enum ct_step step = 0;
	int64_t since;
	size_t len;
	json_t *rec;
	char *line, *ms;
	int64_t at = CT_TILE_STRIP;
	int rc;

	ct_start("tiles");
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 3 || argc > 4)
		ct_usage(usage);
	if ((ms = strchr(argv[2], '@'))) {
		*ms = '\0';
		at = ct_number("MS", ms + 1, 0, 1 << 30);
	}
	while (step < CT_STEPS && strcmp(argv[2], ct_step_levels[step]) != 0)
		step++;
	if (step == CT_STEPS)
		ct_usage(usage);
	if (ct_tiler_open(&t, argv[1], &err))
		ct_die_err(&err);
	while (ct_in_next(&in, &line, &len, &err) == 1) {
		if (!(rec = ct_json_object(line, len, &err)))
			ct_die_err(&err);
		since = ct_mono();
		if ((rc = ct_tile(t, rec, step, at, &tile, &err)))
			ct_warn("%s", err.msg);
		tell(rec, rc, &tile, ct_mono() - since);
		if (!rc && tile.pixels && argc == 4)
			save(&tile, argv[3], in.lineno);
		json_decref(rec);
	}
	ct_in_free(&in);
	ct_tiler_close(t);
	return fflush(stdout) ? CT_IOERR : 0;
}
