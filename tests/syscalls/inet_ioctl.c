/* tests/syscalls/inet_ioctl.c - netdevice(7) of the loopback interface, and ioctls of sockets. */
#include "inet_check.h"
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>

static int s;

static struct ifreq ask(const char *what, unsigned long cmd, const char *name)
{
	struct ifreq r = {0};

	strncpy(r.ifr_name, name, IFNAMSIZ - 1);
	show(what, ioctl(s, cmd, &r));
	return r;
}

int main(void)
{
	struct ifreq r, list[64];
	struct ifconf c = {.ifc_len = sizeof(list), .ifc_req = list};
	int n = -1;

	s = must(socket(AF_INET, SOCK_DGRAM, 0));
	r = ask("SIOCGIFINDEX", SIOCGIFINDEX, "lo");
	say("  %d", r.ifr_ifindex);
	r.ifr_ifindex = 1;
	show("SIOCGIFNAME", ioctl(s, SIOCGIFNAME, &r));
	say("  %s", r.ifr_name);
	r = ask("SIOCGIFFLAGS", SIOCGIFFLAGS, "lo");
	say("  %#x", r.ifr_flags & (IFF_UP | IFF_LOOPBACK | IFF_RUNNING | IFF_BROADCAST));
	r = ask("SIOCGIFADDR", SIOCGIFADDR, "lo");
	say("  %s", inet_ntoa(((struct sockaddr_in *)&r.ifr_addr)->sin_addr));
	r = ask("SIOCGIFNETMASK", SIOCGIFNETMASK, "lo");
	say("  %s", inet_ntoa(((struct sockaddr_in *)&r.ifr_addr)->sin_addr));
	r = ask("SIOCGIFMTU", SIOCGIFMTU, "lo");
	say("  %d", r.ifr_mtu);
	r = ask("SIOCGIFHWADDR", SIOCGIFHWADDR, "lo");
	say("  type %d", r.ifr_hwaddr.sa_family);
	ask("no such interface", SIOCGIFFLAGS, "nosuch7");
	show("bad pointer", ioctl(s, SIOCGIFFLAGS, BAD_PTR));
	show("SIOCGIFCONF", ioctl(s, SIOCGIFCONF, &c));
	say("  some: %d", c.ifc_len >= (int)sizeof(list[0]));
	say("  first: %s", list[0].ifr_name);
	c.ifc_len = 10;
	show("too small", ioctl(s, SIOCGIFCONF, &c));
	say("  %d", c.ifc_len);
	c.ifc_req = NULL;
	show("how much", ioctl(s, SIOCGIFCONF, &c));
	say("  some: %d", c.ifc_len >= (int)sizeof(list[0]));
	show("if_nametoindex", if_nametoindex("lo"));
	show("FIONREAD", ioctl(s, FIONREAD, &n));
	say("  %d", n);
	show("SIOCOUTQ", ioctl(s, SIOCOUTQ, &n));
	say("  %d", n);
	show("SIOCGSTAMP", ioctl(s, 0x8906, list));
	show("TCGETS", ioctl(s, 0x5401, list));
	show("unknown", ioctl(s, 0x1234, list));
	return 0;
}
