/* tests/syscalls/open_sync_flags.c - open(2): O_SYNC, O_DSYNC and O_DIRECT leave data the same. */
#include "fs_check.h"

int main(void)
{
	char buf[16];
	int fd;

	fd = open("f", O_RDWR | O_CREAT | O_SYNC, 0644);
	show_fd("O_SYNC", fd);
	show_true("flag", (fcntl(fd, F_GETFL) & O_SYNC) == O_SYNC);
	show("write", write(fd, "synchronous", 11));
	show("pwrite", pwrite(fd, "S", 1, 0));
	show("ftruncate", ftruncate(fd, 8));
	show_file("content", "f");
	fd = open("f", O_RDWR | O_DSYNC);
	show_fd("O_DSYNC", fd);
	show_true("O_DSYNC flag", fcntl(fd, F_GETFL) & O_DSYNC);
	show_true("O_SYNC flag", (fcntl(fd, F_GETFL) & O_SYNC) == O_SYNC);
	show("write", write(fd, "D", 1));
	show_read("read", read(fd, buf, sizeof(buf)), buf);
	fd = open("f", O_WRONLY | O_SYNC | O_APPEND);
	show("append", write(fd, "+", 1));
	show_file("content", "f");
	fd = open("f", O_RDONLY | O_RSYNC);
	show_fd("O_RSYNC", fd);
	show_read("read", read(fd, buf, sizeof(buf)), buf);
	show_fd("directory, O_SYNC", open(".", O_RDONLY | O_SYNC));
	return 0;
}
