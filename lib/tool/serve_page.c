/* serve_page.c - the files of the page, compiled in */
#include <string.h>

#include "prog.h"
#include "serve_impl.h"

#define HTML "text/html; charset=utf-8"
#define CSS "text/css; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"

static const uint8_t html[] = {
#include "serve_page.html.inc"
};
static const uint8_t css[] = {
#include "serve_page.css.inc"
};
static const uint8_t js[] = {
#include "serve_page.js.inc"
};
static const uint8_t sight[] = {
#include "serve_sight.js.inc"
};
static const uint8_t judge[] = {
#include "serve_judge.js.inc"
};

static const struct {
	const char *path, *type;
	const uint8_t *bytes;
	size_t len;
} files[] = {
	{ "/", HTML, html, sizeof html },
	{ "/page.css", CSS, css, sizeof css },
	{ "/page.js", SCRIPT, js, sizeof js },
	{ "/sight.js", SCRIPT, sight, sizeof sight },
	{ "/judge.js", SCRIPT, judge, sizeof judge },
};

bool
serve_page(struct serve_ans *ans, const char *path)
{
	size_t i;

	for (i = 0; i < sizeof files / sizeof *files; i++)
		if (strcmp(files[i].path, path) == 0)
			break;
	if (i == sizeof files / sizeof *files)
		return false;
	if (!ans)
		return true;
	*ans = (struct serve_ans){ .status = 200,
		.type = files[i].type,
		.body = ct_alloc(files[i].len, 1),
		.len = files[i].len };
	memcpy(ans->body, files[i].bytes, ans->len);
	return true;
}
