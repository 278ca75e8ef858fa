/* tests/syscalls/path_dots.c - path resolution: . and .. and repeated slashes. */
#include "fs_check.h"

static void at(const char *path)
{
	struct stat st, want;

	if (stat(path, &st) < 0) {
		show(path, -1);
		return;
	}
	must(stat("a/b", &want));
	say("%s: %s, a/b: %d", path, type_name(st.st_mode), st.st_ino == want.st_ino);
}

int main(void)
{
	struct stat st, st2;

	xmkdir("a", 0755);
	xmkdir("a/b", 0755);
	xmkdir("a/b/c", 0755);
	write_file("a/b/f", "x");
	at("a/b");
	at("./a/b");
	at("a/./b");
	at("a/b/.");
	at("a/b/");
	at("a//b");
	at("a///.//b//");
	at("././././a/b");
	at("a/../a/b");
	at("a/b/../../a/b");
	at("a/b/c/..");
	at("a/b/c/../");
	at("a/b/c/../../b");
	at("a/b/f/..");
	at("a/b/f/.");
	at("a/missing/..");
	at("missing/../a/b");
	at("a/b/..c");
	at("a/b/...");
	show("stat /", stat("/", &st));
	show("stat /..", stat("/..", &st2));
	show_true("the same", st.st_ino == st2.st_ino && st.st_dev == st2.st_dev);
	show("stat /../..", stat("/../..", &st2));
	show_true("the same", st.st_ino == st2.st_ino && st.st_dev == st2.st_dev);
	show("stat ////", stat("////", &st2));
	show_true("the same", st.st_ino == st2.st_ino && st.st_dev == st2.st_dev);
	show("stat /../dev/../dev/null", stat("/../dev/../dev/null", &st));
	show_str("it is a", type_name(st.st_mode));
	show("file named ...", creat("...", 0644) >= 0 ? 0 : -1);
	show("file named ..c", creat("a/..c", 0644) >= 0 ? 0 : -1);
	show_names("names", ".");
	show_names("a", "a");
	return 0;
}
