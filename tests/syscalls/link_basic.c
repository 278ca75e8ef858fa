/* tests/syscalls/link_basic.c - link(2): a second name; what cannot have one. */
#include "fs_check.h"

int main(void)
{
	char name[300];
	struct stat st;

	umask(022);
	write_file("a", "content");
	xmkdir("dir", 0755);
	xsymlink("a", "sym");
	xsymlink("missing", "dangling");
	must(mkfifo("fifo", 0600));
	show("link", link("a", "b"));
	show_true("same file", same_file("a", "b"));
	show_val("links", file_nlink("a"));
	write_file("b", "changed");
	show_file("a", "a");
	show("chmod b", chmod("b", 0600));
	show_mode("a", "a");
	show("unlink a", unlink("a"));
	show_file("b", "b");
	show_val("links", file_nlink("b"));
	show("back", link("b", "a"));
	show("into a directory", link("a", "dir/a"));
	show_val("links", file_nlink("a"));

	show("existing", link("a", "b"));
	show("onto itself", link("a", "a"));
	show("onto a directory", link("a", "dir"));
	show("onto a dangling symlink", link("a", "dangling"));
	show("missing", link("missing", "c"));
	show("directory", link("dir", "c"));
	show("dot", link(".", "c"));
	show("empty old", link("", "c"));
	show("empty new", link("a", ""));
	show("in a missing directory", link("a", "nodir/c"));
	show("below a file", link("a", "b/c"));
	show("a/", link("a/", "c"));
	show("new with a slash", link("a", "c/"));
	show("dir/", link("dir/", "c"));
	show("bad old", link(bad_addr(), "c"));
	show("bad new", link("a", bad_addr()));
	memset(name, 'x', 256);
	name[256] = '\0';
	show("long old", link(name, "c"));
	show("long new", link("a", name));
	show("into /proc", link("a", "/proc/c"));
	/* Linux makes a link to the symlink itself. */
	show("symlink", link("sym", "sym2"));
	show_link("it is", "sym2");
	show("stat", lstat("sym", &st));
	show_val("links of the symlink", st.st_nlink);
	show("dangling symlink", link("dangling", "dangling2"));
	show("fifo", link("fifo", "fifo2"));
	show_true("same fifo", same_file("fifo", "fifo2"));
	show_names("names", ".");
	return 0;
}
