/* The C library's questions about interfaces: getifaddrs(3), if_nameindex(3), netdevice(7). */
#include "check.h"
#include "netlink_check.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netpacket/packet.h>

static void show_addr(const struct ifaddrs *a)
{
	char text[64] = "", mask[64] = "";

	if (a->ifa_addr->sa_family == AF_PACKET) {
		const struct sockaddr_ll *l = (void *)a->ifa_addr;

		say("%s flags %#x packet index %d type %d len %d", a->ifa_name, a->ifa_flags,
		    l->sll_ifindex, l->sll_hatype, l->sll_halen);
		return;
	}
	inet_ntop(a->ifa_addr->sa_family,
		  a->ifa_addr->sa_family == AF_INET
			  ? (void *)&((struct sockaddr_in *)a->ifa_addr)->sin_addr
			  : &((struct sockaddr_in6 *)a->ifa_addr)->sin6_addr,
		  text, sizeof(text));
	inet_ntop(a->ifa_addr->sa_family,
		  a->ifa_addr->sa_family == AF_INET
			  ? (void *)&((struct sockaddr_in *)a->ifa_netmask)->sin_addr
			  : &((struct sockaddr_in6 *)a->ifa_netmask)->sin6_addr,
		  mask, sizeof(mask));
	say("%s flags %#x %s mask %s", a->ifa_name, a->ifa_flags, text, mask);
}

static void by_ioctl(const char *what, int fd)
{
	struct ifreq r = {.ifr_name = "lo"};
	int e = ioctl(fd, SIOCGIFINDEX, &r) < 0 ? errno : 0;

	say("%s: index %s %d", what, errno_name(e), r.ifr_ifindex);
	e = ioctl(fd, SIOCGIFMTU, &r) < 0 ? errno : 0;
	say("%s: mtu %s %d", what, errno_name(e), r.ifr_mtu);
	strcpy(r.ifr_name, "none");
	e = ioctl(fd, SIOCGIFFLAGS, &r) < 0 ? errno : 0;
	say("%s: none %s", what, errno_name(e));
	e = ioctl(fd, SIOCGIFFLAGS, BAD_PTR) < 0 ? errno : 0;
	say("%s: bad %s", what, errno_name(e));
}

/* The length means nothing without a buffer, and may be anything. */
static void list(int fd, int len, bool with_buffer)
{
	struct ifreq r[4] = {0};
	struct ifconf c = {.ifc_len = len, .ifc_req = with_buffer ? r : NULL};
	int e = ioctl(fd, SIOCGIFCONF, &c) < 0 ? errno : 0;

	say("list of %d, %d: %s %d %s", len, with_buffer, errno_name(e), c.ifc_len, r[0].ifr_name);
}

int main(void)
{
	int fd;

	struct if_nameindex *names;
	struct ifaddrs *all;

	fresh_network();
	if (getifaddrs(&all) < 0)
		die("getifaddrs");
	for (struct ifaddrs *a = all; a; a = a->ifa_next)
		show_addr(a);
	names = if_nameindex();
	for (int i = 0; names && names[i].if_index; i++)
		say("%u %s", names[i].if_index, names[i].if_name);
	say("lo is %u, none is %u", if_nametoindex("lo"), if_nametoindex("none"));
	by_ioctl("unix", socket(AF_UNIX, SOCK_DGRAM, 0));
	by_ioctl("netlink", nl_socket(0));
	by_ioctl("inet6", socket(AF_INET6, SOCK_DGRAM, 0));
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	list(fd, 0, false);
	list(fd, -5, false);
	list(fd, -5, true);
	list(fd, 39, true);
	list(fd, 160, true);
	return 0;
}
