/* fuzz.h - what fuzz targets share; include once, in a target */
#ifndef CT_FUZZ_H
#define CT_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What must hold whatever the input. */
#define must(cond)                                                             \
	do {                                                                   \
		if (!(cond)) {                                                 \
			(void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, \
			    __LINE__, #cond);                                  \
			abort();                                               \
		}                                                              \
	} while (0)

/* The bytes with a NUL behind them; release with free. */
static inline char *
fuzz_text(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);

	must(text);
	if (len)
		memcpy(text, data, len);
	text[len] = '\0';
	return text;
}

/* A descriptor to read the bytes from, mode 0600. */
static inline int
fuzz_fd(const void *data, size_t len)
{
	int fd = memfd_create("t", MFD_CLOEXEC);

	must(fd >= 0 && fchmod(fd, 0600) == 0);
	must(ct_write_full(fd, data, len) == 0 && lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

/* Its name as a file. */
struct fuzz_path {
	char text[32];
};

static inline struct fuzz_path
fuzz_path(int fd)
{
	struct fuzz_path p;

	(void)snprintf(p.text, sizeof p.text, "/proc/self/fd/%d", fd);
	return p;
}

#ifdef FUZZ_BOX
#include "sandbox.h"

/* A sandbox to be filled; a new one now and then. */
static inline struct ct_sandbox *
fuzz_box(void)
{
	static struct ct_sandbox *box;
	static int uses;
	struct ct_err err;

	if (uses++ % 1000 == 0) {
		ct_sandbox_free(box);
		must(ct_sandbox_new(&box, "u", "p", 10, &err) == 0);
	}
	return box;
}
#endif

#endif
