/* tests/syscalls/proc_attr.c - /proc/self/attr: a security module's text or EINVAL, never nothing. */
#include "fs_check.h"

int main(void)
{
	static const char *const paths[] = {"/proc/self/attr/current",
					    "/proc/thread-self/attr/current"};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		char buf[256];
		int fd = open(paths[i], O_RDONLY);
		ssize_t n = read(fd, buf, sizeof(buf));

		show_true(paths[i], n > 0 || (n < 0 && errno == EINVAL));
		close(fd);
		fd = open(paths[i], O_WRONLY);
		show_true("opens for writing", fd >= 0);
		show_true("takes no junk", write(fd, "x y z", 5) < 0 && errno == EINVAL);
		close(fd);
	}
	return 0;
}
