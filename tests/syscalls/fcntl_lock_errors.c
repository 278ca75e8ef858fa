/* tests/syscalls/fcntl_lock_errors.c - record locks: wrong access modes, types and targets. */
#include "fs_check.h"
#include <sys/socket.h>

static void lock(const char *what, int fd, int cmd, int type, int whence)
{
	struct flock fl = {.l_type = type, .l_whence = whence, .l_len = 1};

	show(what, fcntl(fd, cmd, &fl));
}

int main(void)
{
	int r, w, rw, path, p[2], dir;

	write_file("f", "x");
	r = xopen("f", O_RDONLY, 0);
	w = xopen("f", O_WRONLY, 0);
	rw = xopen("f", O_RDWR, 0);
	path = xopen("f", O_PATH, 0);
	dir = xopen(".", O_RDONLY, 0);
	xpipe(p);
	lock("read lock, O_RDONLY", r, F_SETLK, F_RDLCK, SEEK_SET);
	lock("write lock, O_RDONLY", r, F_SETLK, F_WRLCK, SEEK_SET);
	lock("read lock, O_WRONLY", w, F_SETLK, F_RDLCK, SEEK_SET);
	lock("write lock, O_WRONLY", w, F_SETLK, F_WRLCK, SEEK_SET);
	lock("unlock, O_RDONLY", r, F_SETLK, F_UNLCK, SEEK_SET);
	lock("query write, O_RDONLY", r, F_GETLK, F_WRLCK, SEEK_SET);
	lock("query unlock", rw, F_GETLK, F_UNLCK, SEEK_SET);
	lock("type 99", rw, F_SETLK, 99, SEEK_SET);
	lock("type -1", rw, F_SETLK, -1, SEEK_SET);
	lock("query type 99", rw, F_GETLK, 99, SEEK_SET);
	lock("whence 99", rw, F_SETLK, F_RDLCK, 99);
	lock("whence -1", rw, F_SETLK, F_RDLCK, -1);
	lock("O_PATH", path, F_SETLK, F_RDLCK, SEEK_SET);
	lock("closed", closed_fd(), F_SETLK, F_RDLCK, SEEK_SET);
	lock("directory", dir, F_SETLK, F_RDLCK, SEEK_SET);
	lock("OFD write lock, O_RDONLY", r, F_OFD_SETLK, F_WRLCK, SEEK_SET);
	lock("OFD type 99", rw, F_OFD_SETLK, 99, SEEK_SET);
	lock("OFD closed", closed_fd(), F_OFD_SETLK, F_RDLCK, SEEK_SET);
	show("lockf", lockf(rw, F_LOCK, 10));
	show("lockf test", lockf(rw, F_TEST, 10));
	show("lockf unlock", lockf(rw, F_ULOCK, 10));
	return 0;
}
