/* runsc-c/oci/control_client.c - the commands' side of the control socket, see control.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "runsc-c/oci/control.h"
#include "runsc-c/oci/error.h"
#include "runsc-c/oci/state.h"

/* A path of the host may be too long for an address: by the directory's descriptor. */
static void address(int dir_fd, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/%s", dir_fd,
		 OCI_CONTROL_SOCKET);
}

int control_listen(int dir_fd)
{
	struct sockaddr_un addr;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), err = 0;
	mode_t old;

	if (fd < 0)
		return -errno;
	address(dir_fd, &addr);
	old = umask(0177);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, 64) < 0)
		err = -errno;
	umask(old);
	if (err == 0)
		return fd;
	close(fd);
	return err;
}

int control_connect(int dir_fd, struct oci_error *err)
{
	struct sockaddr_un addr;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), e;

	if (fd < 0)
		return oci_fail_errno(err, -errno, "control socket");
	address(dir_fd, &addr);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
		return fd;
	e = -errno;
	close(fd);
	return oci_fail_errno(err, e, "cannot reach the sandbox");
}

int control_call(int sock, enum control_type type, int32_t pid, int32_t signal,
		 struct control_reply *ret, struct oci_error *err)
{
	struct control_request rq = {
		.magic = CONTROL_MAGIC, .type = type, .pid = pid, .signal = signal};

	if (send(sock, &rq, sizeof(rq), MSG_NOSIGNAL) != sizeof(rq))
		return oci_fail_errno(err, -errno, "cannot reach the sandbox");
	if (recv(sock, ret, sizeof(*ret), 0) != sizeof(*ret))
		return oci_fail(err, -ESRCH, "the sandbox has ended");
	if (ret->error < 0)
		return oci_fail(err, ret->error, "%.*s", CONTROL_TEXT, ret->text);
	return 0;
}

static int call_once(int dir_fd, enum control_type type, int32_t pid, int sig,
		     struct oci_error *err)
{
	struct control_reply reply;
	int fd = control_connect(dir_fd, err), e;

	if (fd < 0)
		return fd;
	e = control_call(fd, type, pid, sig, &reply, err);
	close(fd);
	return e;
}

int control_start(int dir_fd, struct oci_error *err)
{
	return call_once(dir_fd, CONTROL_START, 1, 0, err);
}

int control_signal(int dir_fd, int32_t pid, int sig, struct oci_error *err)
{
	return call_once(dir_fd, CONTROL_SIGNAL, pid, sig, err);
}
