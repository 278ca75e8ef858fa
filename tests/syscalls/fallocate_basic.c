/* tests/syscalls/fallocate_basic.c - fallocate(2): extending, KEEP_SIZE, PUNCH_HOLE, errors. */
#include "fs_check.h"

#define KEEP FALLOC_FL_KEEP_SIZE

int main(void)
{
	static char buf[65536];
	int fd, ro, p[2];

	fd = xopen("f", O_RDWR | O_CREAT, 0644);
	ro = xopen("f", O_RDONLY, 0);
	show("0, 10000", fallocate(fd, 0, 0, 10000));
	show_val("size", file_size("f"));
	show("read", pread(fd, buf, sizeof(buf), 0));
	show_true("zero", all_zero(buf, 10000));
	show("inside", fallocate(fd, 0, 100, 200));
	show_val("size", file_size("f"));
	show("KEEP_SIZE beyond", fallocate(fd, KEEP, 0, 50000));
	show_val("size", file_size("f"));
	memset(buf, 'x', sizeof(buf));
	must(pwrite(fd, buf, 20000, 0));
	show("existing data", fallocate(fd, 0, 0, 30000));
	show_val("size", file_size("f"));
	show("read", pread(fd, buf, sizeof(buf), 0));
	show_true("data kept", buf[0] == 'x' && buf[19999] == 'x' && all_zero(buf + 20000, 10000));

	show("punch 4096 to 12288", fallocate(fd, FALLOC_FL_PUNCH_HOLE | KEEP, 4096, 8192));
	must(pread(fd, buf, 20000, 0));
	show_true("before", buf[0] == 'x' && buf[4095] == 'x');
	show_true("hole", all_zero(buf + 4096, 8192));
	show_true("after", buf[12288] == 'x' && buf[19999] == 'x');
	show("punch inside a page", fallocate(fd, FALLOC_FL_PUNCH_HOLE | KEEP, 100, 50));
	must(pread(fd, buf, 200, 0));
	show_true("around", buf[99] == 'x' && buf[150] == 'x');
	show_true("hole", all_zero(buf + 100, 50));
	show("punch beyond", fallocate(fd, FALLOC_FL_PUNCH_HOLE | KEEP, 100000, 4096));
	show_val("size", file_size("f"));

	show("PUNCH_HOLE alone", fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 4096));
	show("unknown mode", fallocate(fd, 0x1000, 0, 4096));
	show("length 0", fallocate(fd, 0, 0, 0));
	show("length -1", fallocate(fd, 0, 0, -1));
	show("offset -1", fallocate(fd, 0, -1, 10));
	show("too far", fallocate(fd, 0, 0x7fffffffffffffff, 10));
	show("O_RDONLY", fallocate(ro, 0, 0, 10));
	show("closed", fallocate(closed_fd(), 0, 0, 10));
	show("directory", fallocate(xopen(".", O_RDONLY, 0), 0, 0, 10));
	xpipe(p);
	show("pipe", fallocate(p[1], 0, 0, 10));
	show("/dev/null", fallocate(xopen("/dev/null", O_RDWR, 0), 0, 0, 10));
	show_err("posix_fallocate", posix_fallocate(fd, 0, 40000));
	show_val("size", file_size("f"));
	show_err("posix_fallocate, length 0", posix_fallocate(fd, 0, 0));
	show_err("posix_fallocate, closed", posix_fallocate(closed_fd(), 0, 10));
	return 0;
}
