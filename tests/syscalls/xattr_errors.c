/* tests/syscalls/xattr_errors.c - extended attributes: bad names, sizes, flags and targets. */
#include "fs_check.h"
#include <sys/xattr.h>

int main(void)
{
	static char big[70000];
	char name[300], buf[16];
	int path, p[2];

	write_file("f", "x");
	xsymlink("loop", "loop");
	show("empty name", setxattr("f", "", "x", 1, 0));
	show("get, empty name", getxattr("f", "", buf, sizeof(buf)));
	show("no namespace", setxattr("f", "name", "x", 1, 0));
	show("get, no namespace", getxattr("f", "name", buf, sizeof(buf)));
	show("unknown namespace", setxattr("f", "foo.bar", "x", 1, 0));
	show("remove, unknown namespace", removexattr("f", "foo.bar"));
	show("user. alone", setxattr("f", "user.", "x", 1, 0));
	memset(name, 'n', sizeof(name));
	memcpy(name, "user.", 5);
	name[256] = '\0';
	show("name of 256", setxattr("f", name, "x", 1, 0));
	show("get, name of 256", getxattr("f", name, buf, sizeof(buf)));
	name[255] = '\0';
	show("get, name of 255", getxattr("f", name, buf, sizeof(buf)));
	show("value of 65537", setxattr("f", "user.a", big, 65537, 0));
	show("unknown flag", setxattr("f", "user.a", "x", 1, 4));
	show("bad name", setxattr("f", bad_addr(), "x", 1, 0));
	show("bad value", setxattr("f", "user.a", bad_addr(), 1, 0));
	show("get, bad name", getxattr("f", bad_addr(), buf, sizeof(buf)));
	show("bad path", getxattr(bad_addr(), "user.a", buf, sizeof(buf)));
	show("missing file", setxattr("missing", "user.a", "x", 1, 0));
	show("missing file, get", getxattr("missing", "user.a", buf, sizeof(buf)));
	show("missing file, list", listxattr("missing", buf, sizeof(buf)));
	show("missing file, remove", removexattr("missing", "user.a"));
	show("loop", getxattr("loop", "user.a", buf, sizeof(buf)));
	show("below a file", getxattr("f/x", "user.a", buf, sizeof(buf)));
	show("closed", fgetxattr(closed_fd(), "user.a", buf, sizeof(buf)));
	show("closed, set", fsetxattr(closed_fd(), "user.a", "x", 1, 0));
	show("closed, list", flistxattr(closed_fd(), buf, sizeof(buf)));
	path = xopen("f", O_PATH, 0);
	show("O_PATH", fgetxattr(path, "user.a", buf, sizeof(buf)));
	show("O_PATH, list", flistxattr(path, buf, sizeof(buf)));
	xpipe(p);
	show("pipe, set", fsetxattr(p[0], "user.a", "x", 1, 0));
	return 0;
}
