/*
 * tests/syscalls/landlock_scope.c - Landlock: signals and abstract sockets within a domain
 */
#include "check.h"
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static void restrict_self(uint64_t scoped)
{
	uint64_t attr[3] = {0, 0, scoped};
	int set = raw(444, attr, sizeof(attr), 0);

	if (set < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || raw(446, set, 0) < 0)
		die("restrict");
	close(set);
}

static void try_connect(const char *what)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "\0landlock_scope"};
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	show(what, connect(s, (struct sockaddr *)&a, sizeof(a)));
	close(s);
}

static int inner(void *arg)
{
	(void)arg;
	show("inner: up", kill(getppid(), 0));
	restrict_self(3);
	show("inner: itself", kill(getpid(), 0));
	show("inner: up, restricted", kill(getppid(), 0));
	return 0;
}

static int outer(void *arg)
{
	pid_t parent = getppid(), child;

	(void)arg;
	show("outer: up", kill(parent, 0));
	try_connect("outer: connect");
	restrict_self(3);
	show("outer: up, restricted", kill(parent, 0));
	try_connect("outer: connect, restricted");
	child = xfork();
	if (child == 0) {
		pause();
		_exit(0);
	}
	show("outer: down", kill(child, SIGKILL));
	xwait(child);
	show_status("inner", run_child(inner, NULL));
	return 0;
}

int main(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "\0landlock_scope"};
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	if (raw(444, NULL, 0, 1) < 6)
		die("no scopes");
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 5) < 0)
		die("listen");
	show_status("outer", run_child(outer, NULL));
	return 0;
}
