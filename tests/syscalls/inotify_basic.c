/* tests/syscalls/inotify_basic.c - inotify(7): the events of files in a watched directory. */
#include "fs_check.h"
#include <sys/inotify.h>

static int in, wd;

static void drain(const char *what)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} bits[] = {
		{IN_ACCESS, "ACCESS"},
		{IN_MODIFY, "MODIFY"},
		{IN_ATTRIB, "ATTRIB"},
		{IN_CLOSE_WRITE, "CLOSE_WRITE"},
		{IN_CLOSE_NOWRITE, "CLOSE_NOWRITE"},
		{IN_OPEN, "OPEN"},
		{IN_MOVED_FROM, "MOVED_FROM"},
		{IN_MOVED_TO, "MOVED_TO"},
		{IN_CREATE, "CREATE"},
		{IN_DELETE, "DELETE"},
		{IN_DELETE_SELF, "DELETE_SELF"},
		{IN_MOVE_SELF, "MOVE_SELF"},
		{IN_ISDIR, "ISDIR"},
		{IN_IGNORED, "IGNORED"},
	};
	static char buf[8192] __attribute__((aligned(8)));
	ssize_t n = read(in, buf, sizeof(buf));

	say("%s:", what);
	for (char *p = buf; n > 0 && p < buf + n;) {
		struct inotify_event *e = (void *)p;
		char line[256] = "";

		for (size_t i = 0; i < ARRAY_LEN(bits); i++)
			if (e->mask & bits[i].bit)
				sprintf(line + strlen(line), " %s", bits[i].name);
		say("  %s%s%s, wd %d, cookie %d", e->len ? e->name : "(none)", ":", line,
		    e->wd == wd, e->cookie != 0);
		p += sizeof(*e) + e->len;
	}
}

int main(void)
{
	char buf[8];
	int fd;

	xmkdir("d", 0755);
	in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	show_fd("inotify_init1", in);
	wd = inotify_add_watch(in, "d", IN_ALL_EVENTS);
	show("inotify_add_watch", wd);
	show("nothing yet", read(in, buf, sizeof(buf)));
	fd = xopen("d/f", O_RDWR | O_CREAT, 0644);
	drain("create");
	must(write(fd, "abc", 3));
	drain("write");
	must(pread(fd, buf, 3, 0));
	drain("read");
	must(ftruncate(fd, 1));
	drain("ftruncate");
	must(fchmod(fd, 0600));
	drain("fchmod");
	close(fd);
	drain("close");
	close(xopen("d/f", O_RDONLY, 0));
	drain("open and close");
	must(link("d/f", "d/g"));
	drain("link");
	must(unlink("d/g"));
	drain("unlink");
	xmkdir("d/sub", 0755);
	drain("mkdir");
	must(rmdir("d/sub"));
	drain("rmdir");
	xsymlink("x", "d/l");
	drain("symlink");
	must(mkfifo("d/fifo", 0600));
	drain("mkfifo");
	show("rm_watch", inotify_rm_watch(in, wd));
	drain("ignored");
	write_file("d/f", "x");
	show("no more", read(in, buf, sizeof(buf)));
	return 0;
}
