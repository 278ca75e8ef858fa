/* tests/syscalls/pipe_reopen.c - a pipe opened once more through /proc/self/fd. */
#include "fs_check.h"

int main(void)
{
	char path[64], buf[16], link[64];
	struct stat st, st2;
	int p[2], r, w;

	xpipe(p);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", p[0]);
	w = open(path, O_WRONLY | O_NONBLOCK);
	show_fd("another writer", w);
	r = open(path, O_RDONLY | O_NONBLOCK);
	show_fd("another reader", r);
	show("write", write(w, "abcdef", 6));
	show_read("old reader", read(p[0], buf, 2), buf);
	show_read("new reader", read(r, buf, 16), buf);
	show("empty", read(r, buf, 16));
	close(p[1]);
	show("still a writer", read(r, buf, 16));
	close(w);
	show("no writer", read(r, buf, 16));
	must(fstat(p[0], &st));
	must(fstat(r, &st2));
	show_true("same inode", st.st_ino == st2.st_ino && st.st_dev == st2.st_dev);
	memset(link, 0, sizeof(link));
	must(readlink(path, link, sizeof(link) - 1));
	snprintf(buf, sizeof(buf), "pipe:[");
	show_true("link", !strncmp(link, "pipe:[", 6));
	show_true("link tells the inode", strtoul(link + 6, NULL, 10) == st.st_ino);
	show("stat through /proc", stat(path, &st2));
	show_str("kind", type_name(st2.st_mode));
	show_fd("directory", open(path, O_RDONLY | O_DIRECTORY));
	return 0;
}
