#include "prog.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

const char *ct_prog = "ct";
atomic_int ct_stop;
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal may set it");

void
ct_start(const char *name)
{
	int fd, flags;

	ct_prog = name;
	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0) {
			flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
			(void)open("/dev/null", flags);
		}
	(void)umask(077);
	/* ignored, as it may be inherited, children would leave no status */
	(void)signal(SIGCHLD, SIG_DFL);
	/* a file too large is an error of the write, EFBIG */
	(void)signal(SIGXFSZ, SIG_IGN);
}

static void
on_signal(int sig)
{
	(void)sig;
	ct_stop = 1;
}

/* Unless it was to be ignored from outside, as of a job in the background. */
static void
heed(int sig, const struct sigaction *sa)
{
	struct sigaction old;

	if (sigaction(sig, NULL, &old) < 0 || old.sa_handler != SIG_IGN)
		(void)sigaction(sig, sa, NULL);
}

void
ct_stop_gently(void)
{
	struct sigaction sa = { .sa_handler = on_signal,
		.sa_flags = (int)SA_RESETHAND };

	(void)sigemptyset(&sa.sa_mask);
	heed(SIGINT, &sa);
	heed(SIGTERM, &sa);
	(void)signal(SIGPIPE, SIG_IGN);
}

#define ERASE "\r\033[K"

static _Atomic int status_shown; /* threads may warn, too */

void
ct_status(const char *line)
{
	struct winsize size = { 0 };
	char text[512];
	int width = 79, n;

	if (!line && !status_shown)
		return;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		width = size.ws_col - 1;
	n = line ? snprintf(text, sizeof text, ERASE "%s: %s", ct_prog, line)
		 : snprintf(text, sizeof text, ERASE);
	width += (int)sizeof ERASE - 1;
	n = n > width ? width : n;
	n = n > (int)sizeof text - 1 ? (int)sizeof text - 1 : n;
	status_shown = line != NULL;
	if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0)
		return; /* it was only for show */
}

static void __attribute__((format(printf, 1, 0)))
message(const char *fmt, va_list ap)
{
	char line[1024];
	int n, m;

	n = snprintf(
	    line, sizeof line, "%s%s: ", status_shown ? ERASE : "", ct_prog);
	status_shown = 0;
	m = vsnprintf(line + n, sizeof line - (size_t)n - 1, fmt, ap);
	n += m < 0 ? 0 : m;
	if ((size_t)n > sizeof line - 2)
		n = sizeof line - 2;
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* nowhere left to say it */
}

void
ct_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
}

_Noreturn void
ct_die(int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
	exit(code);
}

_Noreturn void
ct_die_err(const struct ct_err *err)
{
	ct_die(err->code ? err->code : CT_SOFTWARE, "%s", err->msg);
}

void *
ct_alloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		ct_die(CT_OSERR, "out of memory");
	return p;
}

void *
ct_grow(void *p, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		ct_die(CT_OSERR, "out of memory");
	p = realloc(p, n && size ? n * size : 1);
	if (!p)
		ct_die(CT_OSERR, "out of memory");
	return p;
}

char *
ct_strdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(ct_alloc(n, 1), s, n);
}

char *
ct_printf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		ct_die(CT_OSERR, "out of memory");
	return s;
}

long
ct_number(const char *opt, const char *arg, long lo, long hi)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(arg, &end, 10);
	if (end == arg || *end || errno || n < lo || n > hi)
		ct_die(
		    CT_USAGE, "%s: want a number from %ld to %ld", opt, lo, hi);
	return n;
}

long
ct_size(const char *opt, const char *arg, long lo, long hi)
{
	static const char units[] = "KMG";
	const char *unit;
	char *end;
	long n, most = hi;

	errno = 0;
	n = strtol(arg, &end, 10);
	if (end != arg && *end && (unit = strchr(units, *end))) {
		most >>= 10 * (unit - units + 1);
		if (n >= 0 && n <= most)
			n *= 1L << 10 * (unit - units + 1);
		else
			n = LONG_MAX;
		end++;
	}
	if (end == arg || *end || errno || n < lo || n > hi)
		ct_die(CT_USAGE,
		    "%s: want a size from %ld to %ld bytes, as 900, 64K or 2M",
		    opt, lo, hi);
	return n;
}

long
ct_seconds(const char *opt, const char *arg, long lo, long hi)
{
	long ms = 0, digit = 100;
	char *end;

	errno = 0;
	ms = strtol(arg, &end, 10);
	ms = ms > LONG_MAX / 1000 || ms < 0 ? LONG_MAX : ms * 1000;
	if (end != arg && *end == '.')
		for (end++; *end >= '0' && *end <= '9'; end++, digit /= 10)
			if (ms < LONG_MAX - 1000)
				ms += digit * (*end - '0');
	if (end == arg || *end || *arg == '-' || errno || ms < lo || ms > hi)
		ct_die(CT_USAGE, "%s: want seconds from %ld.%03ld to %ld", opt,
		    lo / 1000, lo % 1000, hi / 1000);
	return ms;
}

long
ct_age(const char *opt, const char *arg)
{
	static const char units[] = "smhd";
	static const long ms[] = { 1000, 60000, 3600000, 86400000, 1000 };
	const char *unit;
	char *end;
	long n;

	errno = 0;
	n = strtol(arg, &end, 10);
	unit = strchr(units, *end); /* the NUL, too */
	if (end == arg || errno || n < 1 || n > 36500 * 86400L || !unit ||
	    (*end && end[1]))
		ct_die(
		    CT_USAGE, "%s: want an age, as 90s, 15m, 24h or 7d", opt);
	return n > LONG_MAX / ms[unit - units] ? LONG_MAX
					       : n * ms[unit - units];
}

int
ct_cpus(void)
{
	cpu_set_t set;

	/* it fails on machines of more CPUs than a cpu_set_t has */
	return sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
}

const char *
ct_home(const char *dir)
{
	const char *env = getenv("CT_HOME");

	return dir ? dir : env && *env ? env : "/var/lib/ct";
}

/* name in the first of these places, seen from this program, where it may be
 * accessed so; else in last. */
static char *
installed(
    const char *const *places, const char *name, int mode, const char *last)
{
	char self[4096], *path;
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	if (n > 0) {
		self[n] = '\0';
		*strrchr(self, '/') = '\0';
	}
	for (; n > 0 && *places; places++) {
		path = ct_printf("%s/%s%s", self, *places, name);
		if (access(path, mode) == 0)
			return path;
		free(path);
	}
	return ct_printf("%s/%s", last, name);
}

char *
ct_sibling(const char *name)
{
	static const char *const places[] = { "", "../libexec/ct/", NULL };

	return installed(places, name, X_OK, CT_LIBEXECDIR);
}

char *
ct_shipped(const char *name)
{
	static const char *const places[] = { "lib/", "../share/ct/", NULL };

	return installed(places, name, R_OK, CT_DATADIR);
}

_Noreturn void
ct_usage(const char *text)
{
	size_t n;

	for (; *text; text += n) {
		n = strcspn(text, "\n") + 1;
		if (strncmp(text, "usage: ", 7) != 0 &&
		    strncmp(text, "       ", 7) != 0)
			break;
		(void)fwrite(text, 1, n, stderr);
	}
	if (*text)
		(void)fprintf(stderr, "%s --help tells more\n", ct_prog);
	exit(CT_USAGE);
}

int
ct_help(const char *text)
{
	return fputs(text, stdout) < 0 || fflush(stdout) ? CT_IOERR : 0;
}

int
ct_version(const char *more)
{
	printf("%s %s\n%s%s", ct_prog, CT_VERSION, more ? more : "",
	    more ? "\n" : "");
	return fflush(stdout) ? CT_IOERR : 0;
}
