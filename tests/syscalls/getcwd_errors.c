/* tests/syscalls/getcwd_errors.c - getcwd(2): buffer sizes, renamed and removed directories. */
#include "fs_check.h"

int main(void)
{
	char start[4096], buf[8192];
	size_t len;
	int fd = xopen(".", O_RDONLY, 0);

	if (!getcwd(start, sizeof(start)))
		die("getcwd");
	len = strlen(start);
	show_true("length with the end mark", raw(SYS_getcwd, buf, sizeof(buf)) == (long)len + 1);
	show_true("exact size", raw(SYS_getcwd, buf, len + 1) == (long)len + 1);
	show("one byte too small", raw(SYS_getcwd, buf, len));
	show("size 0", raw(SYS_getcwd, buf, 0));
	show("size 1", raw(SYS_getcwd, buf, 1));
	show("bad pointer", raw(SYS_getcwd, bad_addr(), 4096));
	show("null", raw(SYS_getcwd, NULL, 0));
	xmkdir("a", 0755);
	xmkdir("a/b", 0755);
	show("chdir", chdir("a/b"));
	show("rename of its parent", rename("../../a", "../../c"));
	show_true("getcwd", getcwd(buf, sizeof(buf)));
	show_str("below the start", buf + len);
	show("rmdir", rmdir("../b"));
	show("getcwd", raw(SYS_getcwd, buf, sizeof(buf)));
	show("chdir ..", chdir(".."));
	show_true("getcwd", getcwd(buf, sizeof(buf)));
	show_str("below the start", buf + len);
	/* The root is always "/". */
	show("fchdir", fchdir(fd));
	show("chdir /", chdir("/"));
	show("getcwd", raw(SYS_getcwd, buf, 2));
	show_str("is", buf);
	return 0;
}
