/*
 * jq - jq, for what the tests ask of it most, in 2 ms: see t/jq/jq.h
 *
 * Options: c r j e s n R, --arg, --argjson, --rawfile, --args, --unbuffered;
 * other ones are jq's.  The bare filter . is jq's, too: whether something is
 * JSON is for another to say than the library that wrote it.
 */
#include "../jq/jq.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* jq takes names of options as well as filters and files, in any order */
struct line {
	int compact, raw, join, status, slurp, null, text, stream;
	char *filter;
	char *files[64];
	size_t n;
	struct jq_env env[64];
	size_t vars;
	json_t *positional;
};

static char **own;  /* the arguments of this program */
static char **rest; /* those that are no files */
static char *input; /* all of it */
static size_t input_len, input_room;
static int streaming; /* input is a line, those before are done with */
static int consumed;  /* from standard input */
static json_t *pool;

json_t *
jq_keep(json_t *v)
{
	if (!v || json_array_append_new(pool, v) < 0)
		jq_punt();
	return v;
}

/* the jq behind this one in PATH */
static void
run_jq(char *argv[])
{
	char path[4096], self[4096], real[4096];
	const char *dir = getenv("PATH");
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	size_t len;

	self[n < 0 ? 0 : n] = '\0';
	for (; dir && *dir; dir += len + (dir[len] == ':')) {
		len = strcspn(dir, ":");
		(void)snprintf(path, sizeof path, "%.*s/jq", (int)len, dir);
		if (access(path, X_OK) != 0)
			continue;
		n = readlink(path, real, sizeof real - 1);
		if (n >= 0)
			real[n] = '\0';
		if (strcmp(path, self) != 0 &&
		    (n < 0 || strcmp(real, self) != 0))
			execv(path, argv);
	}
	fputs("jq: there is no other jq\n", stderr);
	_exit(127);
}

/* jq reads, through a pipe, the line that is to be looked at and what follows
 */
static _Noreturn void
pass_on(void)
{
	int p[2], status;
	pid_t pid;
	ssize_t n;

	if (fflush(stdout) != 0 || pipe(p) < 0 || (pid = fork()) < 0)
		_exit(2);
	if (pid == 0) {
		if (dup2(p[0], 0) < 0 || close(p[0]) < 0 || close(p[1]) < 0)
			_exit(2);
		run_jq(own);
		_exit(127);
	}
	(void)close(p[0]);
	(void)signal(SIGPIPE, SIG_IGN);
	while ((n = (ssize_t)input_len) > 0) {
		if (write(p[1], input, (size_t)n) != n)
			break;
		n = getline(&input, &input_room, stdin);
		input_len = n > 0 ? (size_t)n : 0;
	}
	(void)close(p[1]);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		_exit(2);
	_exit(WEXITSTATUS(status));
}

_Noreturn void
jq_punt(void)
{
	char **argv = consumed ? rest : own;
	int fd;

	if (streaming)
		pass_on();
	if (consumed) {
		fd = memfd_create("input", 0);
		if (fd < 0 ||
		    write(fd, input, input_len) != (ssize_t)input_len ||
		    lseek(fd, 0, SEEK_SET) < 0 || dup2(fd, 0) < 0)
			_exit(2);
	}
	run_jq(argv);
	_exit(127);
}

static void
read_fd(int fd)
{
	ssize_t n;

	consumed = 1;
	do {
		if (input_room < input_len + 65536) {
			input_room = 2 * input_room + 65536;
			input = realloc(input, input_room);
			if (!input)
				_exit(2);
		}
		n = read(fd, input + input_len, 65535);
		if (n > 0)
			input_len += (size_t)n;
	} while (n > 0);
	input[input_len] = '\0';
	if (n < 0)
		jq_punt();
}

static void
read_all(const struct line *l)
{
	int fd[64];
	struct stat st;
	size_t i;

	for (i = 0; i < l->n; i++) {
		fd[i] = open(l->files[i], O_RDONLY | O_CLOEXEC);
		if (fd[i] < 0 || fstat(fd[i], &st) < 0 || S_ISDIR(st.st_mode))
			jq_punt();
	}
	for (i = 0; i < l->n; i++)
		read_fd(fd[i]);
	if (l->n == 0)
		read_fd(0);
}

static void
variable(struct line *l, const char *name, json_t *v)
{
	if (l->vars == sizeof l->env / sizeof *l->env)
		jq_punt();
	l->env[l->vars] = (struct jq_env){ name, jq_keep(v),
		l->vars ? &l->env[l->vars - 1] : NULL };
	l->vars++;
}

static json_t *
whole_file(const char *path)
{
	FILE *f = fopen(path, "re");
	static char buf[1 << 20];
	size_t n;

	if (!f)
		jq_punt();
	n = fread(buf, 1, sizeof buf, f);
	if (n == sizeof buf || ferror(f) || fclose(f) != 0)
		jq_punt();
	return json_stringn(buf, n);
}

static void
letters(struct line *l, const char *s)
{
	for (; *s; s++)
		switch (*s) {
		case 'c':
			l->compact = 1;
			break;
		case 'r':
			l->raw = 1;
			break;
		case 'j':
			l->raw = l->join = 1;
			break;
		case 'e':
			l->status = 1;
			break;
		case 's':
			l->slurp = 1;
			break;
		case 'n':
			l->null = 1;
			break;
		case 'R':
			l->text = 1;
			break;
		default:
			jq_punt();
		}
}

/* the option at a; how many arguments it takes */
static int
named(struct line *l, char **a)
{
	if (strcmp(*a, "--unbuffered") == 0) {
		l->stream = 1;
		return 0;
	}
	if (!a[1] || !a[2])
		jq_punt();
	if (strcmp(*a, "--arg") == 0)
		variable(l, a[1], json_string(a[2]));
	else if (strcmp(*a, "--argjson") == 0)
		variable(l, a[1], json_loads(a[2], JSON_DECODE_ANY, NULL));
	else if (strcmp(*a, "--rawfile") == 0)
		variable(l, a[1], whole_file(a[2]));
	else
		jq_punt();
	return 2;
}

static void
arguments(struct line *l, char *argv[])
{
	int args = 0, k;
	char **r = rest;

	*r++ = *argv++;
	for (; *argv; argv++) {
		if (strcmp(*argv, "--args") == 0) {
			args = 1;
		} else if (strncmp(*argv, "--", 2) == 0) {
			k = named(l, argv);
			for (; k > 0; k--)
				*r++ = *argv++;
		} else if (**argv == '-' && (*argv)[1]) {
			letters(l, *argv + 1);
		} else if (!l->filter) {
			l->filter = *argv;
		} else if (args) {
			if (json_array_append_new(
				l->positional, json_string(*argv)) < 0)
				jq_punt();
		} else if (l->n == 64) {
			jq_punt();
		} else {
			l->files[l->n++] = *argv;
			continue;
		}
		*r++ = *argv;
	}
	*r = NULL;
}

/* one value to out; what the status says of it */
static int
print(const struct line *l, json_t *v, FILE *out)
{
	char *s;

	if (l->raw && json_is_string(v)) {
		fwrite(json_string_value(v), 1, json_string_length(v), out);
	} else {
		if (!l->compact &&
		    (json_array_size(v) > 0 || json_object_size(v) > 0))
			jq_punt();
		s = jq_dump(v);
		fputs(s, out);
		free(s);
	}
	if (!l->join)
		fputc('\n', out);
	return jq_true(v) ? 0 : 1;
}

/* what comes out for one input; the status, dflt if nothing does */
static int
run(const struct line *l, const struct jq_node *n, json_t *in, FILE *out,
    int dflt)
{
	json_t *v, *all;
	size_t i;

	all = jq_eval(n, in, l->vars ? &l->env[l->vars - 1] : NULL);
	json_array_foreach(all, i, v)
	{
		dflt = print(l, v, out);
	}
	return dflt;
}

static json_t *
next(size_t *at)
{
	json_error_t e;
	json_t *v;

	while (*at < input_len && strchr(" \t\r\n", input[*at]) && input[*at])
		(*at)++;
	if (*at == input_len)
		return NULL;
	v = json_loadb(input + *at, input_len - *at,
	    JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &e);
	*at += v ? (size_t)e.position : 0;
	return jq_keep(v);
}

/* each line of standard input as it comes, what comes out of it at once */
static int
run_stream(const struct line *l, const struct jq_node *n)
{
	const size_t kept = json_array_size(pool);
	char *text = NULL;
	size_t len, at;
	ssize_t got;
	json_t *v;
	FILE *out;

	streaming = 1;
	while ((got = getline(&input, &input_room, stdin)) > 0) {
		input_len = (size_t)got;
		at = 0;
		out = open_memstream(&text, &len);
		if (!out)
			return 2;
		while ((v = next(&at)))
			(void)run(l, n, v, out, 0);
		if (fclose(out) != 0 || fwrite(text, 1, len, stdout) != len ||
		    fflush(stdout) != 0)
			return 2;
		free(text);
		text = NULL;
		while (json_array_size(pool) > kept)
			(void)json_array_remove(
			    pool, json_array_size(pool) - 1);
	}
	return ferror(stdin) ? 2 : 0;
}

/* -R -s: all that comes in, as one string; it has no NUL */
static json_t *
whole_text(void)
{
	if (strlen(input) != input_len)
		jq_punt();
	return jq_keep(json_stringn(input, input_len));
}

int
main(int argc, char *argv[])
{
	struct line l = { .n = 0 };
	const struct jq_node *n;
	char *text = NULL;
	size_t len, at = 0;
	FILE *out = open_memstream(&text, &len);
	json_t *v, *all;
	int status = 4;

	own = argv;
	rest = calloc((size_t)argc + 1, sizeof *rest);
	pool = json_array();
	l.positional = json_array();
	if (!out || !rest || !pool || !l.positional)
		return 2;
	arguments(&l, argv);
	if (!l.filter || strcmp(l.filter, ".") == 0)
		jq_punt();
	all = json_pack("{s:O,s:{}}", "positional", l.positional, "named");
	variable(&l, "ARGS", all);
	n = jq_parse(l.filter);
	if ((l.text && (!l.slurp || l.null)) ||
	    (l.stream && (l.slurp || l.null || l.status || l.n > 0)))
		jq_punt();
	if (l.stream)
		return run_stream(&l, n);
	if (l.text) {
		read_all(&l);
		status = run(&l, n, whole_text(), out, status);
	} else if (l.null) {
		status = run(&l, n, jq_keep(json_null()), out, status);
	} else {
		read_all(&l);
		all = l.slurp ? jq_keep(json_array()) : NULL;
		while ((v = next(&at)))
			if (!all)
				status = run(&l, n, v, out, status);
			else if (json_array_append(all, v) < 0)
				jq_punt();
		if (all)
			status = run(&l, n, all, out, status);
	}
	if (fclose(out) != 0 || (l.status && status == 4))
		jq_punt(); /* whether nothing is 0 or 4, its versions differ */
	if (fwrite(text, 1, len, stdout) != len || fflush(stdout) != 0)
		return 2;
	free(text);
	free(input);
	free(rest);
	json_decref(l.positional);
	json_decref(pool);
	return l.status ? status : 0;
}
