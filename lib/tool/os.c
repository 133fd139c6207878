#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

int
ct_os_shared(size_t len, uint8_t **at, int *fd, struct ct_err *err)
{
	struct rlimit most;
	void *mem;
	int rc = 0;

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
	mem = mmap(NULL, len, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_NORESERVE, *fd, 0);
	if (mem == MAP_FAILED) {
		rc = ct_fail_errno(err, CT_OSERR, "cannot map shared memory");
		goto fail;
	}
	*at = mem;
	if (fcntl(*fd, F_ADD_SEALS,
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE |
		    F_SEAL_SEAL) == 0)
		return 0;
	rc = ct_fail_errno(err, CT_UNAVAILABLE, "cannot seal shared memory");
	(void)munmap(mem, len);
	*at = NULL;
fail:
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
	return rc;
}

int
ct_os_die_with(pid_t parent)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ? -1
									   : 0;
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
