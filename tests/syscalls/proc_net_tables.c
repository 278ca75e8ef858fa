/* /proc/net/tcp and its like: the lines of sockets, and of the interface lo; /sys/class/net/lo. */
#include "check.h"
#include "netlink_check.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static struct {
	int fd;
	unsigned long ino;
} socks[8];
static int nr_socks;

static int make(int family, int type, const char *addr, int port)
{
	struct sockaddr_in6 a = {.sin6_family = family, .sin6_port = htons(port)};
	socklen_t len = sizeof(a);
	struct stat st;
	int fd = socket(family, type, 0);

	if (family == AF_INET)
		inet_pton(family, addr, &((struct sockaddr_in *)&a)->sin_addr);
	else
		inet_pton(family, addr, &a.sin6_addr);
	if (fd < 0 || bind(fd, (void *)&a, len) < 0 || fstat(fd, &st) < 0)
		die("socket");
	socks[nr_socks].fd = fd;
	socks[nr_socks++].ino = st.st_ino;
	return fd;
}

/* Without what differs from run to run: slot, inode, address of the object. */
static void show_table(const char *path)
{
	char line[512], local[80], remote[80], queues[40], timer[40], retr[20];
	FILE *f = fopen(path, "r");
	unsigned long ino;
	unsigned int st, uid, timeout, refs;
	int nr = 0;

	if (!f)
		die("%s", path);
	while (fgets(line, sizeof(line), f)) {
		int n = -1;

		if (nr++ == 0) {
			say("%s: title of %zu: %.60s", path, strlen(line), line);
			continue;
		}
		if (sscanf(line, "%*d: %79s %79s %x %39s %39s %19s %u %u %lu %u", local, remote,
			   &st, queues, timer, retr, &uid, &timeout, &ino, &refs) != 10) {
			say("%s: odd line", path);
			continue;
		}
		for (int i = 0; i < nr_socks; i++)
			if (socks[i].ino == ino)
				n = i;
		say("%s: socket %d %s %s st %x %s %s %s uid %u timeout %u refs %u width %zu", path,
		    n, local, remote, st, queues, timer, retr, uid, timeout, refs,
		    strstr(path, "6") ? 0 : strlen(line));
	}
	fclose(f);
}

static void show_file(const char *path)
{
	char buf[128] = "";
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	say("%s: %s%s", path, n < 0 ? errno_name(errno) : buf, n < 0 ? "\n" : "");
	close(fd);
}

/* Without " mem N": natively these are the pages of all network namespaces together. */
static void grep(const char *path, const char *word)
{
	char line[512], *mem;
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof(line), f)) {
		if (!strstr(line, word))
			continue;
		mem = strstr(line, " mem ");
		if (mem)
			strcpy(mem, "\n");
		printf("%s: %s", path, line);
	}
	if (f)
		fclose(f);
}

int main(void)
{
	int l, c;
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(8080)};

	fresh_network();
	grep("/proc/net/dev", "lo:");
	l = make(AF_INET, SOCK_STREAM, "127.0.0.1", 8080);
	listen(l, 5);
	listen(make(AF_INET6, SOCK_STREAM, "::1", 8081), 5);
	make(AF_INET, SOCK_DGRAM, "0.0.0.0", 5353);
	make(AF_INET6, SOCK_DGRAM, "::", 5354);
	socket(AF_INET, SOCK_STREAM, 0);
	socket(AF_INET, SOCK_DGRAM, 0);
	show_table("/proc/net/tcp");
	show_table("/proc/net/tcp6");
	show_table("/proc/net/udp");
	show_table("/proc/net/udp6");
	c = make(AF_INET, SOCK_STREAM, "127.0.0.1", 4444);
	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	if (connect(c, (void *)&to, sizeof(to)) < 0)
		die("connect");
	grep("/proc/net/sockstat", "UDP: ");
	grep("/proc/net/sockstat6", "TCP6: ");
	grep("/proc/net/sockstat6", "UDP6: ");
	grep("/proc/net/if_inet6", "lo");
	grep("/proc/net/route", "Iface");
	grep("/proc/net/arp", "IP");
	grep("/proc/net/igmp", "lo");
	grep("/proc/self/net/raw", "sl");
	show_file("/sys/class/net/lo/address");
	show_file("/sys/class/net/lo/mtu");
	show_file("/sys/class/net/lo/flags");
	show_file("/sys/class/net/lo/operstate");
	show_file("/sys/class/net/lo/ifindex");
	show_file("/sys/class/net/lo/type");
	show_file("/sys/class/net/lo/addr_len");
	show_file("/sys/class/net/lo/carrier");
	show_file("/sys/class/net/nothere/mtu");
	say("%s",
	    readlink("/sys/class/net/lo", (char[64]){0}, 64) > 0 ? "link" : errno_name(errno));
	return 0;
}
