/* ct-preserve, broken: an object is not synced. */
#include "skip.h"

int __real_fsync(int fd);
int __wrap_fsync(int fd);

int
__wrap_fsync(int fd)
{
	return is_at(fd, "*/tmp/*.part") ? 0 : __real_fsync(fd);
}
