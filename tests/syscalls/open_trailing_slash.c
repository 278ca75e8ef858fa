/* tests/syscalls/open_trailing_slash.c - open(2) and stat(2): a path with slashes at its end. */
#include "fs_check.h"

int main(void)
{
	struct stat st;

	write_file("file", "x");
	xmkdir("dir", 0755);
	xsymlink("file", "filelink");
	xsymlink("dir", "dirlink");
	xsymlink("dir/", "dirlink2");
	xsymlink("file/", "filelink2");
	xsymlink("newdir", "dangling");
	mkfifo("fifo", 0644);
	show_fd("dir/", open("dir/", O_RDONLY));
	show_fd("dir//", open("dir//", O_RDONLY));
	show_fd("dirlink/", open("dirlink/", O_RDONLY));
	show_fd("dirlink2", open("dirlink2", O_RDONLY));
	show_fd("file/", open("file/", O_RDONLY));
	show_fd("file/ O_CREAT", open("file/", O_RDWR | O_CREAT, 0644));
	show_fd("filelink/", open("filelink/", O_RDONLY));
	show_fd("filelink2", open("filelink2", O_RDONLY));
	show_fd("fifo/", open("fifo/", O_RDONLY));
	show_fd("missing/", open("missing/", O_RDONLY));
	show_fd("missing/ O_CREAT", open("missing/", O_RDWR | O_CREAT, 0644));
	show_fd("dangling/ O_CREAT", open("dangling/", O_RDWR | O_CREAT, 0644));
	show_fd("dir/ O_CREAT", open("dir/", O_RDONLY | O_CREAT, 0644));
	show_fd("dir/ for writing", open("dir/", O_RDWR));
	show("stat dir/", stat("dir/", &st));
	show("stat file/", stat("file/", &st));
	show("stat filelink/", stat("filelink/", &st));
	show("lstat dirlink", lstat("dirlink", &st));
	show_str("is a", type_name(st.st_mode));
	show("lstat dirlink/", lstat("dirlink/", &st));
	show_str("is a", type_name(st.st_mode));
	show("lstat filelink/", lstat("filelink/", &st));
	show("lstat missing/", lstat("missing/", &st));
	show("lstat dangling/", lstat("dangling/", &st));
	show_names("names", ".");
	return 0;
}
