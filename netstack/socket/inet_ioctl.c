/*
 * netstack/socket/inet_ioctl.c - ioctls of Internet sockets: tcp(7), netdevice(7)
 *
 * Model: numbers of a list only. Those about the socket are the host's answer for the host's socket.
 * Those about interfaces read, in the namespace where the socket was made. Nothing can be changed, but
 * root may set what is so already, as scripts do that bring lo up.
 */
#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "netstack/socket/inet_impl.h"
#include "netstack/socket/netinfo.h"
#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/mem/usermem.h"
#include "sentry/task.h"

#define IFCONF_MAX 1024 /* interfaces that SIOCGIFCONF shows */

/* The same numbers are in platform/policy/sentry.def. */
static bool reads_interface(unsigned int cmd)
{
	switch (cmd) {
	case SIOCGIFNAME:
	case SIOCGIFFLAGS:
	case SIOCGIFADDR:
	case SIOCGIFDSTADDR:
	case SIOCGIFBRDADDR:
	case SIOCGIFNETMASK:
	case SIOCGIFMETRIC:
	case SIOCGIFMTU:
	case SIOCGIFHWADDR:
	case SIOCGIFINDEX:
	case SIOCGIFTXQLEN:
	case SIOCGIFMAP: return true;
	}
	return false;
}

static bool sets_interface(unsigned int cmd)
{
	switch (cmd) {
	case SIOCSIFFLAGS:
	case SIOCSIFADDR:
	case SIOCSIFDSTADDR:
	case SIOCSIFBRDADDR:
	case SIOCSIFNETMASK:
	case SIOCSIFMETRIC:
	case SIOCSIFMTU:
	case SIOCSIFHWADDR:
	case SIOCSIFNAME:
	case SIOCSIFTXQLEN:
	case SIOCSIFMAP:
	case SIOCADDRT:
	case SIOCDELRT: return true;
	}
	return false;
}

static long interface_ioctl(int fd, struct task *t, unsigned int cmd, uint64_t arg)
{
	struct ifreq r;

	if (copy_in_obj(t, &r, arg) < 0)
		return -EFAULT;
	r.ifr_name[IFNAMSIZ - 1] = '\0';
	if (ioctl(fd, cmd, &r) < 0)
		return -errno;
	return copy_out_obj(t, arg, &r);
}

/* Is the value that SIOCSIF* gives the one that SIOCGIF* gives? */
static bool is_set_already(int fd, unsigned int cmd, const struct ifreq *want)
{
	struct ifreq now = *want;
	const struct sockaddr_in *a = (const struct sockaddr_in *)&now.ifr_addr,
				 *b = (const struct sockaddr_in *)&want->ifr_addr;

	switch (cmd) {
	case SIOCSIFFLAGS:
		return ioctl(fd, SIOCGIFFLAGS, &now) == 0 &&
		       ((now.ifr_flags ^ want->ifr_flags) & (IFF_UP | IFF_PROMISC | IFF_NOARP)) ==
			       0;
	case SIOCSIFADDR:
		return ioctl(fd, SIOCGIFADDR, &now) == 0 && a->sin_family == b->sin_family &&
		       a->sin_addr.s_addr == b->sin_addr.s_addr;
	case SIOCSIFNETMASK:
		return ioctl(fd, SIOCGIFNETMASK, &now) == 0 &&
		       a->sin_addr.s_addr == b->sin_addr.s_addr;
	case SIOCSIFMTU: return ioctl(fd, SIOCGIFMTU, &now) == 0 && now.ifr_mtu == want->ifr_mtu;
	}
	return false;
}

static long set_interface(int fd, struct task *t, unsigned int cmd, uint64_t arg)
{
	struct ifreq r;

	if (copy_in_obj(t, &r, arg) < 0)
		return -EFAULT;
	r.ifr_name[IFNAMSIZ - 1] = '\0';
	return task_has_cap(t, CAP_NET_ADMIN) && is_set_already(fd, cmd, &r) ? 0 : -EPERM;
}

/* Without a buffer it says how much there is. */
static long interface_list(int fd, struct task *t, uint64_t arg)
{
	struct ifconf c, host = {0};
	struct ifreq *_cleanup_free_ list = NULL;

	if (copy_in_obj(t, &c, arg) < 0)
		return -EFAULT;
	if (c.ifc_buf) { /* the length means nothing else, and may be anything */
		c.ifc_len = MAX(c.ifc_len, 0);
		host.ifc_len = MIN(c.ifc_len, (int)(IFCONF_MAX * sizeof(*list)));
		list = mem_zalloc((size_t)host.ifc_len + 1);
		if (list == NULL)
			return -ENOMEM;
		host.ifc_req = list;
	}
	if (ioctl(fd, SIOCGIFCONF, &host) < 0)
		return -errno;
	if (list && host.ifc_len > 0 &&
	    copy_out(t, (uaddr_t)c.ifc_buf, list, (size_t)MIN(host.ifc_len, c.ifc_len)) < 0)
		return -EFAULT;
	c.ifc_len = host.ifc_len;
	return copy_out_obj(t, arg, &c);
}

/* Numbers about the socket: an int, or a time. */
static long socket_ioctl(struct socket *s, struct task *t, unsigned int cmd, uint64_t arg)
{
	struct timespec ts;
	int n = 0;

	if (cmd == SIOCGSTAMP_OLD || cmd == SIOCGSTAMPNS_OLD) {
		if (ioctl(inet_fd(s), cmd, &ts) < 0)
			return -errno;
		return copy_out_obj(t, arg, &ts);
	}
	if (ioctl(inet_fd(s), cmd, &n) < 0)
		return -errno;
	if (cmd == SIOCINQ || cmd == SIOCATMARK) {
		bool and_host;
		size_t queued = inet_pair_unread(inet_of(s), &and_host);

		n = cmd == SIOCINQ ? (int)MIN((size_t)n + queued, (size_t)INT_MAX) : n && !queued;
	}
	return copy_out_obj(t, arg, &n);
}

static long device_ioctl(int fd, struct task *t, unsigned int cmd, uint64_t arg)
{
	if (cmd == SIOCGIFCONF)
		return interface_list(fd, t, arg);
	if (reads_interface(cmd))
		return interface_ioctl(fd, t, cmd, arg);
	return sets_interface(cmd) ? set_interface(fd, t, cmd, arg) : -ENOTTY;
}

/* By the socket that netinfo keeps for these calls. */
long inet_device_ioctl(struct task *t, unsigned int cmd, uint64_t arg)
{
	int fd;

	if (cmd != SIOCGIFCONF && !reads_interface(cmd) && !sets_interface(cmd))
		return -ENOTTY;
	fd = netinfo_ioctl_fd();
	return fd < 0 ? -ENOTTY : device_ioctl(fd, t, cmd, arg);
}

long inet_ioctl(struct socket *s, struct task *t, unsigned int cmd, uint64_t arg)
{
	switch (cmd) {
	case SIOCINQ:
	case SIOCOUTQ:
	case SIOCATMARK:
	case SIOCOUTQNSD:
	case SIOCGSTAMP_OLD:
	case SIOCGSTAMPNS_OLD: return socket_ioctl(s, t, cmd, arg);
	}
	return device_ioctl(inet_fd(s), t, cmd, arg);
}
