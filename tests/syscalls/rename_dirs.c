/* tests/syscalls/rename_dirs.c - rename(2): directories. */
#include "fs_check.h"

int main(void)
{
	write_file("file", "x");
	xmkdir("a", 0755);
	xmkdir("a/sub", 0755);
	write_file("a/f", "in a");
	xmkdir("empty", 0755);
	xmkdir("full", 0755);
	write_file("full/x", "x");
	xsymlink("empty", "emptylink");
	show("to a new name", rename("a", "b"));
	show_names("b", "b");
	show("with slashes", rename("b/", "a/"));
	show_names("a", "a");
	show("over an empty one", rename("a", "empty"));
	show_names("empty", "empty");
	show_names("names", ".");
	show("over a full one", rename("empty", "full"));
	show("into itself", rename("empty", "empty/sub/x"));
	show("into its child's name", rename("empty", "empty/new"));
	show("over its child", rename("empty", "empty/sub"));
	show("over its parent", rename("empty/sub", "empty"));
	show("onto itself", rename("empty", "empty"));
	show("over a file", rename("empty", "file"));
	show("file over it", rename("file", "empty"));
	show("file over an empty one", rename("file", "empty/sub"));
	show("dir over a symlink", rename("full", "emptylink"));
	show("dir over a symlink with a slash", rename("full", "emptylink/"));
	show("into another", rename("full", "empty/sub/moved"));
	show_names("there", "empty/sub/moved");
	show("up again", rename("empty/sub/moved", "moved"));
	show_names("names", ".");
	/* Its .. has to follow. */
	show("chdir", chdir("empty/sub"));
	show("rename of the cwd", rename("../sub", "../../sub2"));
	show_names("..", "..");
	return 0;
}
