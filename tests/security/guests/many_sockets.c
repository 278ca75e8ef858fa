/*
 * tests/security/guests/many_sockets.c - sockets, what is queued in them and files in flight, in numbers
 *
 *	many_sockets SOCKETS QUEUED FILES
 *
 * Each part has its own processes, which end with it; between them the driver looks at the sentry's memory
 * ("part NAME" is printed, a line on standard input goes on). At each height a bystander must be able to
 * work: it forks, executes, opens, maps and makes a pipe.
 */
#include "tests/security/guests/attack.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#define CHILDREN 12

/* What each process has done, for all to see. */
static struct counts {
	_Atomic long made, tried, ready;
	_Atomic int err;
	_Atomic bool go;
} * counts;

static const char *self;

static void part(const char *name)
{
	char c;

	printf("part %s\n", name);
	fflush(stdout);
	while (read(0, &c, 1) == 1 && c != '\n')
		;
}

static void refused(int err)
{
	counts->err = err;
	if (err != EMFILE && err != ENFILE && err != ENOBUFS && err != ENOMEM && err != EAGAIN)
		FINDING("refused by: %s", strerror(err));
}

/* ---- the bystander ---- */

static void bystander(const char *when)
{
	int p[2], status = -1, fd;
	double begin = now();
	void *m;
	pid_t pid;

	fd = open(self, O_RDONLY);
	m = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd < 0 || m == MAP_FAILED || pipe(p) < 0) {
		FINDING("%s: a bystander cannot open, map or make a pipe: %s", when,
			strerror(errno));
		return;
	}
	munmap(m, 4096);
	close(fd);
	close(p[0]);
	close(p[1]);
	pid = fork();
	if (pid == 0) {
		execl(self, self, "bystander", NULL);
		_exit(1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		FINDING("%s: a bystander cannot execute: %#x, %s", when, status, strerror(errno));
	printf("%s: made %ld of %ld, last refusal: %s; bystander %.2f s\n", when, counts->made,
	       counts->tried, counts->err ? strerror(counts->err) : "none", now() - begin);
	fflush(stdout);
}

/* ---- parts ---- */

static void run_part(const char *name, int children, void (*fn)(long n), long total)
{
	pid_t pids[CHILDREN];
	int status;

	memset(counts, 0, sizeof(*counts));
	for (int i = 0; i < children; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			fn(total / children);
			counts->ready++;
			while (!counts->go)
				usleep(20000);
			_exit(findings != 0);
		}
		if (pids[i] < 0)
			FINDING("fork: %s", strerror(errno));
	}
	while (counts->ready < children) {
		if (waitpid(-1, &status, WNOHANG) > 0) {
			FINDING("%s: a process ended early: %#x", name, status);
			break;
		}
		usleep(20000);
	}
	bystander(name);
	part(name);
	counts->go = true;
	while (wait(&status) > 0)
		if (status)
			findings++;
}

static bool took(int fd)
{
	counts->tried++;
	if (fd < 0)
		refused(errno);
	else
		counts->made++;
	return fd >= 0;
}

static void make_unix(long n)
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	for (long i = 0; i < n; i++) {
		int fd = socket(AF_UNIX, types[i % 3], 0);

		if (took(fd) && i % 4 == 0 && bind(fd, (struct sockaddr *)&a, 2) < 0)
			refused(errno);
	}
}

static void make_inet(long n)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};

	for (long i = 0; i < n; i++) {
		int fd = socket(AF_INET, i % 2 ? SOCK_STREAM : SOCK_DGRAM, 0);

		if (took(fd) && i % 2 == 0)
			(void)bind(fd, (struct sockaddr *)&a, sizeof(a));
	}
}

/* As many messages of a byte as each socket takes. */
static void queue_unix(long n)
{
	int s[2];

	while (n > 0) {
		long before = n;

		if (socketpair(AF_UNIX, n % 2 ? SOCK_DGRAM : SOCK_STREAM, 0, s) < 0) {
			refused(errno);
			return;
		}
		while (n > 0 && send(s[0], "x", 1, MSG_DONTWAIT) == 1) {
			counts->made++;
			n--;
		}
		if (n == before)
			FINDING("a new socket takes nothing: %s", strerror(errno));
		counts->tried = counts->made;
	}
}

static void queue_udp(long n)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(a);
	int s = -1;

	for (long i = 0; i < n; i++) {
		if (i % 500 == 0) {
			s = socket(AF_INET, SOCK_DGRAM, 0);
			a.sin_port = 0;
			if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 ||
			    getsockname(s, (struct sockaddr *)&a, &len) < 0) {
				refused(errno);
				return;
			}
		}
		counts->tried++;
		if (sendto(s, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&a, sizeof(a)) == 1)
			counts->made++;
		else
			refused(errno);
	}
}

/* TCP with data that nobody reads: both ends are here. */
static void queue_tcp(long n)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int l = socket(AF_INET, SOCK_STREAM, 0);
	static char data[65536];
	socklen_t len = sizeof(a);

	if (bind(l, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(l, 10) < 0 ||
	    getsockname(l, (struct sockaddr *)&a, &len) < 0)
		return refused(errno);
	while (n > 0) {
		int c = socket(AF_INET, SOCK_STREAM, 0), s;
		ssize_t got;

		if (c < 0 || connect(c, (struct sockaddr *)&a, sizeof(a)) < 0 ||
		    (s = accept(l, NULL, NULL)) < 0)
			return refused(errno);
		while (n > 0 && (got = send(c, data, sizeof(data), MSG_DONTWAIT)) > 0) {
			counts->made += got;
			counts->tried += got;
			n -= got;
		}
	}
}

static int send_files(int sock, const int *fds, int nr)
{
	char space[CMSG_SPACE(253 * sizeof(int))] = {0};
	struct iovec iov = {(char *)"x", 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = space,
			     .msg_controllen = CMSG_SPACE((size_t)nr * sizeof(int))};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN((size_t)nr * sizeof(int));
	memcpy(CMSG_DATA(c), fds, (size_t)nr * sizeof(int));
	return (int)sendmsg(sock, &msg, MSG_DONTWAIT);
}

static bool flew(int sock, const int *fds, int nr)
{
	counts->tried += nr;
	if (send_files(sock, fds, nr) < 0) {
		if (errno != ETOOMANYREFS)
			refused(errno);
		else
			counts->err = errno;
		return false;
	}
	counts->made += nr;
	return true;
}

/* Each in its own queue, and in that of the one before: one chain, which begins at what is kept. */
static void nest(long n)
{
	int s[2], next[2], both[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, s) < 0)
		return refused(errno);
	for (long i = 0; i < n / 2; i++) {
		if (socketpair(AF_UNIX, SOCK_DGRAM, 0, next) < 0)
			return refused(errno);
		both[0] = s[0];
		both[1] = s[1];
		if (!flew(next[0], both, 2))
			return;
		close(s[0]);
		close(s[1]);
		s[0] = next[0];
		s[1] = next[1];
	}
}

/* Sockets in cycles that nobody can reach. */
static void cycles(long n)
{
	for (long i = 0; i < n; i += 4) {
		int a[2], b[2];

		if (socketpair(AF_UNIX, SOCK_STREAM, 0, a) < 0 ||
		    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, b) < 0)
			return refused(errno);
		flew(a[0], b, 2);
		flew(b[0], a, 2);
		close(a[0]);
		close(a[1]);
		close(b[0]);
		close(b[1]);
	}
}

/* Thousands in one queue, the same and others. */
static void crowd(long n)
{
	int fds[253], s[2];

	for (int i = 0; i < 253; i++)
		fds[i] = i % 3 ? open("/dev/null", O_RDONLY) : socket(AF_UNIX, SOCK_DGRAM, 0);
	while (n > 0) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
			return refused(errno);
		while (n > 0 && flew(s[0], fds, 253))
			n -= 253;
		if (counts->err == ETOOMANYREFS)
			return;
	}
}

/* Connections that nobody takes. */
static void storm(long n)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_un u = {.sun_family = AF_UNIX};
	int l = socket(AF_INET, SOCK_STREAM, 0), lu = socket(AF_UNIX, SOCK_STREAM, 0);
	socklen_t len = sizeof(a), ulen = sizeof(u);

	if (bind(l, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(l, 5) < 0 ||
	    getsockname(l, (struct sockaddr *)&a, &len) < 0 ||
	    bind(lu, (struct sockaddr *)&u, 2) < 0 || listen(lu, 5) < 0 ||
	    getsockname(lu, (struct sockaddr *)&u, &ulen) < 0)
		return refused(errno);
	for (long i = 0; i < n; i++) {
		bool tcp = i % 8 == 0;
		int s = socket(tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		struct sockaddr *to = tcp ? (struct sockaddr *)&a : (struct sockaddr *)&u;

		if (!took(s))
			continue;
		if (connect(s, to, tcp ? len : ulen) < 0 && errno != (tcp ? EINPROGRESS : EAGAIN))
			FINDING("connect, %s: %s", tcp ? "tcp" : "unix", strerror(errno));
		if (i % 16 > 1)
			close(s);
	}
}

int main(int argc, char **argv)
{
	struct rlimit r;
	long sockets, queued, files;

	self = "/proc/self/exe";
	if (argc == 2 && strcmp(argv[1], "bystander") == 0)
		return 0;
	if (argc != 4)
		return 2;
	sockets = atol(argv[1]);
	queued = atol(argv[2]);
	files = atol(argv[3]);
	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	signal(SIGPIPE, SIG_IGN);
	run_part("warm", 2, make_unix, 1000);
	part("start");
	run_part("unix", CHILDREN, make_unix, sockets);
	run_part("inet", CHILDREN, make_inet, sockets);
	run_part("messages", CHILDREN, queue_unix, queued);
	run_part("datagrams", 4, queue_udp, queued);
	run_part("bytes", 4, queue_tcp, queued * 200);
	run_part("chain", 1, nest, files);
	run_part("cycles", CHILDREN, cycles, files);
	run_part("crowd", 4, crowd, files * 4);
	run_part("storm", 4, storm, sockets / 4);
	part("end");
	return findings != 0;
}
