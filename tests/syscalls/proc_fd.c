/* tests/syscalls/proc_fd.c - /proc/self/fd: the links of every kind of descriptor. */
#include "fs_check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

static char cwd[4096];

static void link_of(const char *what, int fd)
{
	char path[64], buf[4200] = "", kind[32];
	struct stat st;
	unsigned long ino;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, buf, sizeof(buf) - 1) < 0) {
		show(what, -1);
		return;
	}
	must(lstat(path, &st));
	if (!strncmp(buf, cwd, strlen(cwd))) {
		say("%s: .%s, %s %04o", what, buf + strlen(cwd), type_name(st.st_mode),
		    st.st_mode & 07777);
	} else if (sscanf(buf, "%31[a-z]:[%lu]", kind, &ino) == 2) {
		struct stat target;

		must(fstat(fd, &target));
		say("%s: %s with its inode %d, %s %04o", what, kind, ino == target.st_ino,
		    type_name(st.st_mode), st.st_mode & 07777);
	} else {
		say("%s: %s, %s %04o", what, buf, type_name(st.st_mode), st.st_mode & 07777);
	}
}

int main(void)
{
	int p[2], s[2], fd;
	sigset_t set;

	if (!getcwd(cwd, sizeof(cwd)))
		die("getcwd");
	xpipe(p);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	sigemptyset(&set);
	write_file("f", "x");
	xmkdir("d", 0755);
	xsymlink("f", "link");
	link_of("read-only", xopen("f", O_RDONLY, 0));
	link_of("write-only", xopen("f", O_WRONLY, 0));
	link_of("both", xopen("f", O_RDWR, 0));
	link_of("through a symlink", xopen("link", O_RDONLY, 0));
	link_of("the symlink", xopen("link", O_PATH | O_NOFOLLOW, 0));
	link_of("O_PATH", xopen("f", O_PATH, 0));
	link_of("directory", xopen("d", O_RDONLY, 0));
	link_of("with dots", xopen("d/../d/./../f", O_RDONLY, 0));
	link_of("root", xopen("/", O_RDONLY, 0));
	link_of("/dev/null", xopen("/dev/null", O_RDWR, 0));
	link_of("pipe, read", p[0]);
	link_of("pipe, write", p[1]);
	link_of("socket", s[0]);
	link_of("eventfd", eventfd(0, 0));
	link_of("epoll", epoll_create1(0));
	link_of("timerfd", timerfd_create(CLOCK_MONOTONIC, 0));
	link_of("signalfd", signalfd(-1, &set, 0));
	link_of("inotify", inotify_init1(0));
	link_of("memfd", memfd_create("name", 0));
	link_of("closed", closed_fd());
	fd = xopen("f", O_RDONLY, 0);
	must(unlink("f"));
	link_of("unlinked", fd);
	write_file("f", "new");
	link_of("and made again", fd);
	fd = xopen("f", O_RDONLY, 0);
	must(rename("f", "d/g"));
	link_of("renamed", fd);
	must(rename("d", "e"));
	link_of("with its directory", fd);
	fd = xopen("e", O_RDONLY, 0);
	must(unlink("e/g"));
	must(rmdir("e"));
	link_of("removed directory", fd);
	return 0;
}
