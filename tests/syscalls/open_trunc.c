/* tests/syscalls/open_trunc.c - open(2): what O_TRUNC does to the file and to who has it open. */
#include "fs_check.h"

int main(void)
{
	char buf[16];
	int fd, fd2;

	umask(022);
	write_file("f", "0123456789");
	fd = xopen("f", O_RDWR, 0);
	show("read 4", read(fd, buf, 4));
	fd2 = open("f", O_WRONLY | O_TRUNC);
	show_fd("open O_TRUNC", fd2);
	show_val("size", file_size("f"));
	show("offset of the other", lseek(fd, 0, SEEK_CUR));
	show("read of the other", read(fd, buf, 4));
	show("write at its offset", write(fd, "xy", 2));
	show_file("content", "f");
	close(fd2);

	write_file("f", "again");
	fd2 = open("f", O_RDONLY | O_TRUNC);
	show_fd("O_RDONLY | O_TRUNC", fd2);
	show_val("size", file_size("f"));
	close(fd2);

	write_file("f", "again");
	fd2 = open("f", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	show_fd("O_CREAT | O_TRUNC", fd2);
	show_val("size", file_size("f"));
	show_mode("mode stays", "f");
	close(fd2);

	fd2 = open("f", O_WRONLY | O_TRUNC | O_APPEND);
	show("write", write(fd2, "abc", 3));
	show_file("content", "f");
	xsymlink("f", "link");
	show_fd("through a symlink", open("link", O_WRONLY | O_TRUNC));
	show_val("size", file_size("f"));

	write_file("f", "kept");
	show_fd("O_PATH | O_TRUNC", open("f", O_PATH | O_TRUNC));
	show_val("size", file_size("f"));
	show_fd("missing", open("missing", O_WRONLY | O_TRUNC));
	show_fd("dir", open(".", O_WRONLY | O_TRUNC));
	show_fd("dir read-only", open(".", O_RDONLY | O_TRUNC));
	show_fd("/dev/null", open("/dev/null", O_RDWR | O_TRUNC));
	mkfifo("fifo", 0644);
	show_fd("fifo", open("fifo", O_RDWR | O_TRUNC));

	write_file("f", "kept");
	xchmod("f", 0444);
	if (geteuid() != 0) {
		show_fd("no write permission", open("f", O_RDONLY | O_TRUNC));
		show_file("content", "f");
	}
	return 0;
}
