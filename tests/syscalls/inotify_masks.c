/*
 * tests/syscalls/inotify_masks.c - inotify(7): watches on files, IN_ONESHOT, IN_MASK_ADD and more.
 */
#include "fs_check.h"
#include <sys/inotify.h>

static int in;

static void drain(const char *what)
{
	static char buf[8192] __attribute__((aligned(8)));
	ssize_t n = read(in, buf, sizeof(buf));

	say("%s:", what);
	for (char *p = buf; n > 0 && p < buf + n;) {
		struct inotify_event *e = (void *)p;

		say("  wd %d, mask 0x%x, name %s", e->wd, e->mask, e->len ? e->name : "(none)");
		p += sizeof(*e) + e->len;
	}
}

int main(void)
{
	int wd, fd;

	write_file("f", "x");
	write_file("g", "x");
	xmkdir("d", 0755);
	write_file("d/f", "x");
	xsymlink("f", "link");
	in = inotify_init1(IN_NONBLOCK);
	wd = inotify_add_watch(in, "f", IN_MODIFY);
	show("file", wd);
	show("the same file", inotify_add_watch(in, "link", IN_ATTRIB));
	fd = xopen("f", O_WRONLY, 0);
	must(write(fd, "y", 1));
	must(fchmod(fd, 0600));
	drain("the mask was replaced");
	show("IN_MASK_ADD", inotify_add_watch(in, "f", IN_MODIFY | IN_MASK_ADD));
	must(write(fd, "y", 1));
	must(fchmod(fd, 0644));
	drain("both");
	show("IN_MASK_CREATE", inotify_add_watch(in, "f", IN_MODIFY | IN_MASK_CREATE));
	show("IN_MASK_CREATE and ADD",
	     inotify_add_watch(in, "g", IN_MODIFY | IN_MASK_CREATE | IN_MASK_ADD));
	show("IN_ONESHOT", inotify_add_watch(in, "g", IN_ATTRIB | IN_ONESHOT));
	xchmod("g", 0600);
	xchmod("g", 0640);
	drain("one event");
	show("IN_ONLYDIR, file", inotify_add_watch(in, "f", IN_MODIFY | IN_ONLYDIR));
	show("IN_ONLYDIR, directory", inotify_add_watch(in, "d", IN_MODIFY | IN_ONLYDIR));
	fd = xopen("d/f", O_WRONLY, 0);
	must(write(fd, "y", 1));
	drain("directory");
	show("IN_DONT_FOLLOW", inotify_add_watch(in, "link", IN_DELETE_SELF | IN_DONT_FOLLOW));
	must(unlink("link"));
	drain("symlink removed");
	show("self events", inotify_add_watch(in, "g", IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB));
	must(rename("g", "g2"));
	drain("moved");
	must(unlink("g2"));
	drain("removed");
	show("directory", inotify_add_watch(in, "d", IN_DELETE_SELF | IN_DELETE));
	must(unlink("d/f"));
	close(fd);
	must(rmdir("d"));
	drain("directory removed");
	/* Equal events one after the other become one. */
	fd = xopen("f", O_WRONLY, 0);
	for (int i = 0; i < 5; i++)
		must(write(fd, "y", 1));
	must(fchmod(fd, 0600));
	must(write(fd, "y", 1));
	drain("merged");
	return 0;
}
