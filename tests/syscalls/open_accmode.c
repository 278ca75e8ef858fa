/* tests/syscalls/open_accmode.c - open(2): each access mode allows what it says; mode 3 nothing. */
#include "fs_check.h"

static void try(const char *name, int flags)
{
	char buf[4];
	void *map;
	int fd = open("f", flags);

	say("%s:", name);
	show_fd("  open", fd);
	if (fd < 0)
		return;
	show("  access mode", fcntl(fd, F_GETFL) & O_ACCMODE);
	show("  read", read(fd, buf, 2));
	show("  write", write(fd, "zz", 2));
	show("  read of 0", read(fd, buf, 0));
	show("  write of 0", write(fd, buf, 0));
	show("  pread", pread(fd, buf, 2, 0));
	show("  pwrite", pwrite(fd, "yy", 2, 0));
	show("  lseek", lseek(fd, 1, SEEK_SET));
	show("  ftruncate", ftruncate(fd, 8));
	show("  fallocate", fallocate(fd, 0, 0, 4));
	show("  fsync", fsync(fd));
	map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	show_ptr("  mmap private read", map);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	show_ptr("  mmap private write", map);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	show_ptr("  mmap shared write", map);
	close(fd);
}

int main(void)
{
	write_file("f", "0123456789");
	try("O_RDONLY", O_RDONLY);
	try("O_WRONLY", O_WRONLY);
	try("O_RDWR", O_RDWR);
	try("mode 3", O_ACCMODE);
	show_file("content", "f");
	xchmod("f", 0444);
	if (geteuid() != 0) {
		show_fd("mode 3 of a read-only file", open("f", O_ACCMODE));
		show_fd("O_RDWR of a read-only file", open("f", O_RDWR));
		show_fd("O_RDONLY of a read-only file", open("f", O_RDONLY));
	}
	return 0;
}
