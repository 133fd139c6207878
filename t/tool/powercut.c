/*
 * powercut DIR - the file system at DIR is as after a power cut, until it is
 * mounted anew: what was not made durable is gone.  For ext4 and XFS; root.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define SHUTDOWN _IOR('X', 125, uint32_t)
#define NO_LOG_FLUSH 2 /* not even its own journal is written out */

int
main(int argc, char **argv)
{
	uint32_t how = NO_LOG_FLUSH;
	int fd;

	if (argc != 2 || (fd = open(argv[1], O_RDONLY | O_DIRECTORY)) < 0 ||
	    ioctl(fd, SHUTDOWN, &how) < 0) {
		(void)fprintf(stderr, "powercut: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
