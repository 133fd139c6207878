/*
 * Escapes: started as a worker, this very program is a decoder that a picture
 * has got hold of.  It serves by the very functions of ct-decode, and tries
 * what the first byte behind the picture's magic says.
 */
#include "decode.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "decode_serve.h"
#include "os.h"
#include "prog.h"

#include "../tap.h"

#define MEMORY ((size_t)32 << 20) /* limits for the decoder here */
#define BYTES ((size_t)1 << 20)

/* A picture: magic, which try, from NAME on the name of a file to make. */
#define NAME 4
static const uint8_t magic[] = { 0xff, 0xd8, 0xff };
static char box[] = "/tmp/ct-escape.XXXXXX", *escaped;
static const uint8_t *shared; /* of the worker: the picture */
static bool bare;             /* it has nothing of ours */

/* ---- what it tries --------------------------------------------------------
 * Each returns whether it got what it wanted.
 */

static struct sockaddr_in loopback = {
	.sin_family = AF_INET, .sin_port = 0x5000, .sin_addr = { 0x0100007f }
};
static struct iovec one = { &loopback, sizeof loopback };
static char path[] = "/bin/true";
static char *const words[] = { path, NULL };

#define SYSCALL(name, nr, ...)                        \
	static bool try_##name(void)                  \
	{                                             \
		return syscall(nr, __VA_ARGS__) >= 0; \
	}

#ifdef SYS_open
SYSCALL(open, SYS_open, "/etc/passwd", O_RDONLY)
SYSCALL(fork, SYS_fork, 0)
#endif
SYSCALL(openat, SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY)
SYSCALL(openat2, SYS_openat2, AT_FDCWD, "/etc/passwd", (uint64_t[3]){ 0 }, 24)
SYSCALL(creat, SYS_openat, AT_FDCWD, shared + NAME, O_CREAT | O_WRONLY, 0600)
SYSCALL(socket, SYS_socket, AF_INET, SOCK_STREAM, 0)
SYSCALL(connect, SYS_connect, 0, &loopback, sizeof loopback)
SYSCALL(bind, SYS_bind, 0, &loopback, sizeof loopback)
SYSCALL(sendto, SYS_sendto, 0, "x", 1, 0, NULL, 0)
SYSCALL(recvmsg, SYS_recvmsg, 0, &(struct msghdr){ .msg_iov = &one }, 0)
SYSCALL(sendmsg, SYS_sendmsg, 0, &(struct msghdr){ .msg_iov = &one }, 0)
SYSCALL(execve, SYS_execve, path, words, NULL)
SYSCALL(execveat, SYS_execveat, AT_FDCWD, path, words, NULL, 0)
SYSCALL(clone, SYS_clone, SIGCHLD, 0, 0, 0, 0)
SYSCALL(thread, SYS_clone,
    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, 0, 0, 0,
    0)
SYSCALL(clone3, SYS_clone3, (uint64_t[11]){ 0 }, 88)
SYSCALL(unshare, SYS_unshare, CLONE_NEWUSER)
SYSCALL(kill, SYS_kill, -1, 0)
SYSCALL(tgkill, SYS_tgkill, 1, 1, SIGTERM)
SYSCALL(pidfd, SYS_pidfd_open, 1, 0)
SYSCALL(ptrace, SYS_ptrace, PTRACE_TRACEME, 0, 0, 0)
SYSCALL(vm_readv, SYS_process_vm_readv, 1, &one, 1, &one, 1, 0)
SYSCALL(vm_writev, SYS_process_vm_writev, 1, &one, 1, &one, 1, 0)
SYSCALL(io_uring, SYS_io_uring_setup, 8, &(struct io_uring_params){ 0 })
SYSCALL(io_uring_enter, SYS_io_uring_enter, 0, 1, 0, 0, NULL)
SYSCALL(bpf, SYS_bpf, 0, NULL, 0)
SYSCALL(exec_map, SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC,
    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
SYSCALL(mprotect, SYS_mprotect, (uintptr_t)&loopback & ~(uintptr_t)4095, 4096,
    PROT_READ | PROT_EXEC)
SYSCALL(mremap, SYS_mremap, &loopback, 4096, 8192, MREMAP_MAYMOVE)
SYSCALL(munmap, SYS_munmap, 0, 4096)
SYSCALL(memfd, SYS_memfd_create, "x", 0)
SYSCALL(shmget, SYS_shmget, 0, 4096, 0600)
SYSCALL(prctl, SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0)
SYSCALL(seccomp, SYS_seccomp, 0, 0, NULL)
SYSCALL(setrlimit, SYS_prlimit64, 0, RLIMIT_CORE, NULL, NULL)
SYSCALL(ioctl, SYS_ioctl, 0, 0x5412, "x")
SYSCALL(fcntl, SYS_fcntl, 0, F_GETFL)
SYSCALL(dup, SYS_dup, 0)
SYSCALL(close, SYS_close, 2)
SYSCALL(pread, SYS_pread64, 0, &loopback, 1, 0)
SYSCALL(writev, SYS_writev, 1, &one, 1)
SYSCALL(getpid, SYS_getpid, 0)
SYSCALL(setuid, SYS_setuid, 0)
SYSCALL(chdir, SYS_chdir, "/tmp")
SYSCALL(unlinkat, SYS_unlinkat, AT_FDCWD, shared + NAME, 0)
SYSCALL(mount, SYS_mount, "x", "/tmp", "tmpfs", 0, NULL)
SYSCALL(clock, SYS_clock_gettime, 0, &loopback)
SYSCALL(getrandom, SYS_getrandom, &loopback, 1, 0)
SYSCALL(futex, SYS_futex, &loopback, 1, 1)
SYSCALL(exit, SYS_exit, 0)
SYSCALL(nosuch, 100000, 0)

#ifdef __x86_64__
SYSCALL(x32, 0x40000000 | SYS_write, 1, "x", 1)
SYSCALL(x32_open, 0x40000000 | SYS_open, "/etc/passwd", O_RDONLY)

/* The interface of 32 bits, where 4 is write. */
static bool
try_int80(void)
{
	long rc = 4;

	__asm__ volatile("int $0x80" : "+a"(rc) : "b"(1), "c"(0), "d"(0));
	return rc >= 0;
}
#endif

static bool
try_abort(void)
{
	abort();
}

static bool
try_write_picture(void)
{
	*(volatile uint8_t *)(uintptr_t)shared = 0;
	return true;
}

static bool
try_before(void) /* into the slot before */
{
	return ((const volatile uint8_t *)shared)[-1] + 1;
}

static bool
try_behind(void) /* into the slot behind */
{
	size_t i;

	for (i = 0; i < BYTES + ((size_t)1 << 20); i += 4096)
		(void)((const volatile uint8_t *)shared)[i];
	return true;
}

static bool
try_jump(void) /* into bytes of the picture */
{
	void (*f)(void);

	memcpy(&f, &shared, sizeof f);
	f();
	return true;
}

static bool
try_map(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool
try_sbrk(void)
{
	return sbrk((intptr_t)64 << 20) != (void *)-1;
}

/* More memory than allowed; but what is allowed is to be had, more than once.
 */
static bool
try_memory(void)
{
	void *volatile p;
	int i;

	for (i = 0; i < 3; i++) {
		if (!(p = malloc(MEMORY)))
			return true;
		memset(p, 1, MEMORY);
		free(p);
		if ((p = malloc(2 * MEMORY)))
			return true;
		if ((p = calloc(1, 5 * MEMORY)))
			return true;
	}
	return false;
}

static bool
try_descriptors(void)
{
	char c;
	int fd;

	for (fd = 5; fd < 1024; fd++)
		if (read(fd, &c, 1) >= 0 || write(fd, "x", 1) >= 0)
			return true;
	/* to the children before and after it */
	return read(3, &c, 1) > 0 || read(4, &c, 1) >= 0 ||
	    write(3, "x", 1) >= 0;
}

static bool
try_surroundings(void)
{
	return !bare;
}

/* ends: V killed by the filter, C otherwise, E either, . refused */
static const struct
try {
	const char *name;
	bool (*try)(void);
	char ends;
}
tries[] = {
#define T(name)                        \
	{                              \
#name, try_##name, 'V' \
	}
#ifdef SYS_open
	T(open),
	T(fork),
#endif
	T(openat),
	T(openat2),
	T(creat),
	T(socket),
	T(connect),
	T(bind),
	T(sendto),
	T(recvmsg),
	T(sendmsg),
	T(execve),
	T(execveat),
	T(clone),
	T(thread),
	T(clone3),
	T(unshare),
	T(kill),
	T(tgkill),
	T(pidfd),
	T(ptrace),
	T(vm_readv),
	T(vm_writev),
	T(io_uring),
	T(io_uring_enter),
	T(bpf),
	T(exec_map),
	T(mprotect),
	T(mremap),
	T(munmap),
	T(memfd),
	T(shmget),
	T(prctl),
	T(seccomp),
	T(setrlimit),
	T(ioctl),
	T(fcntl),
	T(dup),
	T(close),
	T(pread),
	T(writev),
	T(getpid),
	T(setuid),
	T(chdir),
	T(unlinkat),
	T(mount),
	T(clock),
	T(getrandom),
	T(futex),
	T(exit),
	T(nosuch),
	T(abort),
#ifdef __x86_64__
	T(x32),
	T(x32_open),
	{ "int 0x80", try_int80, 'E' }, /* or the kernel has not that at all */
#endif
	{ "write to the picture", try_write_picture, 'C' },
	{ "jump into the picture", try_jump, 'C' },
	{ "read before the picture", try_before, 'C' },
	{ "read far behind it", try_behind, 'C' },
	{ "map memory", try_map, '.' },
	{ "grow the heap", try_sbrk, '.' },
	{ "more memory", try_memory, '.' },
	{ "other descriptors", try_descriptors, '.' },
	{ "directory, environment, memory of ours", try_surroundings, '.' },
};
#define TRIES (sizeof tries / sizeof *tries)

static bool
picture(const struct ct_wire_ask *ask, const uint8_t *bytes,
    struct ct_wire_answer *a, uint8_t **pixels)
{
	uint32_t word;

	shared = bytes;
	a->kind = CT_IMAGE_JPEG;
	a->w = a->h = 100;
	a->frames = 1;
	a->method = CT_PDQ_TENT;
	word = bytes[3] < TRIES && tries[bytes[3]].try() ? 1 : 90;
	if (!ask->thumb) {
		a->quality = word;
		return true;
	}
	a->thumb_w = a->thumb_h = 100;
	if ((*pixels = malloc((size_t)100 * 100 * ask->bytes)))
		memset(*pixels, (int)word, (size_t)100 * 100 * ask->bytes);
	return true;
}

/* Has it nothing of ours but what it needs, and that for reading only? */
static bool
nothing_of_ours(void)
{
	char dir[8];
	int fd = CT_WORKER_FIRST;

	for (; fd < CT_WORKER_FIRST + CT_WIRE_SLOTS; fd++)
		if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			0) != MAP_FAILED ||
		    write(fd, "x", 1) >= 0 ||
		    fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			4096) == 0)
			return false;
	for (; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return false;
	return getcwd(dir, sizeof dir) && strcmp(dir, "/") == 0 && !environ[0];
}

/* ---- the tests ------------------------------------------------------------
 */

/* A picture that asks for this try, between two others: what came of the
 * three.  C, V; . it answered and was refused; ! it got what it wanted. */
static pid_t victim; /* if not 0: killed while the three are under way */

static const char *
fate(struct ct_decode *d, uint8_t try)
{
	static char got[4];
	uint8_t asks[] = { 255, try, 255 };
	struct ct_decoded res;
	struct ct_err err;
	uint8_t *room;
	size_t i;
	int word;

	for (i = 0; i < 3; i++) {
		room = ct_decode_room(d);
		memcpy(room, magic, sizeof magic);
		room[3] = asks[i];
		memcpy(room + NAME, escaped, strlen(escaped) + 1);
		if (ct_decode_send(d, NAME + strlen(escaped) + 1, &err))
			ct_die_err(&err);
	}
	if (victim)
		(void)kill(victim, SIGKILL);
	victim = 0;
	for (i = 0; i < 3; i++) {
		if (ct_decode_wait(d, &res, &err))
			ct_die_err(&err);
		word = res.pixels ? res.pixels[29999] : res.quality;
		got[i] = res.status == CT_IMAGE_CRASH         ? 'C'
		    : res.status == CT_IMAGE_VIOLATION        ? 'V'
		    : res.status == CT_IMAGE_OK && word == 90 ? '.'
							      : '!';
	}
	return got;
}

static void
escapes(struct ct_decode *d, int batch, const char *what)
{
	const char *got;
	size_t i;

	for (i = 0; i < TRIES; i++) {
		got = fate(d, (uint8_t)i);
		ok(got[0] == '.' && got[2] == '.' &&
			(got[1] == tries[i].ends ||
			    (tries[i].ends == 'E' && strchr("CV", got[1]))),
		    "%s, -B %d%s: %s", tries[i].name, batch, what, got);
	}
}

/* The line of a file in /proc that begins so holds this, too. */
static bool
tells(pid_t pid, const char *file, const char *begin, const char *what)
{
	char name[64], line[256];
	bool is = false;
	FILE *f;

	(void)snprintf(name, sizeof name, "/proc/%d/%s", (int)pid, file);
	if (!(f = fopen(name, "r")))
		return false;
	while (fgets(line, sizeof line, f))
		if (strncmp(line, begin, strlen(begin)) == 0)
			is = strstr(line, what) != NULL;
	(void)fclose(f);
	return is;
}

static pid_t
child_of(pid_t pid)
{
	char name[64];
	int child = 0;
	FILE *f;

	(void)snprintf(
	    name, sizeof name, "/proc/%d/task/%d/children", (int)pid, (int)pid);
	if (!(f = fopen(name, "r")) || fscanf(f, "%d", &child) != 1)
		child = 0;
	if (f)
		(void)fclose(f);
	return child;
}

/* What the kernel says of the worker, and of its child that waits for more. */
static void
from_outside(struct ct_decode *d)
{
	pid_t worker, child;
	int i;

	(void)fate(d, 255);
	worker = child_of(getpid());
	child = child_of(worker);
	if (!worker || !child) {
		ok(1, "the kernel tells no children # SKIP");
		return;
	}
	ok(tells(child, "status", "Seccomp:", "\t2"), "a child is filtered");
	for (i = 0; i < 2; i++) {
		pid_t pid = i ? child : worker;

		ok(tells(pid, "status", "NoNewPrivs:", "\t1"), "no privileges");
		ok(tells(pid, "limits", "Max core file size", " 0  "),
		    "no core dump");
		ok(tells(pid, "limits", "Max file size", " 0  "),
		    "no file grows");
		ok(tells(pid, "limits", "Max open files", i ? " 0  " : " 7  "),
		    "no descriptor more");
	}
}

/* Worker and child are killed by somebody else, as for want of memory. */
static void
murdered(struct ct_decode *d)
{
	int i;

	for (i = 0; i < 10; i++) {
		(void)fate(d, 255);
		victim = child_of(getpid());
		if (i % 2)
			victim = child_of(victim);
		if (strcmp(fate(d, 255), "...") != 0)
			break;
	}
	ok(i == 10, "killed by somebody: the pictures go to another");
}

/* Landlock alone, without the filter. */
static void
locked(void)
{
	int status, version, sock;
	pid_t pid = fork();

	if (pid == 0) {
		sock = socket(AF_INET, SOCK_STREAM, 0);
		version = ct_os_confine(64);
		if (version < 1)
			_exit(version < 0 ? 1 : 77);
		if (open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES ||
		    open("/", O_RDONLY) >= 0 || errno != EACCES)
			_exit(2);
		if (version >= 4 &&
		    (connect(sock, (struct sockaddr *)&loopback,
			 sizeof loopback) == 0 ||
			errno != EACCES))
			_exit(3);
		if (version >= 6 && (kill(getppid(), 0) == 0 || errno != EPERM))
			_exit(4);
		_exit(0);
	}
	(void)waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		ok(1, "landlock # SKIP not in this kernel");
	else
		ok(status == 0, "landlock lets nothing through: %x", status);
}

static bool
lives(pid_t pid)
{
	return tells(pid, "status", "State:", "") &&
	    !tells(pid, "status", "State:", "(zombie)") &&
	    !tells(pid, "status", "State:", "(dead)");
}

/* Nothing survives the one who asked. */
static void
orphans(const struct ct_decode_how *how)
{
	struct ct_decode *d;
	struct ct_err err;
	pid_t pid[2] = { 0, 0 };
	int end[2], i;

	if (pipe(end) < 0)
		ct_die(CT_OSERR, "no pipe");
	if (fork() == 0) {
		if (ct_decode_open(&d, how, &err))
			_exit(1);
		(void)fate(d, 255);
		pid[0] = child_of(getpid());
		pid[1] = child_of(pid[0]);
		if (write(end[1], pid, sizeof pid) < 0)
			_exit(1);
		_exit(0); /* without ct_decode_close */
	}
	(void)close(end[1]);
	if (read(end[0], pid, sizeof pid) != sizeof pid || !pid[0] || !pid[1]) {
		ok(1, "orphans # SKIP the kernel tells no children");
		return;
	}
	for (i = 0; i < 3000 && (lives(pid[0]) || lives(pid[1])); i++)
		(void)usleep(20000);
	ok(i < 3000, "worker and child die with the program");
	(void)close(end[0]);
	(void)wait(NULL);
}

int
main(int argc, char *argv[])
{
	struct ct_decode_how how = ct_decode_how;
	struct ct_decode_about about;
	struct ct_decode *d;
	struct ct_err err = { 0 };

	bare = nothing_of_ours();
	if (argc == 1 && ct_decode_serve(picture, "test1") != CT_USAGE)
		return CT_SOFTWARE;
	(void)argv;
	if (ct_os_sanitized()) {
		printf("1..0 # SKIP with sanitizers nothing is confined\n");
		return 0;
	}
	ct_start("escape");
	how.program = "/proc/self/exe";
	how.limits.memory = MEMORY;
	how.limits.bytes = BYTES;
	how.thumb = 100;
	if (!mkdtemp(box))
		ct_die(CT_OSERR, "no directory");
	escaped = ct_printf("%s/file", box);
	how.batch = 64;
	if (ct_decode_open(&d, &how, &err))
		ct_die_err(&err);
	ct_decode_about(d, &about);
	ok(about.seccomp && about.landlock >= 0 &&
		strcmp(about.kernel, "test1") == 0,
	    "it tells what confines it: landlock %d", about.landlock);
	escapes(d, 64, "");
	from_outside(d);
	murdered(d);
	ct_decode_close(d);
	how.batch = 1;
	if (ct_decode_open(&d, &how, &err))
		ct_die_err(&err);
	escapes(d, 1, "");
	ct_decode_thumb(d, 100, true);
	escapes(d, 1, ", for pixels");
	ct_decode_close(d);
	locked();
	orphans(&how);
	ok(access(escaped, F_OK) < 0 && rmdir(box) == 0, "no file was made");
	free(escaped);
	done();
}
