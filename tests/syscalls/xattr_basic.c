/* tests/syscalls/xattr_basic.c - setxattr(2), getxattr, listxattr, removexattr: user.* names. */
#include "fs_check.h"
#include <sys/xattr.h>

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names that begin with "user.", sorted: others may be there for reasons of the system. */
static void list(const char *what, const char *path)
{
	char buf[1024], *names[32], line[1024] = "";
	ssize_t len = listxattr(path, buf, sizeof(buf));
	int n = 0;

	if (len < 0) {
		show(what, len);
		return;
	}
	for (char *p = buf; p < buf + len; p += strlen(p) + 1)
		if (!strncmp(p, "user.", 5))
			names[n++] = p;
	qsort(names, n, sizeof(names[0]), by_text);
	for (int i = 0; i < n; i++) {
		strcat(line, " ");
		strcat(line, names[i]);
	}
	say("%s:%s", what, line);
}

int main(void)
{
	char buf[64];
	int fd;

	write_file("f", "x");
	xmkdir("d", 0755);
	xsymlink("f", "link");
	list("at first", "f");
	show("get of a missing one", getxattr("f", "user.a", buf, sizeof(buf)));
	show("set", setxattr("f", "user.a", "value", 5, 0));
	show_read("get", getxattr("f", "user.a", buf, sizeof(buf)), buf);
	show("size", getxattr("f", "user.a", NULL, 0));
	show("small buffer", getxattr("f", "user.a", buf, 4));
	show_read("exact buffer", getxattr("f", "user.a", buf, 5), buf);
	show("replace", setxattr("f", "user.a", "other value", 11, 0));
	show_read("get", getxattr("f", "user.a", buf, sizeof(buf)), buf);
	show("XATTR_CREATE, existing", setxattr("f", "user.a", "x", 1, XATTR_CREATE));
	show("XATTR_REPLACE, missing", setxattr("f", "user.b", "x", 1, XATTR_REPLACE));
	show("XATTR_CREATE", setxattr("f", "user.b", "", 0, XATTR_CREATE));
	show("empty value", getxattr("f", "user.b", buf, sizeof(buf)));
	show("XATTR_REPLACE", setxattr("f", "user.b", "bbb", 3, XATTR_REPLACE));
	show("both flags", setxattr("f", "user.b", "x", 1, XATTR_CREATE | XATTR_REPLACE));
	show("binary", setxattr("f", "user.\xc3\xa4 odd/name", "a\0b", 3, 0));
	show_read("get", getxattr("f", "user.\xc3\xa4 odd/name", buf, sizeof(buf)), buf);
	list("names", "f");
	show("list, small buffer", listxattr("f", buf, 3));
	show("through a symlink", setxattr("link", "user.c", "c", 1, 0));
	list("names", "f");
	show("lgetxattr of the symlink", lgetxattr("link", "user.c", buf, sizeof(buf)));
	show("lsetxattr of the symlink", lsetxattr("link", "user.c", "c", 1, 0));
	fd = xopen("f", O_RDONLY, 0);
	show("fsetxattr", fsetxattr(fd, "user.d", "d", 1, 0));
	show_read("fgetxattr", fgetxattr(fd, "user.d", buf, sizeof(buf)), buf);
	show("fremovexattr", fremovexattr(fd, "user.d"));
	show("remove", removexattr("f", "user.a"));
	show("remove again", removexattr("f", "user.a"));
	list("names", "f");
	show("directory", setxattr("d", "user.dir", "1", 1, 0));
	list("names", "d");
	/* A rename and a new link keep them; a copy does not have them. */
	show("rename", rename("f", "g"));
	list("names", "g");
	write_file("f", "x");
	list("new f", "f");
	return 0;
}
