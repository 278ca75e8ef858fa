/* tests/syscalls/sync_family.c - fsync(2), fdatasync, syncfs, sync_file_range, msync on kinds. */
#include "fs_check.h"
#include <sys/eventfd.h>
#include <sys/socket.h>

static void all(const char *what, int fd)
{
	say("%s:", what);
	show("  fsync", fsync(fd));
	show("  fdatasync", fdatasync(fd));
	show("  sync_file_range", sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE));
}

int main(void)
{
	int fd, p[2], s[2];
	char *map;

	fd = xopen("f", O_RDWR | O_CREAT, 0644);
	show("write", write(fd, "data", 4));
	all("file", fd);
	show("syncfs", syncfs(fd));
	all("read-only file", xopen("f", O_RDONLY, 0));
	show("directory, fsync", fsync(xopen(".", O_RDONLY, 0)));
	show("directory, syncfs", syncfs(xopen(".", O_RDONLY, 0)));
	xpipe(p);
	all("pipe", p[1]);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		die("socketpair");
	all("socket", s[0]);
	all("closed", closed_fd());
	show("closed, syncfs", syncfs(closed_fd()));
	all("O_PATH", xopen("f", O_PATH, 0));
	show("eventfd, fsync", fsync(eventfd(0, 0)));
	show("/dev/null, fsync", fsync(xopen("/dev/null", O_RDWR, 0)));
	show("sync_file_range, bad flags", sync_file_range(fd, 0, 0, 0x100));
	show("sync_file_range, negative", sync_file_range(fd, -1, 0, 0));
	show("sync_file_range, negative length", sync_file_range(fd, 0, -1, 0));
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		die("mmap");
	map[0] = 'D';
	show("msync MS_SYNC", msync(map, 4096, MS_SYNC));
	show("msync MS_ASYNC", msync(map, 4096, MS_ASYNC));
	show("msync MS_INVALIDATE", msync(map, 4096, MS_INVALIDATE));
	show("msync both", msync(map, 4096, MS_SYNC | MS_ASYNC));
	show("msync unaligned", msync(map + 1, 4096, MS_SYNC));
	show("msync bad flag", msync(map, 4096, 0x100));
	show("munmap", munmap(map + 4096, 4096));
	show("msync beyond the mapping", msync(map, 8192, MS_SYNC));
	show_file("content", "f");
	return 0;
}
