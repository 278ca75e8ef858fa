/* tests/syscalls/uring_stable.c - io_uring: vectors and times behind a link are those of the submission, so are
 * credentials behind a drain. */
#include "uring_check.h"
#include "fs_check.h"
#include <sys/uio.h>

static int p[2];

static void park_read(unsigned int flags)
{
	static char buf[4];

	sqe_buf(IORING_OP_READ, p[0], 1, buf, 1, 0)->flags = (uint8_t)flags;
}

int main(void)
{
	struct __kernel_timespec ts = {.tv_nsec = 1000000};
	char one[] = "one", two[] = "two", buf[8] = "";
	int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600), secret;
	struct iovec iov = {one, 3};

	uring_open(&ring, 16, 0);
	if (pipe(p) < 0)
		die("pipe");
	park_read(IOSQE_IO_LINK);
	sqe_buf(IORING_OP_WRITEV, fd, 2, &iov, 1, 0);
	show("submit", submit());
	iov = (struct iovec){two, 2};
	show("write", write(p[1], "x", 1));
	reap("vector", 2);
	show_read("file", pread(fd, buf, 7, 0), buf);

	park_read(IOSQE_IO_LINK);
	sqe_buf(IORING_OP_TIMEOUT, -1, 4, &ts, 1, 0);
	show("submit", submit());
	ts.tv_sec = 1000;
	show("write", write(p[1], "x", 1));
	reap("time", 2);

	write_file("secret", "s");
	must(chmod("secret", 0600));
	park_read(0);
	sqe_buf(IORING_OP_OPENAT, AT_FDCWD, 6, "secret", 0, 0)->flags = IOSQE_IO_DRAIN;
	show("submit", submit());
	if (geteuid() == 0)
		must(seteuid(1000));
	show("write", write(p[1], "x", 1));
	reap("credentials", 1);
	secret = reap("credentials", 1) >= 0;
	show_true("opened", secret);
	if (getuid() == 0) {
		show("by now", open("secret", O_RDONLY));
		must(seteuid(0));
	}
	return 0;
}
