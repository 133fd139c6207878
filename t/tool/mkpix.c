/*
 * mkpix - make a harmless picture: hills under a sun, and balloons
 *
 * The scene depends on the seed alone, so the same seed at another size,
 * quality or kind is the same picture to the eye and to PDQ; another seed is
 * another landscape.
 */
#include <stdio.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>

#include <getopt.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "prog.h"

static const char usage[] =
    "usage: mkpix [OPTION...] NAME.jpg|NAME.png|NAME.webp\n"
    "  --seed N        which scene (1)\n"
    "  --size WxH      pixels (640x480)\n"
    "  --resize WxH    then shrink or stretch it to this\n"
    "  --crop PERCENT  then cut this much off each side's length\n"
    "  --gray          no colours\n"
    "  --alpha         PNG, WebP: see-through in places\n"
    "  --quality N     JPEG, WebP: 1 to 100 (85)\n"
    "  --progressive   JPEG: in several scans\n"
    "  --apart         JPEG: a scan a colour, not progressive\n"
    "  --arithmetic    JPEG: the other entropy coding\n"
    "  --restart N     JPEG: a restart marker every N rows of blocks\n"
    "  --sampling HV   JPEG: of brightness against colour (22)\n"
    "  --rgb           JPEG: colours as they are, not as YCbCr\n"
    "  --cmyk          JPEG: four inks, as Adobe stores them\n"
    "  --ycck          JPEG: the same as YCbCr and black\n"
    "  --plain         JPEG: inks not inverted, without Adobe's marker\n"
    "  --palette       PNG: 216 colours, or as many as --bits has\n"
    "  --bits N        PNG, gray or palette: 1, 2 or 4 a pixel\n"
    "  --16bit         PNG: 16 bits a sample, the lower 8 nonsense\n"
    "  --interlaced    PNG: in seven passes\n"
    "  --stored        PNG: not compressed\n"
    "  --lossless      WebP: so\n";

static long flag[128]; /* by the letter of the option, see main */

struct pixels {
	long w, h;
	uint8_t *rgb; /* w x h x 3 */
};

/* ---- the scene ------------------------------------------------------------
 */

struct colour {
	double c[3];
};

static struct {
	struct colour high, low; /* sky */
	struct {
		double x, y, r, squash;
		struct colour colour;
	} disc[15]; /* the sun first, then balloons */
	struct {
		double base, amp[4], freq[4], phase[4], stripes, slope;
		struct colour colour;
	} hill[4];
} scene;

static uint64_t state;

/* From lo to hi; splitmix64 by its published constants. */
static double
rnd(double lo, double hi)
{
	uint64_t z = state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	z ^= z >> 31;
	return lo + (hi - lo) * (double)(z >> 11) / 9007199254740992.0;
}

static struct colour
paint(double lo, double hi)
{
	struct colour k;
	int i;

	for (i = 0; i < 3; i++)
		k.c[i] = rnd(lo, hi);
	return k;
}

static void
compose(void)
{
	int i, j;

	scene.high = paint(40, 160);
	scene.low = paint(150, 250);
	for (i = 0; i < 15; i++) {
		scene.disc[i].x = rnd(0.02, 0.98);
		scene.disc[i].y = rnd(0.02, i ? 0.9 : 0.35);
		scene.disc[i].r = i ? rnd(0.03, 0.12) : 0.1;
		scene.disc[i].squash = i ? rnd(0.7, 1) : 1;
		scene.disc[i].colour =
		    paint(i % 2 ? 160 : 10, i % 2 ? 255 : 110);
	}
	scene.disc[0].colour = (struct colour){ { 255, 245, 170 } };
	for (i = 0; i < 4; i++) {
		scene.hill[i].base = 0.38 + 0.15 * i + rnd(-0.06, 0.06);
		for (j = 0; j < 4; j++) {
			scene.hill[i].amp[j] = rnd(0.02, 0.11) / (j + 1);
			scene.hill[i].freq[j] = rnd(2, 5) * (j + 1);
			scene.hill[i].phase[j] = rnd(0, 7);
		}
		scene.hill[i].stripes = rnd(10, 45);
		scene.hill[i].slope = rnd(-1, 1);
		scene.hill[i].colour = paint(20, 150);
		scene.hill[i].colour.c[1] += 60;
	}
}

/* Lay k over *at, as much as cover (0 to 1) says. */
static void
lay(struct colour *at, const struct colour *k, double cover)
{
	int i;

	cover = cover < 0 ? 0 : cover > 1 ? 1 : cover;
	for (i = 0; i < 3; i++)
		at->c[i] += (k->c[i] - at->c[i]) * cover;
}

/* Where the hills begin at x. */
struct ridge {
	double edge[4];
};

static struct ridge
ridge(double x)
{
	struct ridge r;
	int i, j;

	for (i = 0; i < 4; i++)
		for (r.edge[i] = scene.hill[i].base, j = 0; j < 4; j++)
			r.edge[i] += scene.hill[i].amp[j] *
			    cos(scene.hill[i].freq[j] * x +
				scene.hill[i].phase[j]);
	return r;
}

/* The colour at x, y from 0 to 1; edges are soft over 1/200 of the picture.
 * What covers nothing is not worked out. */
static struct colour
look(double x, double y, const struct ridge *r)
{
	struct colour at = scene.high, k;
	double cover, dx, dy, light;
	int i, j;

	lay(&at, &scene.low, y * 1.6);
	for (i = 0; i < 4; i++) {
		cover = (y - r->edge[i]) * 200 + 0.5;
		if (cover <= 0)
			continue;
		light = 0.8 +
		    0.25 *
			cos(scene.hill[i].stripes *
			    (y + scene.hill[i].slope * x));
		for (j = 0; j < 3; j++)
			k.c[j] = scene.hill[i].colour.c[j] * light;
		lay(&at, &k, cover);
	}
	for (i = 0; i < 15; i++) {
		dx = x - scene.disc[i].x;
		if (fabs(dx) > scene.disc[i].r + 0.01)
			continue;
		dy = (y - scene.disc[i].y) * scene.disc[i].squash;
		lay(&at, &scene.disc[i].colour,
		    (scene.disc[i].r - sqrt(dx * dx + dy * dy)) * 200 + 0.5);
	}
	return at;
}

static struct pixels
blank(long w, long h)
{
	struct pixels p = { w, h, NULL };

	p.rgb = ct_alloc((size_t)w * (size_t)h, 3);
	return p;
}

static struct pixels
draw(long w, long h)
{
	struct pixels p = blank(w, h);
	struct ridge *r = ct_alloc((size_t)w, sizeof *r);
	uint8_t *to = p.rgb;
	struct colour k;
	long x, y, i;

	for (x = 0; x < w; x++)
		r[x] = ridge(((double)x + 0.5) / (double)w);
	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++, to += 3) {
			k = look(((double)x + 0.5) / (double)w,
			    ((double)y + 0.5) / (double)h, &r[x]);
			if (flag['g'])
				k.c[0] = k.c[1] = k.c[2] = 0.299 * k.c[0] +
				    0.587 * k.c[1] + 0.114 * k.c[2];
			for (i = 0; i < 3; i++)
				to[i] = k.c[i] < 0 ? 0
				    : k.c[i] > 255 ? 255
						   : (uint8_t)k.c[i];
		}
	free(r);
	return p;
}

/* ---- changes ---------------------------------------------------------------
 */

/* Each new pixel is the mean of those it covers, at least of one. */
static struct pixels
resized(struct pixels old, long w, long h)
{
	struct pixels p = blank(w, h);
	long x, y, u, v, u1, v1, sum[3], n, i;
	uint8_t *to = p.rgb, *from;

	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++, to += 3) {
			memset(sum, 0, sizeof sum);
			n = 0;
			u1 = ((x + 1) * old.w + w - 1) / w;
			v1 = ((y + 1) * old.h + h - 1) / h;
			for (v = y * old.h / h; v < v1; v++)
				for (u = x * old.w / w; u < u1; u++, n++)
					for (i = 0; i < 3; i++) {
						from = old.rgb +
						    (v * old.w + u) * 3;
						sum[i] += from[i];
					}
			for (i = 0; i < 3; i++)
				to[i] = (uint8_t)(sum[i] / n);
		}
	free(old.rgb);
	return p;
}

static struct pixels
cropped(struct pixels old, long percent)
{
	long left = old.w * percent / 200, top = old.h * percent / 200, y;
	struct pixels p = blank(old.w - 2 * left, old.h - 2 * top);

	for (y = 0; y < p.h; y++)
		memcpy(p.rgb + y * p.w * 3,
		    old.rgb + ((y + top) * old.w + left) * 3, (size_t)p.w * 3);
	free(old.rgb);
	return p;
}

/* A row of 1, 2 or 4 bits a pixel, by the brightness of green. */
static void
few_bits(const struct pixels *p, long y, uint8_t *to)
{
	const uint8_t *rgb = p->rgb + y * p->w * 3;
	long bits = flag['b'], x;

	memset(to, 0, (size_t)p->w);
	for (x = 0; x < p->w; x++)
		to[x * bits / 8] |= (uint8_t)(rgb[x * 3 + 1] >> (8 - bits)
			<< (8 - bits - x * bits % 8));
}

/* A row as the file has it: to has room for 8 bytes a pixel. */
static void
row_of(const struct pixels *p, long y, uint8_t *to)
{
	const uint8_t *rgb = p->rgb + y * p->w * 3;
	int n = flag['g'] ? 1 : 3, i;
	long x;

	for (x = 0; x < p->w; x++, rgb += 3) {
		if (flag['P'])
			*to++ = (uint8_t)((rgb[0] + 25) / 51 * 36 +
			    (rgb[1] + 25) / 51 * 6 + (rgb[2] + 25) / 51);
		for (i = 0; i < n && !flag['P']; i++) {
			*to++ = flag['x'] ? (uint8_t)~rgb[i] : rgb[i];
			if (flag['d'])
				*to++ = (uint8_t)(x * 37 + y * 101);
		}
		if (flag['k'])
			*to++ = flag['x'] ? 0 : 255; /* no black */
		if (flag['a'])
			*to++ = (uint8_t)(x + y);
		if (flag['a'] && flag['d'])
			*to++ = 7;
	}
}

/* Colour after colour, each whole. */
static void
apart(struct jpeg_compress_struct *c)
{
	static jpeg_scan_info scans[4];
	int i;

	for (i = 0; i < c->num_components; i++)
		scans[i] = (jpeg_scan_info){
			.comps_in_scan = 1, .component_index = { i }, .Se = 63
		};
	c->scan_info = scans;
	c->num_scans = c->num_components;
}

static void
jpeg_how(struct jpeg_compress_struct *c)
{
	jpeg_set_defaults(c); /* for CMYK with the marker of Adobe */
	if (flag['Y'])
		jpeg_set_colorspace(c, JCS_YCCK);
	if (flag['r'])
		jpeg_set_colorspace(c, JCS_RGB);
	if (flag['x'])
		c->write_Adobe_marker = FALSE;
	jpeg_set_quality(c, (int)flag['q'], TRUE);
	c->restart_in_rows = (int)flag['R'];
	c->arith_code = flag['A'] != 0;
	if (flag['S']) {
		c->comp_info[0].h_samp_factor = (int)flag['S'] / 10;
		c->comp_info[0].v_samp_factor = (int)flag['S'] % 10;
	}
	if (flag['p'])
		jpeg_simple_progression(c);
	if (flag['o'])
		apart(c);
}

static void
jpeg(FILE *f, const struct pixels *p)
{
	uint8_t *row = ct_alloc((size_t)p->w, 8);
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr err;

	c.err = jpeg_std_error(&err);
	jpeg_create_compress(&c);
	jpeg_stdio_dest(&c, f);
	c.image_width = (JDIMENSION)p->w;
	c.image_height = (JDIMENSION)p->h;
	c.input_components = flag['g'] ? 1 : flag['k'] ? 4 : 3;
	c.in_color_space = flag['k'] ? JCS_CMYK : JCS_RGB;
	if (flag['g'])
		c.in_color_space = JCS_GRAYSCALE;
	jpeg_how(&c);
	jpeg_start_compress(&c, TRUE);
	while (c.next_scanline < c.image_height) {
		row_of(p, c.next_scanline, row);
		(void)jpeg_write_scanlines(&c, &row, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	free(row);
}

/* As many colours as there are; of few, greys. */
static int
palette(png_color *colour)
{
	int n = flag['b'] ? 1 << flag['b'] : 216, i, grey;

	for (i = 0; i < n; i++) {
		grey = i * 255 / (n - 1);
		colour[i] = (png_color){ (png_byte)(i / 36 * 51),
			(png_byte)(i / 6 % 6 * 51), (png_byte)(i % 6 * 51) };
		if (flag['b'])
			colour[i] = (png_color){ (png_byte)grey, (png_byte)grey,
				(png_byte)grey };
	}
	return n;
}

static void
png(FILE *f, const struct pixels *p)
{
	uint8_t *row = ct_alloc((size_t)p->w, 8);
	png_structp png =
	    png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png_create_info_struct(png);
	png_color colour[216];
	int type, passes;
	long y;

	type = flag['P'] ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_RGB;
	if (!flag['P'] && (flag['g'] || flag['b']))
		type = PNG_COLOR_TYPE_GRAY;
	if (flag['a'])
		type |= PNG_COLOR_MASK_ALPHA;
	png_init_io(png, f);
	if (flag['0'])
		png_set_compression_level(png, 0);
	png_set_IHDR(png, info, (png_uint_32)p->w, (png_uint_32)p->h,
	    flag['b']       ? (int)flag['b']
		: flag['d'] ? 16
			    : 8,
	    type, flag['i'] ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
	    PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	if (flag['P'])
		png_set_PLTE(png, info, colour, palette(colour));
	png_write_info(png, info);
	for (passes = png_set_interlace_handling(png); passes; passes--)
		for (y = 0; y < p->h; y++) {
			(flag['b'] ? few_bits : row_of)(p, y, row);
			png_write_row(png, row);
		}
	png_write_end(png, info);
	png_destroy_write_struct(&png, &info);
	free(row);
}

static void
webp(FILE *f, const struct pixels *p)
{
	WebPConfig config;
	WebPPicture pic;
	WebPMemoryWriter to;
	long n = p->w * p->h, i;
	uint8_t *rgba = ct_alloc((size_t)n, 4);

	for (i = 0; i < n; i++) {
		memcpy(rgba + i * 4, p->rgb + i * 3, 3);
		rgba[i * 4 + 3] =
		    flag['a'] ? (uint8_t)(i % p->w + i / p->w) : 255;
	}
	if (!WebPConfigInit(&config) || !WebPPictureInit(&pic))
		ct_die(CT_SOFTWARE, "not the libwebp this was built for");
	config.quality = (float)flag['q'];
	config.lossless = config.exact = flag['l'] != 0;
	pic.use_argb = 1;
	pic.width = (int)p->w;
	pic.height = (int)p->h;
	WebPMemoryWriterInit(&to);
	pic.writer = WebPMemoryWrite;
	pic.custom_ptr = &to;
	if (!WebPPictureImportRGBA(&pic, rgba, (int)p->w * 4) ||
	    !WebPEncode(&config, &pic))
		ct_die(CT_SOFTWARE, "libwebp does not take it");
	(void)fwrite(to.mem, to.size, 1, f);
	WebPMemoryWriterClear(&to);
	WebPPictureFree(&pic);
	free(rgba);
}

/* ---- arguments -------------------------------------------------------------
 */

static const struct {
	const char *suffix;
	void (*write)(FILE *f, const struct pixels *p);
} kinds[] = { { ".jpg", jpeg }, { ".png", png }, { ".webp", webp } };

static void
size(const char *opt, const char *text, long *w, long *h)
{
	char more;

	if (sscanf(text, "%5ldx%5ld%c", w, h, &more) != 2 || *w < 1 || *h < 1 ||
	    *w > 30000 || *h > 30000)
		ct_die(CT_USAGE, "%s: want a size such as 640x480", opt);
}

int
main(int argc, char *argv[])
{
	static const struct option longopt[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "size", required_argument, NULL, 'z' },
		{ "resize", required_argument, NULL, 'Z' },
		{ "crop", required_argument, NULL, 'c' },
		{ "gray", no_argument, NULL, 'g' },
		{ "quality", required_argument, NULL, 'q' },
		{ "progressive", no_argument, NULL, 'p' },
		{ "restart", required_argument, NULL, 'R' },
		{ "cmyk", no_argument, NULL, 'k' },
		{ "ycck", no_argument, NULL, 'Y' },
		{ "plain", no_argument, NULL, 'x' },
		{ "rgb", no_argument, NULL, 'r' },
		{ "apart", no_argument, NULL, 'o' },
		{ "arithmetic", no_argument, NULL, 'A' },
		{ "sampling", required_argument, NULL, 'S' },
		{ "bits", required_argument, NULL, 'b' },
		{ "lossless", no_argument, NULL, 'l' },
		{ "palette", no_argument, NULL, 'P' },
		{ "16bit", no_argument, NULL, 'd' },
		{ "alpha", no_argument, NULL, 'a' },
		{ "interlaced", no_argument, NULL, 'i' },
		{ "stored", no_argument, NULL, '0' },
		{ NULL, 0, NULL, 0 },
	};
	long w = 640, h = 480, rw = 0, rh = 0;
	struct pixels p;
	const char *dot;
	FILE *f;
	int c;

	ct_start("mkpix");
	flag['s'] = 1;
	flag['q'] = 85;
	while ((c = getopt_long(argc, argv, "", longopt, NULL)) != -1)
		if (c == 'z')
			size("--size", optarg, &w, &h);
		else if (c == 'Z')
			size("--resize", optarg, &rw, &rh);
		else if (c == '?')
			ct_usage(usage);
		else
			flag[c] = optarg ? ct_number("number", optarg, 0,
					       c == 's' ? 1 << 30 : 100)
					 : 1;
	dot = argc - optind == 1 ? strrchr(argv[optind], '.') : NULL;
	flag['k'] |= flag['Y'];
	for (c = 0; dot && c < 3 && strcmp(dot, kinds[c].suffix) != 0; c++)
		;
	if (!dot || c == 3)
		ct_usage(usage);
	state = (uint64_t)flag['s'] << 32;
	compose();
	p = draw(w, h);
	if (rw)
		p = resized(p, rw, rh);
	if (flag['c'])
		p = cropped(p, flag['c']);
	if (!(f = fopen(argv[optind], "wb")))
		ct_die(CT_CANTCREAT, "cannot create '%s'", argv[optind]);
	kinds[c].write(f, &p);
	if (fclose(f))
		ct_die(CT_IOERR, "cannot write '%s'", argv[optind]);
	free(p.rgb);
	return 0;
}
