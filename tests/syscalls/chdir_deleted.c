/* tests/syscalls/chdir_deleted.c - life in a removed working directory. */
#include "fs_check.h"

int main(void)
{
	char buf[256];
	struct stat st;

	write_file("f", "x");
	xmkdir("d", 0755);
	show("chdir", chdir("d"));
	write_file("inner", "x");
	show("unlink", unlink("inner"));
	show("rmdir", rmdir("../d"));
	show("getcwd", raw(SYS_getcwd, buf, sizeof(buf)));
	show("stat .", stat(".", &st));
	show_val("links", st.st_nlink);
	show("stat ..", stat("..", &st));
	show("stat ../f", stat("../f", &st));
	show_fd("open .", open(".", O_RDONLY));
	show_fd("make a file", open("new", O_RDWR | O_CREAT, 0644));
	show("mkdir", mkdir("new", 0755));
	show("symlink", symlink("x", "new"));
	show("mkfifo", mkfifo("new", 0600));
	show("link", link("../f", "new"));
	show("rename into it", rename("../f", "new"));
	show_names("names", ".");
	show("chdir .", chdir("."));
	show("access .", access(".", W_OK | X_OK));
	/* The same name again is another directory. */
	show("mkdir ../d", mkdir("../d", 0755));
	show("getcwd", raw(SYS_getcwd, buf, sizeof(buf)));
	memset(buf, 0, sizeof(buf));
	show_true("/proc/self/cwd", readlink("/proc/self/cwd", buf, sizeof(buf) - 1) > 0);
	show_str("ends with", strlen(buf) > 12 ? buf + strlen(buf) - 12 : buf);
	show("chdir ../d", chdir("../d"));
	show_true("getcwd works", raw(SYS_getcwd, buf, sizeof(buf)) > 0);
	return 0;
}
