/*
 * tests/syscalls/inotify_moves.c - inotify(7): renames in one and between two watched directories.
 */
#include "fs_check.h"
#include <sys/inotify.h>

static int in, wa, wb;

static void drain(const char *what)
{
	static char buf[8192] __attribute__((aligned(8)));
	ssize_t n = read(in, buf, sizeof(buf));
	uint32_t cookie = 0;

	say("%s:", what);
	for (char *p = buf; n > 0 && p < buf + n;) {
		struct inotify_event *e = (void *)p;
		const char *kind = e->mask & IN_MOVED_FROM ? "from"
				   : e->mask & IN_MOVED_TO ? "to"
				   : e->mask & IN_CREATE   ? "create"
				   : e->mask & IN_DELETE   ? "delete"
							   : "other";

		say("  %s %s in %s%s, cookie %s", kind, e->len ? e->name : "(none)",
		    e->wd == wa	  ? "a"
		    : e->wd == wb ? "b"
				  : "?",
		    e->mask & IN_ISDIR ? ", dir" : "",
		    !e->cookie		  ? "none"
		    : e->cookie == cookie ? "the same"
					  : "new");
		cookie = e->cookie;
		p += sizeof(*e) + e->len;
	}
}

int main(void)
{
	xmkdir("a", 0755);
	xmkdir("b", 0755);
	write_file("a/f", "f");
	write_file("a/g", "g");
	xmkdir("a/sub", 0755);
	in = inotify_init1(IN_NONBLOCK);
	wa = inotify_add_watch(in, "a", IN_MOVE | IN_CREATE | IN_DELETE);
	wb = inotify_add_watch(in, "b", IN_MOVE | IN_CREATE | IN_DELETE);
	show("a", wa);
	show("b", wb);
	must(rename("a/f", "a/h"));
	drain("inside");
	must(rename("a/h", "b/f"));
	drain("between");
	must(rename("a/g", "b/f"));
	drain("over another");
	must(rename("a/sub", "b/sub"));
	drain("directory");
	must(rename("b/f", "f"));
	drain("out");
	must(rename("f", "a/f"));
	drain("in");
	write_file("b/x", "x");
	drain("create");
	must(renameat2(AT_FDCWD, "a/f", AT_FDCWD, "b/x", RENAME_EXCHANGE));
	drain("exchange");
	return 0;
}
