/* tests/syscalls/open_directory.c - open(2): O_DIRECTORY. */
#include "fs_check.h"

int main(void)
{
	int fd;

	write_file("file", "x");
	xmkdir("dir", 0755);
	xsymlink("dir", "dirlink");
	xsymlink("file", "filelink");
	xsymlink("missing", "dangling");
	mkfifo("fifo", 0644);
	show_fd("dir", open("dir", O_RDONLY | O_DIRECTORY));
	show_fd("dir/", open("dir/", O_RDONLY | O_DIRECTORY));
	show_fd("dirlink", open("dirlink", O_RDONLY | O_DIRECTORY));
	show_fd("dirlink, O_NOFOLLOW", open("dirlink", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
	show_fd("dirlink/, O_NOFOLLOW", open("dirlink/", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
	show_fd("file", open("file", O_RDONLY | O_DIRECTORY));
	show_fd("filelink", open("filelink", O_RDONLY | O_DIRECTORY));
	show_fd("dangling", open("dangling", O_RDONLY | O_DIRECTORY));
	show_fd("missing", open("missing", O_RDONLY | O_DIRECTORY));
	/* Must not block. */
	show_fd("fifo", open("fifo", O_RDONLY | O_DIRECTORY));
	show_fd("/dev/null", open("/dev/null", O_RDONLY | O_DIRECTORY));
	show_fd("dir for writing", open("dir", O_WRONLY | O_DIRECTORY));
	show_fd("dir for both", open("dir", O_RDWR | O_DIRECTORY));
	show_fd("file with O_PATH", open("file", O_PATH | O_DIRECTORY));
	show_fd("dir with O_PATH", open("dir", O_PATH | O_DIRECTORY));
	fd = xopen(".", O_RDONLY | O_DIRECTORY, 0);
	show_true("flag in F_GETFL", fcntl(fd, F_GETFL) & O_DIRECTORY);
	fd = xopen(".", O_RDONLY, 0);
	show_true("flag without it", fcntl(fd, F_GETFL) & O_DIRECTORY);
	return 0;
}
