/*
 * tests/syscalls/fifo_names.c - fifo(7): two names, renamed and unlinked while open; permissions.
 */
#include "fs_check.h"

static void as_stranger(void *arg)
{
	(void)arg;
	show_fd("stranger, read", open("fifo2", O_RDONLY | O_NONBLOCK));
	show_fd("stranger, write", open("fifo2", O_WRONLY | O_NONBLOCK));
	show_fd("stranger, both", open("fifo2", O_RDWR | O_NONBLOCK));
}

int main(void)
{
	char buf[16];
	struct stat st;
	int r, w;

	umask(0);
	must(mkfifo("fifo", 0644));
	must(link("fifo", "other"));
	r = xopen("fifo", O_RDONLY | O_NONBLOCK, 0);
	w = xopen("other", O_WRONLY | O_NONBLOCK, 0);
	show("write", write(w, "abc", 3));
	show_read("read through the other name", read(r, buf, 16), buf);
	show("rename", rename("fifo", "fifo2"));
	w = xopen("fifo2", O_WRONLY | O_NONBLOCK, 0);
	show("write", write(w, "def", 3));
	show_read("read", read(r, buf, 16), buf);
	show("unlink", unlink("other"));
	show("unlink", unlink("fifo2"));
	show("write", write(w, "ghi", 3));
	show_read("read", read(r, buf, 16), buf);
	show("fstat", fstat(r, &st));
	say("%s, links %d, size %d", type_name(st.st_mode), (int)st.st_nlink, (int)st.st_size);
	/* A new fifo of the name has nothing to do with the old one. */
	must(mkfifo("fifo2", 0644));
	show_fd("new one", open("fifo2", O_WRONLY | O_NONBLOCK));
	show_fd("O_PATH", open("fifo2", O_PATH));
	show_fd("O_EXCL", open("fifo2", O_RDWR | O_CREAT | O_EXCL, 0600));
	show_fd("O_TRUNC", open("fifo2", O_RDWR | O_TRUNC));
	if (geteuid() == 0) {
		r = xopen("fifo2", O_RDONLY | O_NONBLOCK, 0);
		as_user(USER_A, GROUP_A, as_stranger, NULL);
	}
	return 0;
}
