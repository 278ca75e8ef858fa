/* tests/syscalls/unix_creds.c - SO_PEERCRED, SO_PASSCRED, SCM_CREDENTIALS. */
#include "fs_check.h"
#include <sys/socket.h>
#include <sys/un.h>

static pid_t me, child;

static const char *who(pid_t pid)
{
	return pid == 0 ? "nobody" : pid == me ? "parent" : pid == child ? "child" : "other";
}

static void peercred(const char *what, int s)
{
	struct ucred u;
	socklen_t len = sizeof(u);

	show(what, getsockopt(s, SOL_SOCKET, SO_PEERCRED, &u, &len));
	say("  %s uid %d gid %d, %d bytes", who(u.pid), u.uid, u.gid, (int)len);
}

static void receive(const char *what, int s, size_t size)
{
	char space[CMSG_SPACE(sizeof(struct ucred))] = {0}, buf[32];
	struct iovec iov = {buf, size};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = space,
			     .msg_controllen = sizeof(space)};
	struct cmsghdr *c;
	struct ucred u;
	ssize_t n = recvmsg(s, &msg, MSG_DONTWAIT);

	show_read(what, n, buf);
	if (n < 0)
		return;
	say("  flags %x control %d", msg.msg_flags, (int)msg.msg_controllen);
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_type == SCM_CREDENTIALS) {
		memcpy(&u, CMSG_DATA(c), sizeof(u));
		say("  %s uid %d gid %d", who(u.pid), u.uid, u.gid);
	}
}

static ssize_t send_cred(int s, pid_t pid, uid_t uid, gid_t gid)
{
	char space[CMSG_SPACE(sizeof(struct ucred))] = {0};
	struct iovec iov = {(char *)"claim", 5};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = space,
			     .msg_controllen = sizeof(space)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	struct ucred u = {pid, uid, gid};

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_CREDENTIALS;
	c->cmsg_len = CMSG_LEN(sizeof(u));
	memcpy(CMSG_DATA(c), &u, sizeof(u));
	return sendmsg(s, &msg, 0);
}

int main(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "sock"};
	int l = must(socket(AF_UNIX, SOCK_STREAM, 0)), s[2], one = 1, c, go[2], back[2];

	me = getpid();
	xpipe(go);
	xpipe(back);
	peercred("fresh", l);
	must(bind(l, (struct sockaddr *)&a, sizeof(a)));
	must(chmod("sock", 0777));
	must(listen(l, 1));
	child = xfork();
	if (child == 0) {
		must(setgid(1001));
		must(setuid(1000));
		c = must(socket(AF_UNIX, SOCK_STREAM, 0));
		must(connect(c, (struct sockaddr *)&a, sizeof(a)));
		must(write(c, "before", 6));
		send_byte(back[1]);
		await_byte(go[0]);
		peercred("the child sees", c);
		must(write(c, "after", 5));
		show("root", send_cred(c, getpid(), 0, 0));
		show("parent", send_cred(c, getppid(), 1000, 1001));
		show("itself", send_cred(c, getpid(), 1000, 1001));
		_exit(0);
	}
	await_byte(back[0]);
	c = must(accept(l, NULL, NULL));
	peercred("the parent sees", c);
	must(setsockopt(c, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)));
	receive("before", c, 6);
	send_byte(go[1]);
	xwait(child);
	receive("after", c, 32);
	receive("more", c, 32);

	must(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	peercred("pair", s[0]);
	must(send(s[0], "without", 7, 0));
	must(setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)));
	receive("without", s[1], 32);
	must(send(s[0], "with", 4, 0));
	receive("with", s[1], 32);
	show("as root of another", send_cred(s[0], child, 0, 0));
	show("other ids", send_cred(s[0], me, 77, 78));
	receive("claimed", s[1], 32);
	show("own ones", send_cred(s[0], me, 0, 0));
	show("recv without control", recv(s[1], &one, 1, 0));
	return 0;
}
