/* tests/syscalls/path_loops.c - path resolution: symlink circles and chains of 20 and 41. */
#include "fs_check.h"

int main(void)
{
	char a[16], b[16];
	struct stat st;

	xsymlink("self", "self");
	xsymlink("two", "one");
	xsymlink("one", "two");
	xsymlink("deep/x", "deep");
	xmkdir("d", 0755);
	xsymlink("../d/back", "d/back");
	show("self", stat("self", &st));
	show_fd("open self", open("self", O_RDONLY));
	show_fd("create self", open("self", O_RDWR | O_CREAT, 0644));
	show("self/x", stat("self/x", &st));
	show("one", stat("one", &st));
	show("deep", stat("deep", &st));
	show("d/back", stat("d/back", &st));
	show("lstat one", lstat("one", &st));
	show("lstat one/", lstat("one/", &st));
	show("lstat one/x", lstat("one/x", &st));
	show("mkdir below", mkdir("one/x", 0755));
	show("unlink below", unlink("one/x"));
	show("rename below", rename("one/x", "y"));
	show("chdir", chdir("one"));
	show("chmod", chmod("one", 0600));
	show("truncate", truncate("one", 0));
	show("execve", execl("one", "one", NULL));

	write_file("end", "the end");
	xsymlink("end", "l1");
	for (int i = 2; i <= 42; i++) {
		snprintf(a, sizeof(a), "l%d", i - 1);
		snprintf(b, sizeof(b), "l%d", i);
		xsymlink(a, b);
	}
	show_file("1 link", "l1");
	/*
	 * At most 40 are followed. When Linux has to repeat a walk it does not begin to count anew,
	 * so that more than 20 may be too many now and then.
	 */
	show_file("20 links", "l20");
	show_file("41 links", "l41");
	show("lstat of number 42", lstat("l42", &st));
	/* Links in the middle count as well. */
	xsymlink(".", "dot");
	show_file("2 and 18", "dot/dot/l18");
	show_file("2 and 39", "dot/dot/l39");
	show_fd("1, O_NOFOLLOW", open("dot/l42", O_PATH | O_NOFOLLOW));
	return 0;
}
