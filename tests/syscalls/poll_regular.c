/* tests/syscalls/poll_regular.c - poll(2): files, directories and devices are always ready. */
#include "fs_check.h"

int main(void)
{
	int all = POLLIN | POLLOUT | POLLPRI | POLLRDNORM | POLLWRNORM | POLLRDBAND | POLLWRBAND |
		  POLLRDHUP;

	write_file("f", "");
	show_ready("file", xopen("f", O_RDWR, 0), all);
	show_ready("file, POLLIN", xopen("f", O_RDWR, 0), POLLIN);
	show_ready("file, nothing", xopen("f", O_RDWR, 0), 0);
	show_ready("read-only file", xopen("f", O_RDONLY, 0), all);
	show_ready("write-only file", xopen("f", O_WRONLY, 0), all);
	show_ready("directory", xopen(".", O_RDONLY, 0), all);
	show_ready("O_PATH", xopen("f", O_PATH, 0), all);
	show_ready("/dev/null", xopen("/dev/null", O_RDWR, 0), all);
	show_ready("/dev/zero", xopen("/dev/zero", O_RDWR, 0), all);
	show_ready("memfd", memfd_create("m", 0), all);
	show_ready("/proc/self/stat", xopen("/proc/self/stat", O_RDONLY, 0), all);
	return 0;
}
