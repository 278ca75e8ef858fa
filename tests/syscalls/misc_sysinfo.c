/*
 * tests/syscalls/misc_sysinfo.c - sysinfo(2), uname(2), gethostname(2), getdomainname(2): relations
 * and presence of the fields.
 */
#include "check.h"
#include <sys/sysinfo.h>
#include <sys/utsname.h>

int main(void)
{
	struct sysinfo si;
	struct utsname u;
	struct timespec ts;
	char name[65], buf[256];
	int major = 0;

	memset(&si, 0xff, sizeof(si));
	show("sysinfo", sysinfo(&si));
	show_true("memory", si.totalram > 0 && si.freeram <= si.totalram);
	show_true("swap", si.freeswap <= si.totalswap);
	show_true("unit", si.mem_unit >= 1);
	show_true("processes", si.procs > 0);
	clock_gettime(CLOCK_BOOTTIME, &ts);
	show_true("uptime", si.uptime > 0 && si.uptime <= ts.tv_sec + 1);

	memset(&u, 'x', sizeof(u));
	show("uname", uname(&u));
	show_str("sysname", u.sysname);
	show_true("nodename", strlen(u.nodename) < 65 && u.nodename[0]);
	sscanf(u.release, "%d.", &major);
	show_true("release", major >= 3);
	show_true("version", u.version[0] == '#');
#ifdef __x86_64__
	show_str("machine", u.machine);
#endif
	show("gethostname", gethostname(name, sizeof(name)));
	show_true("is the node name", strcmp(name, u.nodename) == 0);
	read_file("/proc/sys/kernel/hostname", buf, sizeof(buf));
	buf[strcspn(buf, "\n")] = '\0';
	show_true("in /proc", strcmp(buf, u.nodename) == 0);
	read_file("/proc/sys/kernel/osrelease", buf, sizeof(buf));
	buf[strcspn(buf, "\n")] = '\0';
	show_true("release in /proc", strcmp(buf, u.release) == 0);
	return 0;
}
