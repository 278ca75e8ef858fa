/* tests/syscalls/inotify_errors.c - inotify(7): bad arguments, small buffers, poll and FIONREAD. */
#include "fs_check.h"
#include <sys/inotify.h>
#include <sys/ioctl.h>

static void as_stranger(void *arg)
{
	int in = inotify_init1(IN_NONBLOCK);

	(void)arg;
	show("no read permission", inotify_add_watch(in, "secret", IN_MODIFY));
	show("no search permission", inotify_add_watch(in, "closed/f", IN_MODIFY));
}

int main(void)
{
	char buf[64];
	int in, wd, n, p[2];

	write_file("f", "x");
	write_file("secret", "x");
	xchmod("secret", 0200);
	xmkdir("closed", 0755);
	write_file("closed/f", "x");
	xchmod("closed", 0600);
	show_fd("unknown flag", inotify_init1(0x100));
	in = inotify_init();
	show_fd("inotify_init", in);
	show_true("O_NONBLOCK", fcntl(in, F_GETFL) & O_NONBLOCK);
	show("no event", inotify_add_watch(in, "f", 0));
	show("unknown event only", inotify_add_watch(in, "f", 0x00100000));
	show("missing", inotify_add_watch(in, "missing", IN_MODIFY));
	show("empty", inotify_add_watch(in, "", IN_MODIFY));
	show("below a file", inotify_add_watch(in, "f/x", IN_MODIFY));
	show("bad pointer", inotify_add_watch(in, bad_addr(), IN_MODIFY));
	show("closed", inotify_add_watch(closed_fd(), "f", IN_MODIFY));
	xpipe(p);
	show("pipe", inotify_add_watch(p[0], "f", IN_MODIFY));
	show("rm_watch of nothing", inotify_rm_watch(in, 77));
	show("rm_watch, closed", inotify_rm_watch(closed_fd(), 1));
	show("rm_watch, pipe", inotify_rm_watch(p[0], 1));
	wd = inotify_add_watch(in, "f", IN_ATTRIB);
	show("watch", wd);
	show_ready("poll, empty", in, POLLIN | POLLOUT);
	show("FIONREAD", ioctl(in, FIONREAD, &n));
	show_val("is", n);
	xchmod("f", 0600);
	show_ready("poll", in, POLLIN | POLLOUT);
	show("FIONREAD", ioctl(in, FIONREAD, &n));
	show_val("is", n);
	show("buffer too small", read(in, buf, 10));
	show("write", write(in, "x", 1));
	show("read", read(in, buf, sizeof(buf)));
	show("rm_watch", inotify_rm_watch(in, wd));
	show("rm_watch again", inotify_rm_watch(in, wd));
	show("read", read(in, buf, sizeof(buf)));
	show("lseek", lseek(in, 0, SEEK_SET));
	must(inotify_add_watch(in, "f", IN_ATTRIB));
	xchmod("f", 0640);
	show("bad buffer", read(in, bad_addr(), 64));
	if (geteuid() == 0)
		as_user(USER_A, GROUP_A, as_stranger, NULL);
	else
		as_stranger(NULL);
	xchmod("closed", 0700);
	return 0;
}
