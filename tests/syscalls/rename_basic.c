/* tests/syscalls/rename_basic.c - rename(2): files, symlinks and fifos over each other. */
#include "fs_check.h"

int main(void)
{
	write_file("a", "content a");
	write_file("b", "content b");
	xmkdir("dir", 0755);
	write_file("dir/c", "content c");
	xsymlink("a", "sym");
	must(mkfifo("fifo", 0600));
	show("to a new name", rename("a", "a2"));
	show_names("names", ".");
	show("over a file", rename("a2", "b"));
	show_file("b", "b");
	show_names("names", ".");
	show("into a directory", rename("b", "dir/b"));
	show_names("dir", "dir");
	show("out of it", rename("dir/c", "c"));
	show("with dots", rename("./dir/../c", "dir/./../d"));
	show_file("d", "d");
	show("onto itself", rename("d", "d"));
	show_file("d", "d");
	/* Two names of one file: nothing happens. */
	must(link("d", "e"));
	show("to another name of it", rename("d", "e"));
	show_names("names", ".");
	show_val("links", file_nlink("d"));
	/* Symlinks are renamed, not followed. */
	show("symlink", rename("sym", "sym2"));
	show_link("sym2", "sym2");
	show("file over a symlink", rename("d", "sym2"));
	show_mode("sym2", "sym2");
	xsymlink("missing", "dangling");
	show("symlink over a file", rename("dangling", "sym2"));
	show_link("sym2", "sym2");
	show("fifo over a symlink", rename("fifo", "sym2"));
	show_mode("sym2", "sym2");
	show("file over a fifo", rename("e", "sym2"));
	show_mode("sym2", "sym2");
	show_names("names", ".");
	return 0;
}
