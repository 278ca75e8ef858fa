/* runsc-c/oci/console.c - terminals of containers, see console.h */
#include "runsc-c/oci/console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved;
static bool is_raw;

static int open_pair(char *name, size_t size, int *ret_slave, struct oci_error *err)
{
	_cleanup_close_ int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios raw;
	int slave;

	if (master < 0 || unlockpt(master) < 0 || ptsname_r(master, name, size) != 0)
		return oci_fail_errno(err, -errno, "cannot make a terminal");
	slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (slave < 0)
		return oci_fail_errno(err, -errno, "%s", name);
	if (tcgetattr(slave, &raw) == 0) {
		cfmakeraw(&raw);
		tcsetattr(slave, TCSANOW, &raw);
	}
	*ret_slave = slave;
	return TAKE_FD(master);
}

static int send_master(int sock, int master, const char *name)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} fm = {0};
	struct iovec iov = {(void *)(uintptr_t)name, strlen(name)};
	struct msghdr m = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &fm,
		.msg_controllen = sizeof(fm),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &master, sizeof(int));
	return sendmsg(sock, &m, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int oci_console_send(const char *path, uint16_t rows, uint16_t cols, struct oci_error *err)
{
	_cleanup_close_ int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	struct winsize ws = {.ws_row = rows, .ws_col = cols};
	_cleanup_close_ int master = -1, slave = -1;
	char name[64];
	int e;

	if (strlen(path) >= sizeof(addr.sun_path))
		return oci_fail(err, -ENAMETOOLONG, "--console-socket: the path is too long");
	strcpy(addr.sun_path, path);
	if (sock < 0 || connect(sock, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return oci_fail_errno(err, -errno, "--console-socket %s", path);
	master = open_pair(name, sizeof(name), &slave, err);
	if (master < 0)
		return master;
	if (rows && cols)
		ioctl(master, TIOCSWINSZ, &ws);
	e = send_master(sock, master, name);
	if (e < 0)
		return oci_fail_errno(err, e, "--console-socket %s", path);
	return TAKE_FD(slave);
}

int oci_console_check(bool terminal, bool detach, const char *socket, struct oci_error *err)
{
	if (terminal && detach && !socket)
		return oci_fail(err, -EINVAL,
				"cannot allocate tty if runc will detach without setting console "
				"socket");
	if (socket && (!terminal || !detach))
		return oci_fail(err, -EINVAL,
				"cannot use console socket if runc will not detach or allocate "
				"tty");
	return 0;
}

void oci_terminal_raw(void)
{
	struct termios raw;

	if (tcgetattr(0, &saved) < 0 || tcgetpgrp(0) != getpgrp())
		return;
	raw = saved;
	cfmakeraw(&raw);
	is_raw = tcsetattr(0, TCSADRAIN, &raw) == 0;
}

void oci_terminal_restore(void)
{
	if (is_raw)
		tcsetattr(0, TCSADRAIN, &saved);
	is_raw = false;
}
