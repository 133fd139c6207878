/* video_serve.c - a process for each video; see video_wire.h */
#include "video.h"

#include <errno.h>
#include <unistd.h>

#include "os.h"
#include "worker.h"

#define FILES 5 /* descriptors: 0 to 2, a video and its socket */

enum { VIDEO, SOCKET, PASSED };

/* A child, which has nothing of its parent's but memory that no video was in.
 */
static pid_t
spawn(void *arg, const int fd[PASSED])
{
	void (*const *video)(void) = arg;
	pid_t me = getpid(), pid = fork();
	int why = errno;

	if (pid == 0) {
		if (ct_os_die_with(me) < 0 || dup2(fd[VIDEO], 0) < 0 ||
		    dup2(fd[SOCKET], 1) < 0 || close_range(3, ~0U, 0) < 0)
			_exit(CT_OSERR);
		(*video)();
		_exit(CT_SOFTWARE);
	}
	(void)close(fd[VIDEO]);
	(void)close(fd[SOCKET]);
	return pid < 0 ? -why : pid;
}

int
ct_video_serve(void (*ready)(void), void (*video)(void))
{
	struct ct_worker_news hello = { .what = CT_WORKER_HELLO };
	uint32_t setup;

	if (ct_worker_setup(&setup, sizeof setup))
		return CT_USAGE;
	if (setup != CT_VIDEO_SETUP)
		_exit(CT_PROTOCOL);
	ready();
	if ((hello.landlock = ct_os_confine(FILES)) < 0)
		_exit(CT_UNAVAILABLE);
	ct_worker_obey(&hello, spawn, &video, PASSED);
}
