/* runsc-c/oci/control_client.c - the commands' side of the control socket, see control.h */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "runsc-c/oci/config.h"
#include "runsc-c/oci/control.h"
#include "runsc-c/oci/error.h"
#include "runsc-c/oci/state.h"

/* Through the directory's fd: its path may be longer than a socket's name. */
static void socket_name(struct sockaddr_un *addr, int dir_fd)
{
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	snprintf(addr->sun_path, sizeof(addr->sun_path), "/proc/self/fd/%d/" OCI_CONTROL_SOCKET,
		 dir_fd);
}

int control_listen(int dir_fd)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un addr;
	mode_t old;
	int err;

	if (fd < 0)
		return -errno;
	socket_name(&addr, dir_fd);
	old = umask(0177);
	err = bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ? -errno : 0;
	umask(old);
	if (err == 0 && listen(fd, 64) < 0)
		err = -errno;
	return err < 0 ? err : TAKE_FD(fd);
}

int control_connect(int dir_fd, struct oci_error *err)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr;

	if (fd < 0)
		return oci_fail_errno(err, -errno, "control socket");
	socket_name(&addr, dir_fd);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return errno == ECONNREFUSED || errno == ENOENT
			       ? oci_fail(err, -ESRCH, "container is not running")
			       : oci_fail_errno(err, -errno, "cannot reach the container's sentry");
	return TAKE_FD(fd);
}

static int send_request(int sock, const struct control_request *rq, const int *fds, unsigned int nr)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(CONTROL_MAX_FDS * sizeof(int))];
	} fm = {0};
	struct iovec iov = {(void *)(uintptr_t)rq, sizeof(*rq)};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *c;
	ssize_t n;

	if (nr) {
		m.msg_control = &fm;
		m.msg_controllen = CMSG_SPACE(nr * sizeof(int));
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nr * sizeof(int));
		memcpy(CMSG_DATA(c), fds, nr * sizeof(int));
	}
	do
		n = sendmsg(sock, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static int receive(int sock, struct control_reply *r)
{
	ssize_t n;

	do
		n = recv(sock, r, sizeof(*r), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n != sizeof(*r) || r->magic != CONTROL_MAGIC)
		return -ECONNRESET;
	r->text[sizeof(r->text) - 1] = '\0';
	return 0;
}

static int gone(int e, struct oci_error *err)
{
	return oci_fail(err, -ESRCH, "the container's sentry does not answer (%s)", strerror(-e));
}

static int get_answer(int sock, enum control_type type, struct control_reply *ret,
		      struct oci_error *err)
{
	int e = receive(sock, ret);

	if (e < 0)
		return gone(e, err);
	if (ret->type != type)
		return oci_fail(err, -EPROTO, "the container's sentry answers something else");
	return ret->error ? oci_fail(err, ret->error, "%s", ret->text) : 0;
}

int control_call(int sock, enum control_type type, int32_t pid, int32_t sig,
		 struct control_reply *ret, struct oci_error *err)
{
	struct control_request rq = {CONTROL_MAGIC, type, pid, sig, 0, 0};
	int e = send_request(sock, &rq, NULL, 0);

	return e < 0 ? gone(e, err) : get_answer(sock, type, ret, err);
}

static int call_once(int dir_fd, enum control_type type, int32_t pid, int32_t sig,
		     struct oci_error *err)
{
	_cleanup_close_ int sock = control_connect(dir_fd, err);
	struct control_reply r;

	return sock < 0 ? sock : control_call(sock, type, pid, sig, &r, err);
}

int control_start(int dir_fd, struct oci_error *err)
{
	return call_once(dir_fd, CONTROL_START, 0, 0, err);
}

int control_signal(int dir_fd, int32_t pid, int sig, struct oci_error *err)
{
	return call_once(dir_fd, CONTROL_SIGNAL, pid, sig, err);
}

void control_tell(int sock, enum control_type type, int sig)
{
	struct control_request rq = {CONTROL_MAGIC, type, 0, sig, 0, 0};

	if (send_request(sock, &rq, NULL, 0) < 0)
		return; /* it is gone: its end will be seen */
}

int control_signal_later(int dir_fd, int32_t pid, int sig, struct oci_error *err)
{
	struct control_request rq = {CONTROL_MAGIC, CONTROL_SIGNAL, pid, sig, 0, 0};
	_cleanup_close_ int sock = control_connect(dir_fd, err);
	int e = sock < 0 ? sock : send_request(sock, &rq, NULL, 0);

	return sock >= 0 && e < 0 ? gone(e, err) : e;
}

static int block_file(const void *block, size_t size)
{
	_cleanup_close_ int fd = memfd_create("process", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (size_t done = 0; done < size;) {
		ssize_t n = write(fd, (const char *)block + done, size - done);

		if (n <= 0)
			return -errno;
		done += (size_t)n;
	}
	return TAKE_FD(fd);
}

int control_exec(int sock, const struct oci_process *p, const int *fds, unsigned int nr_fds,
		 pid_t *ret_pid, struct oci_error *err)
{
	struct control_request rq = {CONTROL_MAGIC, CONTROL_EXEC, 0, 0, nr_fds + 1, 0};
	unsigned int own = p->terminal ? 1 : 3;
	struct control_reply r;
	int all[CONTROL_MAX_FDS];
	void *block;
	size_t size;
	int e;

	if (nr_fds < own || nr_fds + 1 > CONTROL_MAX_FDS)
		return oci_fail(err, -EINVAL, "too many descriptors for the process");
	e = control_pack(p, nr_fds - own, &block, &size, err);
	if (e < 0)
		return e;
	all[0] = block_file(block, size);
	free(block);
	if (all[0] < 0)
		return oci_fail_errno(err, all[0], "memory file");
	memcpy(all + 1, fds, nr_fds * sizeof(int));
	e = send_request(sock, &rq, all, nr_fds + 1);
	close(all[0]);
	if (e < 0)
		return gone(e, err);
	e = get_answer(sock, CONTROL_EXEC, &r, err);
	if (e == 0)
		*ret_pid = r.pid;
	else if (*r.text)
		oci_fail(err, e, "unable to start container process: %s", r.text);
	return e;
}

int control_wait(int sock, int *ret_status)
{
	struct control_reply r;
	int e = receive(sock, &r);

	if (e < 0)
		return -ECONNRESET;
	if (r.type != CONTROL_ENDED)
		return -EPROTO;
	*ret_status = r.status;
	return 0;
}
