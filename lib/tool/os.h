/*
 * os.h - what only Linux has: shared memory, and processes that can do nothing
 *
 * Confinement comes in two steps.  ct_os_confine gives up what a process that
 * only forks and waits does not need; ct_os_filter gives up all but reading,
 * writing and ending, for good.  The second is for a child that is about to
 * read bytes of strangers.
 */
#ifndef CT_OS_H
#define CT_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"

/*
 * Memory of len bytes, whole CT_OS_PAGEs, all zero: mapped at *at for this
 * process to write, and as the descriptor *fd (closed on exec) for others to
 * map for reading only, whatever they do; one that has the descriptor can
 * also make it shorter.  Nothing is mapped just before or behind it.
 * CT_OSERR, CT_UNAVAILABLE; then *at is NULL, *fd -1.
 */
#define CT_OS_PAGE ((size_t)64 << 10) /* some pages of any machine */
int ct_os_shared(size_t len, uint8_t **at, int *fd, struct ct_err *err);
void ct_os_unshare(uint8_t *at, size_t len);

/*
 * A descriptor to read len bytes from, which are in memory and never on a
 * disk.  CT_OSERR; then -1.
 */
int ct_os_bytes(const void *bytes, size_t len, struct ct_err *err);

/* The same, empty, for another to write; then nobody can write it any more, and
 * it is read from its beginning. */
int ct_os_room(struct ct_err *err);
int ct_os_seal(int fd, struct ct_err *err);
/* In another process: map it.  NULL with errno. */
const uint8_t *ct_os_shown(size_t len, int fd);

/*
 * If it holds more than keep bytes of memory, give back what is behind the
 * first keep, which reads as zero then.  Nobody else may be reading there.
 * CT_OSERR: it must not be touched again.
 */
int ct_os_trim(int fd, size_t keep, size_t len, struct ct_err *err);

/*
 * Memory for len bytes that are read here and there, in large pages where the
 * kernel has any; not zeroed.  NULL: none.  Release with free.
 */
void *ct_os_large(size_t len);

/*
 * Memory of len bytes that no core dump has and, with lock, is never swapped;
 * NULL with errno.  Release with munmap.
 */
void *ct_os_secret(size_t len, bool lock);

/* From now on no core dump has this process, and nobody traces it.  0 or -1. */
int ct_os_private(void);

/*
 * In a process of one's own, after fork: be killed when the thread that
 * forked is gone.  parent is its process; -1 if it is gone already.
 */
int ct_os_die_with(pid_t parent);

/* A descriptor, closed on exec, that is readable once this child has ended; -1
 * with errno. */
int ct_os_watch(pid_t pid);

/*
 * Let malloc have len bytes without another system call, and never give any
 * back; they take no memory until they are used.  0 or -1.  With another libc
 * than glibc it does nothing, and a filtered process has what its heap has.
 */
int ct_os_heap(size_t len);

/* Bytes that malloc has given out now; 0 if this libc does not tell. */
size_t ct_os_heap_used(void);

/* The id that the kernel gave itself when it started; "unknown": it does not
 * tell. */
#define CT_OS_BOOT 40 /* bytes that hold it */
void ct_os_boot(char id[CT_OS_BOOT]);

/*
 * Have no more of that, RLIMIT_DATA for one, from now on, and of CPU time: at
 * its end there is SIGXCPU.  A lower limit that came from outside stays.  0,
 * -1.
 */
int ct_os_limit(int what, uint64_t most);
int ct_os_limit_cpu(uint64_t seconds);

/*
 * For good and for all children: no new privileges, no core dump, no ptrace,
 * no file that grows, descriptors below files only, and landlock with every
 * right that this kernel knows, none granted: files, TCP, and signals and
 * abstract sockets outside.  Returns landlock's version, 0 where there is
 * none, or -1 with errno.
 */
int ct_os_confine(unsigned files);

/*
 * For good: allow read, write, exit_group and rt_sigreturn, and nothing else.
 * More memory is refused as if there were none; any other call, of any
 * architecture, kills the process with SIGSYS.  0 or -1 with errno: then
 * nothing is confined.
 */
int ct_os_filter(void);

/*
 * The same for one that decodes video by a large library: memory that is not
 * run, lseek, futex and the time are allowed too, what such libraries try in
 * vain (to open, to start threads) fails, and all else kills.
 */
int ct_os_filter_media(void);

/* Does it work here?  A child tries it: 1, 0, or -1 with errno if there can be
 * none. */
int ct_os_filter_works(void);

/*
 * Was this built with a sanitizer that needs system calls of its own?  Then
 * ct_os_filter always fails.
 */
bool ct_os_sanitized(void);

#endif
