/* tests/syscalls/dev_zero.c - /dev/zero and /dev/full: reading, writing, mapping. */
#include "fs_check.h"

static void try(const char *path)
{
	char buf[64];
	int fd = xopen(path, O_RDWR, 0);
	char *map;

	say("%s:", path);
	memset(buf, 'x', sizeof(buf));
	show("  read", read(fd, buf, 50));
	show_true("  zeros", all_zero(buf, 50) && buf[50] == 'x');
	show("  read nothing", read(fd, buf, 0));
	show("  write", write(fd, "hello", 5));
	show("  write nothing", write(fd, "", 0));
	show("  pwrite", pwrite(fd, "hello", 5, 10));
	memset(buf, 'x', sizeof(buf));
	show("  pread", pread(fd, buf, 10, 1000000));
	show_true("  zeros", all_zero(buf, 10));
	show("  bad pointer", read(fd, bad_addr(), 4));
	show("  bad pointer, write", write(fd, bad_addr(), 4));
	show("  lseek", lseek(fd, 77, SEEK_SET));
	show("  ftruncate", ftruncate(fd, 0));
	show_ready("  poll", fd, POLLIN | POLLOUT);
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	show_ptr("  private map", map);
	if (map != MAP_FAILED) {
		show_true("  zeros", all_zero(map, 8192));
		map[5000] = 'm';
		show_read("  still reads zeros", read(fd, buf, 2), buf);
		munmap(map, 8192);
	}
}

int main(void)
{
	char *map, *big = shared_alloc(1 << 20);
	int fd;

	try("/dev/zero");
	try("/dev/full");
	fd = xopen("/dev/zero", O_RDWR, 0);
	memset(big, 'x', 1 << 20);
	show("a megabyte", read(fd, big, 1 << 20));
	show_true("zeros", all_zero(big, 1 << 20));
	/* A shared mapping of /dev/zero is anonymous memory that children share. */
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	show_ptr("shared map", map);
	if (xfork() == 0) {
		strcpy(map, "from the child");
		_exit(0);
	}
	xwait(-1);
	show_str("shared", map);
	return 0;
}
