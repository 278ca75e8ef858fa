/* tests/syscalls/open_excl.c - open(2): O_CREAT with O_EXCL over what exists already. */
#include "fs_check.h"

int main(void)
{
	umask(022);
	write_file("file", "old");
	xmkdir("dir", 0755);
	xsymlink("file", "link");
	xsymlink("missing", "dangling");
	xsymlink("dir", "dirlink");
	mkfifo("fifo", 0644);

	show_fd("new", open("new", O_WRONLY | O_CREAT | O_EXCL, 0640));
	show_mode("new is", "new");
	show_fd("new again", open("new", O_WRONLY | O_CREAT | O_EXCL, 0640));
	show_fd("read-only new", open("new2", O_RDONLY | O_CREAT | O_EXCL, 0600));
	show_fd("file", open("file", O_WRONLY | O_CREAT | O_EXCL | O_TRUNC, 0640));
	show_file("file has", "file");
	show_fd("dir", open("dir", O_RDONLY | O_CREAT | O_EXCL, 0640));
	show_fd("link", open("link", O_RDONLY | O_CREAT | O_EXCL, 0640));
	show_fd("dangling", open("dangling", O_RDONLY | O_CREAT | O_EXCL, 0640));
	show_mode("its target", "missing");
	show_fd("dirlink", open("dirlink", O_RDONLY | O_CREAT | O_EXCL, 0640));
	show_fd("fifo", open("fifo", O_RDONLY | O_CREAT | O_EXCL, 0640));
	show_fd("dot", open(".", O_RDONLY | O_CREAT | O_EXCL, 0640));
	show_fd("through dirlink", open("dirlink/f", O_RDONLY | O_CREAT | O_EXCL, 0640));
	show_names("dir has", "dir");
	show_fd("in missing", open("nodir/f", O_RDONLY | O_CREAT | O_EXCL, 0640));
	show_fd("in file", open("file/f", O_RDONLY | O_CREAT | O_EXCL, 0640));
	/* Without O_EXCL, a dangling link has its target made. */
	show_fd("dangling, no O_EXCL", open("dangling", O_RDONLY | O_CREAT, 0600));
	show_mode("its target", "missing");
	show_mode("the link", "dangling");
	return 0;
}
