/* os_confine.c - rlimits, landlock and seccomp, without a library */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os.h"

/* ---- landlock -------------------------------------------------------------
 * The header of the machine that builds may be older than the kernel that
 * runs: these are the kernel's numbers (linux/landlock.h of 6.12).
 */

#define LANDLOCK_VERSION 1U /* flag: tell the version, make nothing */

struct landlock {
	uint64_t fs, net, scoped;
};

/* All that the version knows; the kernel refuses a bit it does not know. */
static struct landlock
rights(int version)
{
	struct landlock l = { .fs = 0x1fff };

	if (version >= 2)
		l.fs |= 1 << 13; /* refer */
	if (version >= 3)
		l.fs |= 1 << 14; /* truncate */
	if (version >= 4)
		l.net = 3; /* bind and connect TCP */
	if (version >= 5)
		l.fs |= 1 << 15; /* ioctl on devices */
	if (version >= 6)
		l.scoped = 3; /* abstract UNIX sockets, signals */
	return l;
}

/* Deny what there is: a ruleset without a rule.  The version, 0 or -1.  Where
 * it is not built, not switched on or not let through, there is none. */
static int
landlock(void)
{
	int version = (int)syscall(
	    SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);
	struct landlock l;
	size_t len;
	int fd, rc;

	if (version < 1)
		return 0;
	l = rights(version);
	len = version >= 6 ? sizeof l
	    : version >= 4 ? offsetof(struct landlock, scoped)
			   : offsetof(struct landlock, net);
	fd = (int)syscall(SYS_landlock_create_ruleset, &l, len, 0);
	if (fd < 0)
		return -1;
	rc = (int)syscall(SYS_landlock_restrict_self, fd, 0);
	(void)close(fd);
	return rc < 0 ? -1 : version;
}

static int
limit(int what, rlim_t soft, rlim_t hard)
{
	struct rlimit l;

	if (getrlimit((unsigned)what, &l) < 0)
		return -1;
	/* RLIM_INFINITY is the largest number */
	l.rlim_max = l.rlim_max < hard ? l.rlim_max : hard;
	l.rlim_cur = l.rlim_max < soft ? l.rlim_max : soft;
	return setrlimit((unsigned)what, &l);
}

int
ct_os_limit(int what, uint64_t most)
{
	return limit(what, most, most);
}

int
ct_os_limit_cpu(uint64_t seconds)
{
	return limit(RLIMIT_CPU, seconds, seconds + 1);
}

int
ct_os_private(void)
{
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0
	    ? -1
	    : ct_os_limit(RLIMIT_CORE, 0);
}

int
ct_os_confine(unsigned files)
{
	int version;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || ct_os_private() < 0 ||
	    ct_os_limit(RLIMIT_FSIZE, 0) < 0)
		return -1;
	version = landlock();
	return version < 0 || ct_os_limit(RLIMIT_NOFILE, files) < 0 ? -1
								    : version;
}

/* ---- seccomp --------------------------------------------------------------
 */

#if defined __x86_64__ && defined __LP64__
#define ARCH AUDIT_ARCH_X86_64
#elif defined __aarch64__ && defined __LP64__ && !defined __AARCH64EB__
#define ARCH AUDIT_ARCH_AARCH64
#elif defined __riscv && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#endif

#ifdef ARCH

/* the low half of an argument comes first on all of these */
#define FIELD(name) ((uint32_t)offsetof(struct seccomp_data, name))
#define LOAD(name) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(name))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
/* if it is not so, skip the next */
#define IF(test, value) BPF_JUMP(BPF_JMP | (test) | BPF_K, (value), 0, 1)
#define ALLOW(nr) IF(BPF_JEQ, (nr)), RETURN(SECCOMP_RET_ALLOW)

/*
 * Only what is named is let through, so numbers of the x32 interface, which
 * are large, need no line of their own.  brk tells of failure by an address
 * below the one asked for, and an error number would be one above it: 0.
 */
static const struct sock_filter code[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
	ALLOW(SYS_read),
	ALLOW(SYS_write),
	ALLOW(SYS_exit_group),
	ALLOW(SYS_rt_sigreturn),
	IF(BPF_JEQ, SYS_brk),
	RETURN(SECCOMP_RET_ERRNO),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 3),
	LOAD(args[2]),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0),
	RETURN(SECCOMP_RET_ERRNO | ENOMEM),
	RETURN(SECCOMP_RET_KILL_PROCESS),
};

/*
 * What a large library needs besides: memory, its place in the input, locks
 * and the time.  What such libraries try and can do without is refused; all
 * else kills.  Memory is never to be run, and never that of a file.
 */
#define REFUSE(nr) IF(BPF_JEQ, (nr)), RETURN(SECCOMP_RET_ERRNO | EPERM)
static const struct sock_filter media[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
	ALLOW(SYS_read),
	ALLOW(SYS_write),
	ALLOW(SYS_lseek),
	ALLOW(SYS_brk),
	ALLOW(SYS_munmap),
	ALLOW(SYS_mremap),
	ALLOW(SYS_madvise),
	ALLOW(SYS_futex),
	ALLOW(SYS_clock_gettime),
	ALLOW(SYS_exit_group),
	ALLOW(SYS_rt_sigreturn),
	REFUSE(SYS_openat),
	REFUSE(SYS_clone),
	REFUSE(SYS_clone3),
	REFUSE(SYS_fstat),
	REFUSE(SYS_newfstatat),
	REFUSE(SYS_ioctl),
	REFUSE(SYS_getrandom),
	REFUSE(SYS_sched_getaffinity),
	REFUSE(SYS_sysinfo),
	REFUSE(SYS_prctl),
	REFUSE(SYS_rt_sigaction),
	REFUSE(SYS_rt_sigprocmask),
	REFUSE(SYS_gettid),
	REFUSE(SYS_getpid),
	REFUSE(SYS_tgkill),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 4, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 6),
	LOAD(args[3]),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(args[2]),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0),
	RETURN(SECCOMP_RET_ALLOW),
	RETURN(SECCOMP_RET_KILL_PROCESS),
};

static int
filter(const struct sock_filter *with, size_t n)
{
	struct sock_fprog program = { .len = (unsigned short)n };

	if (ct_os_sanitized()) {
		errno = ENOTSUP;
		return -1;
	}
	program.filter = (struct sock_filter *)(uintptr_t)with;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0
	    ? -1
	    : 0;
}

int
ct_os_filter(void)
{
	return filter(code, sizeof code / sizeof *code);
}

int
ct_os_filter_media(void)
{
	return filter(media, sizeof media / sizeof *media);
}

#else

int
ct_os_filter(void)
{
	errno = ENOSYS;
	return -1;
}

int
ct_os_filter_media(void)
{
	return ct_os_filter();
}

#endif

int
ct_os_filter_works(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (ct_os_filter() < 0)
			_exit(1);
		/* what is killed is logged: a refusal is not */
		_exit(mmap(NULL, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0) != MAP_FAILED);
	}
	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
