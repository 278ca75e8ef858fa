/* runsc-c/stdio.c - host descriptors that become a guest's, see stdio.h */
#include "runsc-c/stdio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/dev/hostfile.h"
#include "fs/devpts/hosttty.h"
#include "fs/vfs/file.h"

#define FIRST_KEPT_FD 10

static int reopen(int fd, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

int stdio_reopen(int fd)
{
	int flags = fcntl(fd, F_GETFL), own = -1, kept;
	struct stat st;

	if (flags < 0 || fstat(fd, &st) < 0)
		return -1;
	if (isatty(fd))
		own = reopen(fd, O_RDWR);
	else if (S_ISFIFO(st.st_mode))
		own = reopen(fd, flags & O_ACCMODE);
	kept = fcntl(own >= 0 ? own : fd, F_DUPFD_CLOEXEC, FIRST_KEPT_FD);
	if (own >= 0)
		close(own);
	return kept;
}

void stdio_look(struct stdio_fd *s, int fd)
{
	struct stat st;

	*s = (struct stdio_fd){.fd = -1};
	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	s->fd = fd;
	s->is_tty = isatty(fd);
	s->tty = st.st_rdev;
}

struct found_tty {
	struct file *file;
	struct tty *tty;
	dev_t dev;
};

static int make_file(struct kernel *k, struct stdio_fd *s, struct found_tty *found,
		     struct file **ret)
{
	int fd = TAKE_FD(s->fd), err;

	if (!s->is_tty || (found->file && s->tty != found->dev))
		return hostfile_create(k, fd, ret);
	if (found->file) {
		close(fd);
		*ret = file_get(found->file);
		return 0;
	}
	err = hosttty_create(k, fd, ret, &found->tty);
	if (err == 0) {
		found->file = file_get(*ret);
		found->dev = s->tty;
	}
	return err;
}

int stdio_files(struct kernel *k, struct stdio_fd *v, unsigned int nr, struct file **files,
		struct tty **ret_tty, unsigned int *ret_which)
{
	struct found_tty found = {0};
	int err = 0;

	for (unsigned int i = 0; i < nr; i++)
		files[i] = NULL;
	for (unsigned int i = 0; i < nr && err == 0; i++) {
		*ret_which = i;
		if (v[i].fd >= 0)
			err = make_file(k, &v[i], &found, &files[i]);
	}
	if (found.file)
		file_put(found.file);
	*ret_tty = found.tty;
	if (err == 0)
		return 0;
	for (unsigned int i = 0; i < nr; i++) {
		struct file *f = TAKE_PTR(files[i]);

		if (v[i].fd >= 0)
			close(TAKE_FD(v[i].fd));
		if (f)
			file_put(f);
	}
	if (found.tty)
		hosttty_end(found.tty);
	*ret_tty = NULL;
	return err;
}
