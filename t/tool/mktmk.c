/* mktmk SEED [OTHER PERCENT] - a .tmk to standard output, of frames that the
 * seed makes up, with so much of those of another in them */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "tmk.h"

#define FRAMES 3

static uint8_t bytes[CT_TMK_LEN];
static struct ct_tmk tmk;

int
main(int argc, char *argv[])
{
	uint32_t x = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
	uint32_t y = argc == 4 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
	float part = argc == 4 ? strtof(argv[3], NULL) / 100 : 0;
	float luma[CT_TMK_SIDE * CT_TMK_SIDE];
	size_t i, k;

	ct_tmk_start(&tmk);
	for (i = 0; i < FRAMES; i++) {
		for (k = 0; k < CT_TMK_SIDE * CT_TMK_SIDE; k++) {
			x = x * 1664525U + 1013904223U;
			y = y * 1664525U + 1013904223U;
			luma[k] = (1 - part) * (float)(x >> 24) +
			    part * (float)(y >> 24);
		}
		ct_tmk_frame(&tmk, luma);
	}
	ct_tmk_end(&tmk);
	ct_tmk_write(&tmk, bytes);
	return fwrite(bytes, 1, sizeof bytes, stdout) == sizeof bytes ? 0 : 1;
}
