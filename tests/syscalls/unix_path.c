/* tests/syscalls/unix_path.c - bind(2), connect(2) with path names: what they make, find and refuse. */
#include "fs_check.h"
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un un(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	strncpy(a.sun_path, path, sizeof(a.sun_path));
	return a;
}

static int do_bind(int s, const char *path)
{
	struct sockaddr_un a = un(path);

	return bind(s, (struct sockaddr *)&a, sizeof(a));
}

static int do_connect(int s, const char *path)
{
	struct sockaddr_un a = un(path);

	return connect(s, (struct sockaddr *)&a, sizeof(a));
}

static int sock(void)
{
	return must(socket(AF_UNIX, SOCK_STREAM, 0));
}

int main(void)
{
	int l = sock(), c, s;
	struct stat st;
	char buf[8];

	umask(022);
	show("connect to nothing", do_connect(sock(), "none"));
	show("bind", do_bind(l, "sock"));
	must(stat("sock", &st));
	say("mode %o", st.st_mode);
	show("bind again, same name", do_bind(l, "sock"));
	show("bind again, other name", do_bind(l, "other"));
	show("no other", access("other", F_OK));
	show("bind another one", do_bind(sock(), "sock"));
	show("connect before listen", do_connect(sock(), "sock"));
	show("listen", listen(l, 3));
	c = sock();
	show("connect", do_connect(c, "sock"));
	show("connect again", do_connect(c, "sock"));
	show("connect the listener", do_connect(l, "sock"));
	s = must(accept(l, NULL, NULL));
	show("write", write(c, "hi", 2));
	show_read("read", read(s, buf, 8), buf);
	show("open", open("sock", O_RDWR));
	write_file("file", "");
	show("connect to a file", do_connect(sock(), "file"));
	show("bind over a file", do_bind(sock(), "file"));
	show("bind in no directory", do_bind(sock(), "nodir/x"));
	show("bind below a file", do_bind(sock(), "file/x"));
	show("dgram to stream", do_connect(must(socket(AF_UNIX, SOCK_DGRAM, 0)), "sock"));
	show("seqpacket to stream", do_connect(must(socket(AF_UNIX, SOCK_SEQPACKET, 0)), "sock"));
	must(symlink("sock", "sym"));
	show("through a symlink", do_connect(sock(), "sym"));
	must(rename("sock", "renamed"));
	show("old name", do_connect(sock(), "sock"));
	show("new name", do_connect(sock(), "renamed"));
	must(link("renamed", "linked"));
	show("another link", do_connect(sock(), "linked"));
	must(unlink("renamed"));
	must(unlink("linked"));
	show("unlinked", do_connect(sock(), "renamed"));
	must(mknod("made", S_IFSOCK | 0666, 0));
	show("made by mknod", do_connect(sock(), "made"));
	l = sock();
	must(do_bind(l, "gone"));
	must(listen(l, 1));
	close(l);
	show("closed listener", do_connect(sock(), "gone"));
	l = sock();
	must(do_bind(l, "private"));
	must(listen(l, 5));
	must(chmod("private", 0700));
	if (xfork() == 0) {
		must(setuid(1000));
		show("not permitted", do_connect(sock(), "private"));
		show("bind where one may not", do_bind(sock(), "foreign"));
		_exit(0);
	}
	xwait(-1);
	return 0;
}
