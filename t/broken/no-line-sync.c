/* ct-preserve, broken: a line of the log is not synced. */
#include "skip.h"

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

int
__wrap_fdatasync(int fd)
{
	return is_at(fd, "*/audit/ct-preserve.log") ? 0 : __real_fdatasync(fd);
}
