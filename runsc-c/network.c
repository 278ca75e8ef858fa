/*
 * runsc-c/network.c - the network of a sandbox, see network.h
 *
 * The broker's protocol is in netstack/socket/inet.h. It trusts nothing of a request: sizes and
 * numbers are checked, and whatever does not fit ends it.
 */
#include "runsc-c/network.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <net/route.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netstack/socket/net_show.h"
#include "platform/policy/policy.h"
#include "runsc-c/sandbox.h"
#include "sentry/base/fd_message.h"
#include "sentry/base/log.h"
#include "sentry/kernel.h"

#define BROKER_FD 3
#define BROKER_NOFILE 16
#define NOBODY 65534U

/* ---- the sentry's own namespace ---- */

/* Groups are joined on the interface that the route to them names, where the caller names none. */
static void route_multicast(int fd)
{
	struct rtentry r = {.rt_flags = RTF_UP, .rt_dev = "lo"};

	((struct sockaddr_in *)&r.rt_dst)->sin_family = AF_INET;
	((struct sockaddr_in *)&r.rt_dst)->sin_addr.s_addr = htonl(0xe0000000U);
	((struct sockaddr_in *)&r.rt_genmask)->sin_family = AF_INET;
	((struct sockaddr_in *)&r.rt_genmask)->sin_addr.s_addr = htonl(0xf0000000U);
	if (ioctl(fd, SIOCADDRT, &r) < 0)
		log_info("route for multicast: %s", strerror(errno));
}

int network_lo_up(bool multicast)
{
	struct ifreq r = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, SIOCSIFFLAGS, &r) < 0)
		err = -errno;
	if (err == 0 && multicast)
		route_multicast(fd);
	close(fd);
	return err;
}

static void set_sysctl(struct kernel *k, const char *path, const char *value)
{
	int fd = openat(k->host_proc_fd, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		log_info("/proc/%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* The sentry has no rights in its namespace when it serves guests: what a guest may do there is for
 * the guest's credentials to say. */
int network_boot(struct kernel *k, enum inet_mode mode, const struct netinfo_fds *host_net,
		 bool is_container)
{
	struct netinfo_fds own;
	bool all_ids = getuid() == 0;
	char range[32];
	int err;

	k->net_view = &net_view;
	if (mode == INET_HOST)
		netinfo_init(mode, host_net);
	if (mode != INET_OWN)
		return 0;
	err = network_lo_up(!is_container); /* an engine routes by itself */
	if (err < 0)
		return err;
	set_sysctl(k, "sys/net/ipv4/ip_unprivileged_port_start", "0");
	snprintf(range, sizeof(range), "%u %u", all_ids ? 0 : getgid(),
		 all_ids ? 2147483647U : getgid());
	set_sysctl(k, "sys/net/ipv4/ping_group_range", range);
	netinfo_open(k->host_proc_fd, &own);
	netinfo_init(mode, &own);
	return 0;
}

/* ---- what is told about the caller's namespace ---- */

void network_open_views(struct netinfo_fds *ret)
{
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	netinfo_open(proc, ret);
	if (proc >= 0)
		close(proc);
}

void network_close_views(const struct netinfo_fds *fds)
{
	for (int i = 0; i < NETINFO_NR_FILES; i++)
		if (fds->files[i] >= 0)
			close(fds->files[i]);
	if (fds->ioctls >= 0)
		close(fds->ioctls);
}

/* ---- the broker: requests ---- */

struct incoming {
	struct broker_request rq;
	int fd; /* -1: none */
};

static int reply(int error, int fd)
{
	struct broker_reply r = {.error = error};

	return fd_message_send(BROKER_FD, &r, sizeof(r), fd) < 0 ? -1 : 0;
}

static int serve_socket(const struct broker_request *rq)
{
	const struct inet_kind *k;
	int fd, r;

	if (rq->kind >= INET_NR_KINDS)
		return -1;
	k = &inet_kinds[rq->kind];
	fd = (int)syscall(SYS_socket, (long)k->family, (long)(k->type | INET_HOST_TYPE_FLAGS),
			  (long)k->protocol);
	r = reply(fd < 0 ? -errno : 0, fd);
	if (fd >= 0)
		close(fd);
	return r;
}

/* An address of no other family than the sockets that were handed over can have. */
static int serve_bind(const struct incoming *in)
{
	const struct broker_request *rq = &in->rq;

	if (in->fd < 0 || rq->addr_len < sizeof(struct sockaddr_in) ||
	    rq->addr_len > sizeof(rq->addr) ||
	    (rq->addr.sin6_family != AF_INET && rq->addr.sin6_family != AF_INET6))
		return reply(-EINVAL, -1);
	if (syscall(SYS_bind, in->fd, &rq->addr, (socklen_t)rq->addr_len) < 0)
		return reply(-errno, -1);
	return reply(0, -1);
}

_Noreturn static void broker_main(void)
{
	struct incoming in;
	int r = 0;

	while (r == 0 && fd_message_receive(BROKER_FD, &in.rq, sizeof(in.rq), &in.fd) == 0) {
		switch (in.rq.op) {
		case BROKER_SOCKET: r = serve_socket(&in.rq); break;
		case BROKER_BIND: r = serve_bind(&in); break;
		default: r = -1;
		}
		if (in.fd >= 0)
			close(in.fd);
	}
	_exit(0);
}

/* ---- the broker: its start ---- */

/* Nobody's ids for root; no capability but that for low ports. */
static int drop_rights(void)
{
	cap_value_t low_ports = CAP_NET_BIND_SERVICE;
	cap_flag_value_t has = CAP_CLEAR;
	cap_t now = cap_get_proc(), keep = cap_init();
	int r = 0;

	if (!now || !keep)
		return -1;
	cap_get_flag(now, low_ports, CAP_EFFECTIVE, &has);
	if (geteuid() == 0) {
		if (prctl(PR_SET_KEEPCAPS, 1) < 0 ||
		    (syscall(SYS_setgroups, 0, NULL) < 0 && errno != EPERM) ||
		    syscall(SYS_setresgid, NOBODY, NOBODY, NOBODY) < 0 ||
		    syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY) < 0)
			r = errno == EINVAL ? 0 : -1; /* no such id here: root without rights */
	}
	if (r == 0 && has == CAP_SET &&
	    (cap_set_flag(keep, CAP_PERMITTED, 1, &low_ports, CAP_SET) < 0 ||
	     cap_set_flag(keep, CAP_EFFECTIVE, 1, &low_ports, CAP_SET) < 0))
		r = -1;
	if (r == 0)
		r = cap_set_proc(keep);
	cap_free(now);
	cap_free(keep);
	return r;
}

static int load_filter(void)
{
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, policy_broker_program());
}

_Noreturn static void broker_start(int fd, pid_t starter, bool outlives)
{
	struct rlimit nofile = {BROKER_NOFILE, BROKER_NOFILE}, core = {1, 1};
	sigset_t all;

	prctl(PR_SET_NAME, "network-broker");
	/* A terminal's signals are the starter's business; SIGKILL is not held back by this. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	setsid();
	if (fd != BROKER_FD && dup2(fd, BROKER_FD) < 0)
		_exit(1);
	if (syscall(SYS_close_range, BROKER_FD + 1, ~0U, 0) < 0)
		_exit(1);
	for (int i = 0; i < BROKER_FD; i++)
		close(i);
	if (chdir("/") < 0 || drop_rights() < 0)
		_exit(1);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setrlimit(RLIMIT_NOFILE, &nofile);
	setrlimit(RLIMIT_CORE, &core);
	if (!outlives && (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != starter))
		_exit(1);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		_exit(1);
	(void)privileges_landlock_nothing();
	if (load_filter() < 0)
		_exit(1);
	broker_main();
}

pid_t network_start_broker(bool outlives, int *ret_fd)
{
	pid_t starter = getpid(), pid;
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		broker_start(sv[1], starter, outlives);
	close(sv[1]);
	if (pid < 0) {
		int err = -errno;

		close(sv[0]);
		return err;
	}
	*ret_fd = sv[0];
	return pid;
}

void network_end_broker(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
