/*
 * browse - a browser, and a person at its keyboard
 *
 * usage: browse PROFILE <commands
 * Starts chromium-headless-shell on this profile, on a pipe, and obeys a
 * command a line; what one answers is a line, too.  What the browser itself has
 * to say goes to PROFILE.log.
 *	goto URL           and wait until it is loaded
 *	eval JS            its value as JSON, a promise awaited
 *	run FILE           the same of the JavaScript in it
 *	wait JS            until that is true; a minute, then it fails
 *	key KEY            such as: a, ?, Enter, Shift+Tab
 *	down KEY, up KEY   the same in two; hold KEY: as a held key repeats
 *	text WORDS         into what has the focus
 *	click SELECTOR     in the middle of it
 *	press SELECTOR     down on it only; release: up, where the mouse is
 *	window minimized|normal
 *	size W H [SCALE]   of the window; SCALE 2 is a zoom of 200 %
 *	scheme light|dark
 *	shot FILE          what is seen, as a PNG
 *	ax                 what a screen reader is told: role "name" states
 *	console            what the page complained of since the last time
 *	kill               the browser dies at once
 *	sh COMMAND         of the shell
 * Blank lines and lines from # on are skipped.  Exit status 1: a command
 * failed, or a line is none; the browser ends with its input.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../browse/pipe.h"
#include "base64.h"
#include "clock.h"
#include "file.h"
#include "prog.h"
#include "rec.h"

#define POLL 20 /* ms between looks, of wait */

/* ---- what the page says ----------------------------------------------------
 */

/* Its value, NULL if it has none; release with json_decref. */
static json_t *
evaluate(const char *js)
{
	json_t *got = browser_call("Runtime.evaluate",
	    json_pack("{s:s, s:b, s:b, s:b}", "expression", js, "returnByValue",
		1, "awaitPromise", 1, "userGesture", 1));
	json_t *value = json_incref(ct_rec_get(got, "result.value"));
	const char *thrown =
	    ct_rec_text(got, "exceptionDetails.exception.description");

	if (json_object_get(got, "exceptionDetails"))
		browse_fail(js, thrown ? thrown : "it threw");
	json_decref(got);
	return value;
}

static void
eval(const char *js)
{
	json_t *value = evaluate(js);
	char *text =
	    value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	printf("%s\n", text ? text : "undefined");
	free(text);
	json_decref(value);
}

static void
run(const char *path)
{
	uint8_t *js;
	struct ct_err err;
	size_t len;

	if (ct_file_read(path, CT_REC_MAX, &js, &len, &err))
		browse_fail(path, err.msg);
	eval((const char *)js);
	free(js);
}

static void
await(const char *js)
{
	char *whole = ct_printf("!!(%s)", js);
	int64_t until = ct_mono() + PATIENCE;
	bool is = false;
	json_t *value;

	while (!is) {
		value = evaluate(whole);
		is = json_is_true(value);
		json_decref(value);
		if (!is && ct_mono() > until)
			browse_fail("wait", js);
		if (!is)
			(void)poll(NULL, 0, POLL);
	}
	free(whole);
}

static void
shot(const char *path)
{
	json_t *got = browser_call(
	    "Page.captureScreenshot", json_pack("{s:s}", "format", "png"));
	const char *text = ct_rec_text(got, "data");
	struct ct_err err;
	uint8_t *png;
	size_t len;

	if (!text)
		browse_fail(path, "no picture came");
	png = ct_alloc(strlen(text), 1);
	if (!ct_unbase64(text, strlen(text), png, &len))
		browse_fail(path, "what came is no base64");
	if (ct_file_replace(path, 0644, png, len, &err))
		browse_fail(path, err.msg);
	free(png);
	json_decref(got);
}

static void
console(const char *rest)
{
	const json_t *text;
	size_t i;

	(void)rest;
	json_decref(evaluate("0"));
	json_array_foreach(browser_said(), i, text)
	{
		printf("%s\n", json_string_value(text));
	}
	(void)json_array_clear(browser_said());
}

/* A state that is more than false. */
static void
state(const json_t *property)
{
	static const char *const told[] = { "focused", "checked", "pressed",
		"expanded", "disabled", "modal", "live", "level", "selected",
		"keyshortcuts", "required", NULL };
	const char *name = ct_rec_text(property, "name");
	const json_t *value = ct_rec_get(property, "value.value");
	size_t i;

	for (i = 0; told[i]; i++)
		if (name && strcmp(name, told[i]) == 0)
			break;
	if (!told[i])
		return;
	if (json_is_string(value))
		printf(" %s=%s", name, json_string_value(value));
	else if (json_is_integer(value))
		printf(" %s=%d", name, (int)json_integer_value(value));
	else if (json_is_true(value))
		printf(" %s", name);
}

static void node(const json_t *nodes, const json_t *one);

/* Those below this one. */
static void
below(const json_t *nodes, const json_t *one)
{
	const json_t *id, *other;
	size_t i, k;

	json_array_foreach(json_object_get(one, "childIds"), i, id)
	{
		json_array_foreach(nodes, k, other)
		{
			if (json_equal(json_object_get(other, "nodeId"), id))
				node(nodes, other);
		}
	}
}

static void
node(const json_t *nodes, const json_t *one)
{
	static const char *const quiet[] = { "InlineTextBox", "none", "generic",
		NULL };
	const char *role = ct_rec_text(one, "role.value");
	const char *name = ct_rec_text(one, "name.value");
	const json_t *property;
	size_t i;

	for (i = 0; quiet[i] && role && strcmp(quiet[i], role) != 0; i++)
		;
	if (!json_is_true(json_object_get(one, "ignored")) && role &&
	    !quiet[i]) {
		printf("%s \"%s\"", role, name ? name + strspn(name, " ") : "");
		json_array_foreach(
		    json_object_get(one, "properties"), i, property)
		{
			state(property);
		}
		(void)putchar('\n');
	}
	below(nodes, one);
}

static void
ax(const char *rest)
{
	json_t *got = browser_call("Accessibility.getFullAXTree", NULL);
	const json_t *nodes = json_object_get(got, "nodes");

	(void)rest;
	node(nodes, json_array_get(nodes, 0));
	json_decref(got);
}

/* ---- hands -----------------------------------------------------------------
 */

static const struct {
	const char *name, *code, *text;
	int number;
} named[] = {
	{ "Enter", "Enter", "\r", 13 },
	{ "Escape", "Escape", NULL, 27 },
	{ "Tab", "Tab", NULL, 9 },
	{ "Space", "Space", " ", 32 },
	{ "ArrowUp", "ArrowUp", NULL, 38 },
	{ "ArrowDown", "ArrowDown", NULL, 40 },
	{ "Home", "Home", NULL, 36 },
	{ "End", "End", NULL, 35 },
	{ "?", "Slash", "?", 191 },
};
#define NAMED (sizeof named / sizeof *named)
enum { CONTROL = 2, SHIFT = 8 };

/* As a keyboard has it, "Shift+" or "Control+" before it. */
static json_t *
key_of(const char *key)
{
	int held = 0, number;
	const char *name, *typed;
	char *code, text[2] = "";
	json_t *got;
	size_t i;

	if (strncmp(key, "Shift+", 6) == 0)
		held = SHIFT, key += 6;
	else if (strncmp(key, "Control+", 8) == 0)
		held = CONTROL, key += 8;
	for (i = 0; i < NAMED && strcmp(named[i].name, key) != 0; i++)
		;
	if (i == NAMED && strlen(key) != 1)
		browse_fail(key, "no such key");
	if (i < NAMED) {
		name = strcmp(key, "Space") == 0 ? " " : key;
		code = ct_strdup(named[i].code);
		number = named[i].number;
		typed = named[i].text;
	} else {
		bool upper = *key >= 'A' && *key <= 'Z';
		bool lower = *key >= 'a' && *key <= 'z';

		number = lower ? *key - 'a' + 'A' : *key;
		code = ct_printf(
		    upper || lower ? "Key%c" : "Digit%c", (char)number);
		text[0] = *key;
		name = typed = text;
		if (upper)
			held |= SHIFT;
	}
	got = json_pack("{s:s, s:s, s:i, s:i}", "key", name, "code", code,
	    "windowsVirtualKeyCode", number, "modifiers", held);
	if (typed && held != CONTROL)
		(void)json_object_set_new(got, "text", json_string(typed));
	free(code);
	return got;
}

static void
strike(const char *type, const char *key, bool again)
{
	json_t *params = key_of(key);

	(void)json_object_set_new(params, "type", json_string(type));
	if (again)
		(void)json_object_set_new(params, "autoRepeat", json_true());
	if (strcmp(type, "keyUp") == 0)
		(void)json_object_del(params, "text");
	browser_tell("Input.dispatchKeyEvent", params);
}

static void
down(const char *key)
{
	strike("keyDown", key, false);
}

static void
hold(const char *key)
{
	strike("keyDown", key, true);
}

static void
up(const char *key)
{
	strike("keyUp", key, false);
}

static void
key(const char *rest)
{
	down(rest);
	up(rest);
}

static void
text(const char *words)
{
	browser_tell("Input.insertText", json_pack("{s:s}", "text", words));
}

static double mouse_x, mouse_y;

static void
mouse(const char *type)
{
	browser_tell("Input.dispatchMouseEvent",
	    json_pack("{s:s, s:f, s:f, s:s, s:i}", "type", type, "x", mouse_x,
		"y", mouse_y, "button", "left", "clickCount", 1));
}

static void
press(const char *selector)
{
	json_t *name = json_string(selector), *at;
	char *quoted = json_dumps(name, JSON_ENCODE_ANY),
	     *js = ct_printf(
		 "(() => { const e = document.querySelector(%s);"
		 "e.scrollIntoView({block: 'center'});"
		 "const r = e.getBoundingClientRect();"
		 "return [r.x + r.width / 2, r.y + r.height / 2] })()",
		 quoted);

	at = evaluate(js);
	mouse_x = json_number_value(json_array_get(at, 0));
	mouse_y = json_number_value(json_array_get(at, 1));
	mouse("mousePressed");
	json_decref(at);
	json_decref(name);
	free(js);
	free(quoted);
}

static void
release(const char *rest)
{
	(void)rest;
	mouse("mouseReleased");
}

static void
click(const char *selector)
{
	press(selector);
	mouse("mouseReleased");
}

/* ---- the window -----------------------------------------------------------
 */

static void
window(const char *state)
{
	json_t *got = browser_call("Browser.getWindowForTarget", NULL);

	browser_tell("Browser.setWindowBounds",
	    json_pack("{s:O, s:{s:s}}", "windowId",
		json_object_get(got, "windowId"), "bounds", "windowState",
		state));
	json_decref(got);
}

static void
size(const char *rest)
{
	double scale = 1;
	int w, h;

	if (sscanf(rest, "%d %d %lf", &w, &h, &scale) < 2)
		browse_fail("size", rest);
	browser_tell("Emulation.setDeviceMetricsOverride",
	    json_pack("{s:i, s:i, s:f, s:b}", "width", w, "height", h,
		"deviceScaleFactor", scale, "mobile", 0));
}

static void
scheme(const char *name)
{
	browser_tell("Emulation.setEmulatedMedia",
	    json_pack("{s:[{s:s, s:s}]}", "features", "name",
		"prefers-color-scheme", "value", name));
}

static void
die(const char *rest)
{
	(void)rest;
	browser_kill();
}

static void
shell(const char *command)
{
	(void)fflush(stdout);
	if (system(command) != 0) /* NOLINT(cert-env33-c): a test's own */
		browse_fail("sh", command);
}

static const struct {
	const char *word;
	void (*run)(const char *rest);
} commands[] = { { "goto", browser_go }, { "eval", eval }, { "run", run },
	{ "wait", await }, { "key", key }, { "down", down }, { "hold", hold },
	{ "up", up }, { "text", text }, { "click", click }, { "press", press },
	{ "release", release }, { "window", window }, { "size", size },
	{ "scheme", scheme }, { "shot", shot }, { "ax", ax },
	{ "console", console }, { "kill", die }, { "sh", shell } };
#define COMMANDS (sizeof commands / sizeof *commands)

static void
obey(char *line)
{
	char *rest = line + strcspn(line, " ");
	size_t i;

	if (!*line || *line == '#')
		return;
	if (*rest)
		*rest++ = '\0';
	for (i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].word, line) == 0)
			break;
	if (i == COMMANDS)
		browse_fail(line, "no such command");
	commands[i].run(rest);
	(void)fflush(stdout);
}

int
main(int argc, char *argv[])
{
	struct ct_in in = { .fd = STDIN_FILENO, .delim = '\n' };
	struct ct_err err;
	char *line;
	size_t len;

	ct_start("browse");
	if (argc != 2)
		ct_die(CT_USAGE, "usage: browse PROFILE <commands");
	(void)signal(SIGPIPE, SIG_IGN);
	browser_start(argv[1]);
	while (ct_in_next(&in, &line, &len, &err) == 1) {
		browse_line = in.lineno;
		obey(line);
	}
	browser_end();
	return 0;
}
