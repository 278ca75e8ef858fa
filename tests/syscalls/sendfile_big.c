/*
 * tests/syscalls/sendfile_big.c - sendfile(2): half a megabyte through a pipe to another process.
 */
#include "fs_check.h"
#include <sys/sendfile.h>

#define SIZE (512 * 1024 + 77)

int main(void)
{
	char *data = shared_alloc(SIZE);
	int fd, p[2];
	size_t done = 0;
	off_t at = 0;
	pid_t pid;

	pattern_fill(data, SIZE, 0);
	write_data("f", data, SIZE);
	fd = xopen("f", O_RDONLY, 0);
	xpipe(p);
	pid = xfork();
	if (pid == 0) {
		static char buf[10000];
		bool ok = true;
		ssize_t n;

		close(p[1]);
		while ((n = read(p[0], buf, sizeof(buf))) > 0) {
			ok = ok && pattern_ok(buf, n, done);
			done += n;
		}
		show_val("received", done);
		show_true("intact", ok);
		_exit(0);
	}
	close(p[0]);
	while (done < SIZE) {
		ssize_t n = sendfile(p[1], fd, &at, SIZE - done);

		if (n <= 0)
			die("sendfile");
		done += n;
	}
	close(p[1]);
	show_status("child", xwait(pid));
	show_val("sent", done);
	show_val("offset", at);
	return 0;
}
