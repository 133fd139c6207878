#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Between two pages that cannot be touched. */
static void *
guarded(size_t len, int fd, int prot)
{
	uint8_t *around = mmap(NULL, len + 2 * CT_OS_PAGE, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int why;

	if (around == MAP_FAILED)
		return NULL;
	if (mmap(around + CT_OS_PAGE, len, prot,
		MAP_SHARED | MAP_NORESERVE | MAP_FIXED, fd, 0) != MAP_FAILED)
		return around + CT_OS_PAGE;
	why = errno;
	(void)munmap(around, len + 2 * CT_OS_PAGE);
	errno = why;
	return NULL;
}

/*
 * No seal against making it shorter: this is how memory is given back, as a
 * file that is sealed against writing can have no hole punched.
 */
int
ct_os_shared(size_t len, uint8_t **at, int *fd, struct ct_err *err)
{
	struct rlimit most;
	int rc;

	*at = NULL;
	*fd = -1;
	/* a larger file would be SIGXFSZ and not an error */
	if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur < len)
		return ct_fail(
		    err, CT_OSERR, "files may not be large here (ulimit -f)");
	*fd = memfd_create("ct", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (*fd < 0 || ftruncate(*fd, (off_t)len) < 0) {
		rc = ct_fail_errno(err, CT_OSERR, "cannot make shared memory");
		goto fail;
	}
	*at = guarded(len, *fd, PROT_READ | PROT_WRITE);
	if (!*at) {
		rc = ct_fail_errno(err, CT_OSERR, "cannot map shared memory");
		goto fail;
	}
	if (fcntl(*fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) == 0)
		return 0;
	rc = ct_fail_errno(err, CT_UNAVAILABLE, "cannot seal shared memory");
	ct_os_unshare(*at, len);
	*at = NULL;
fail:
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
	return rc;
}

int
ct_os_bytes(const void *bytes, size_t len, struct ct_err *err)
{
	const char *at = bytes;
	struct rlimit most;
	int fd = -1;
	ssize_t n;

	/* a larger file would be SIGXFSZ and not an error */
	if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur < len)
		errno = EFBIG;
	else
		fd = memfd_create("ct", MFD_CLOEXEC);
	while (fd >= 0 && len) {
		if ((n = write(fd, at, len)) > 0) {
			at += n;
			len -= (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			break;
		}
	}
	if (fd >= 0 && !len && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	(void)ct_fail_errno(err, CT_OSERR, "cannot keep bytes in memory");
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

int
ct_os_room(struct ct_err *err)
{
	int fd = memfd_create("ct", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		(void)ct_fail_errno(
		    err, CT_OSERR, "cannot keep bytes in memory");
	return fd;
}

int
ct_os_seal(int fd, struct ct_err *err)
{
	if (fcntl(fd, F_ADD_SEALS,
		F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0 ||
	    lseek(fd, 0, SEEK_SET) != 0)
		return ct_fail_errno(
		    err, CT_OSERR, "cannot keep bytes in memory");
	return 0;
}

void
ct_os_unshare(uint8_t *at, size_t len)
{
	(void)munmap(at - CT_OS_PAGE, len + 2 * CT_OS_PAGE);
}

const uint8_t *
ct_os_shown(size_t len, int fd)
{
	return guarded(len, fd, PROT_READ);
}

int
ct_os_trim(int fd, size_t keep, size_t len, struct ct_err *err)
{
	struct stat st;

	if (keep >= len ||
	    (fstat(fd, &st) == 0 && (uint64_t)st.st_blocks * 512 <= keep))
		return 0;
	if (ftruncate(fd, (off_t)keep) < 0 || ftruncate(fd, (off_t)len) < 0)
		return ct_fail_errno(
		    err, CT_OSERR, "cannot give back shared memory");
	return 0;
}

void *
ct_os_large(size_t len)
{
	static const size_t page = (size_t)2 << 20;
	void *p;

	if (len > SIZE_MAX - page)
		return NULL;
	len = (len + page - 1) / page * page;
	p = aligned_alloc(page, len);
	if (p)
		(void)madvise(p, len, MADV_HUGEPAGE);
	return p;
}

int
ct_os_die_with(pid_t parent)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ? -1
									   : 0;
}

int
ct_os_watch(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

void
ct_os_boot(char id[CT_OS_BOOT])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, id, CT_OS_BOOT - 1);

	if (fd >= 0)
		(void)close(fd);
	id[n > 0 ? n : 0] = '\0';
	id[strspn(id, "0123456789abcdef-")] = '\0';
	if (!*id)
		memcpy(id, "unknown", sizeof "unknown");
}

int
ct_os_heap(size_t len)
{
#ifdef __GLIBC__
	void *volatile p; /* or the compiler does without it */

	(void)mallopt(M_ARENA_MAX, 1);
	(void)mallopt(M_MMAP_MAX, 0);
	(void)mallopt(M_TRIM_THRESHOLD, -1);
	if (!(p = malloc(len)))
		return -1;
	free(p);
#else
	(void)len;
#endif
	return 0;
}

size_t
ct_os_heap_used(void)
{
#if defined __GLIBC__ && __GLIBC_PREREQ(2, 33)
	return mallinfo2().uordblks;
#else
	return 0;
#endif
}

bool
ct_os_sanitized(void)
{
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || \
    __has_feature(thread_sanitizer) || __has_feature(leak_sanitizer)
	return true;
#endif
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
	return true;
#else
	return false;
#endif
}

void *
ct_os_secret(size_t len, bool lock)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int why;

	if (p == MAP_FAILED)
		return NULL;
	if (madvise(p, len, MADV_DONTDUMP) < 0 || (lock && mlock(p, len) < 0)) {
		why = errno;
		(void)munmap(p, len);
		errno = why;
		return NULL;
	}
	return p;
}
