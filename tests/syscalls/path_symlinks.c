/* tests/syscalls/path_symlinks.c - path resolution: symlinks in the middle and at the end. */
#include "fs_check.h"

int main(void)
{
	char cwd[4096], path[4200];

	if (!getcwd(cwd, sizeof(cwd)))
		die("getcwd");
	xmkdir("a", 0755);
	xmkdir("a/b", 0755);
	xmkdir("other", 0755);
	write_file("a/f", "a/f");
	write_file("a/b/f", "a/b/f");
	write_file("other/f", "other/f");
	write_file("f", "f");
	xsymlink("../other", "a/up");
	xsymlink("b", "a/down");
	xsymlink("a/b", "ab");
	xsymlink("..", "a/b/parent");
	xsymlink(".", "a/b/self");
	xsymlink("a//b/../up/", "winding");
	snprintf(path, sizeof(path), "%s/other", cwd);
	xsymlink(path, "a/abs");
	xsymlink("f", "a/flink");
	xsymlink("a/flink", "flinklink");
	show_file("a/up/f", "a/up/f");
	show_file("a/down/f", "a/down/f");
	show_file("ab/f", "ab/f");
	/* .. goes to the parent of the target, not of the link. */
	show_file("ab/../f", "ab/../f");
	show_file("a/up/../f", "a/up/../f");
	show_file("ab/parent/f", "ab/parent/f");
	show_file("ab/parent/parent/f", "ab/parent/parent/f");
	show_file("ab/self/self/self/f", "ab/self/self/self/f");
	show_file("winding/f", "winding/f");
	show_file("a/abs/f", "a/abs/f");
	show_file("a/abs/../f", "a/abs/../f");
	show_file("flinklink", "flinklink");
	show_file("flinklink/..", "flinklink/..");
	show("rename of what a link leads to", rename("other", "gone"));
	show_file("a/up/f", "a/up/f");
	show_file("winding/f", "winding/f");
	show("a new directory there", mkdir("other", 0755));
	write_file("other/f", "new");
	show_file("a/up/f", "a/up/f");
	show("mkdir through a link", mkdir("ab/new", 0755));
	show_mode("a/b/new", "a/b/new");
	return 0;
}
