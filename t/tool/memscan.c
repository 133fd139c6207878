/*
 * memscan FILE TARGET... - where are these bytes?
 *
 * The file names them, one "NAME HEX" a line.  A target is the id of a
 * process, whose memory is searched, or a path, which is searched with all
 * below it.  They are looked for as they are and as hexadecimal text.  Prints
 * "NAME TARGET" for each find; exit status 1 if there was any, 2 if a target
 * cannot be read, or nothing was in it.
 */
#include <ctype.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "hex.h"
#include "prog.h"

#define MAX 256
#define STEP ((size_t)1 << 20)
#define LONGEST 256 /* bytes of a needle, or digits of one */

static struct needle {
	char name[32];
	uint8_t raw[LONGEST / 2];
	char hex[LONGEST + 1];
	size_t len;
} needle[MAX];
static size_t needles;
static uint8_t *buf;
static size_t seen; /* bytes searched in this target */
static int status;

static void
found(const struct needle *n, const char *where)
{
	printf("%s %s\n", n->name, where);
	status = status ? status : 1;
}

/* Search len bytes at fd from at on. */
static void
search(int fd, off_t at, size_t len, const char *where)
{
	size_t have = 0, want;
	ssize_t got;

	while (len > 0) {
		want = len < STEP ? len : STEP;
		got = pread(fd, buf + have, want, at);
		if (got <= 0) /* a hole, or what nobody may read */
			break;
		seen += (size_t)got;
		at += got;
		len -= (size_t)got;
		have += (size_t)got;
		for (size_t i = 0; i < needles; i++)
			if (memmem(buf, have, needle[i].raw, needle[i].len) ||
			    memmem(buf, have, needle[i].hex, 2 * needle[i].len))
				found(&needle[i], where);
		/* one may lie across the edge */
		if (have > LONGEST) {
			memmove(buf, buf + have - LONGEST, LONGEST);
			have = LONGEST;
		}
	}
}

static void
process(const char *pid)
{
	char *maps = ct_printf("/proc/%s/maps", pid);
	char *mem = ct_printf("/proc/%s/mem", pid);
	char line[4096], rights[8];
	unsigned long from, to;
	FILE *f = fopen(maps, "re");
	int fd = open(mem, O_RDONLY | O_CLOEXEC);

	while (f && fd >= 0 && fgets(line, sizeof line, f))
		if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) == 3 &&
		    *rights == 'r' && !strstr(line, "[v"))
			search(fd, (off_t)from, to - from, pid);
	if (f)
		(void)fclose(f);
	if (fd >= 0)
		(void)close(fd);
	free(maps);
	free(mem);
}

static int
visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	int fd;

	(void)ftw;
	if (type != FTW_F || !S_ISREG(st->st_mode))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		search(fd, 0, (size_t)st->st_size, path);
		(void)close(fd);
	}
	seen++; /* an empty one was read, too */
	return 0;
}

int
main(int argc, char *argv[])
{
	char hex[LONGEST + 2];
	FILE *f;

	ct_start("memscan");
	if (argc < 3 || !(f = fopen(argv[1], "re")))
		ct_usage("usage: memscan FILE TARGET...\n");
	buf = ct_alloc(STEP + LONGEST, 1);
	while (needles < MAX &&
	    fscanf(f, "%31s %257s", needle[needles].name, hex) == 2) {
		needle[needles].len = strlen(hex) / 2;
		if (strlen(hex) > LONGEST || needle[needles].len < 8 ||
		    ct_unhex(hex, needle[needles].raw, needle[needles].len))
			ct_die(CT_USAGE, "want NAME HEX");
		ct_hex(needle[needles].raw, needle[needles].len,
		    needle[needles].hex);
		needles++;
	}
	(void)fclose(f);
	if (needles == 0)
		ct_die(CT_USAGE, "nothing to look for");
	for (int i = 2; i < argc; i++) {
		seen = 0;
		if (strspn(argv[i], "0123456789") == strlen(argv[i]))
			process(argv[i]);
		else if (nftw(argv[i], visit, 32, FTW_PHYS) < 0)
			seen = 0;
		if (seen == 0) {
			ct_warn("cannot search '%s'", argv[i]);
			status = 2;
		}
	}
	return status;
}
