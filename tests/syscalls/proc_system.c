/*
 * tests/syscalls/proc_system.c - /proc/meminfo, cpuinfo, uptime, loadavg, stat, version and more.
 */
#include "fs_check.h"
#include <sys/utsname.h>

static char buf[1 << 18];

static void meminfo(void)
{
	static const char *const names[] = {"MemTotal", "MemFree",   "MemAvailable", "Buffers",
					    "Cached",	"SwapTotal", "SwapFree"};
	unsigned long v[ARRAY_LEN(names)] = {0};

	must(read_file("/proc/meminfo", buf, sizeof(buf)));
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *p = strstr(buf, names[i]), unit[4] = "";
		int n = p ? sscanf(p + strlen(names[i]), ": %lu %3s", &v[i], unit) : 0;

		say("%s: found %d, unit %s", names[i], n == 2, unit);
	}
	show_true("plausible", v[0] > 10000 && v[1] <= v[0] && v[2] <= v[0] && v[6] <= v[5]);
}

static void cpuinfo(void)
{
	int n = 0, last = -1, bad = 0;

	must(read_file("/proc/cpuinfo", buf, sizeof(buf)));
	for (char *p = buf; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
		int i;

		if (sscanf(p, "processor : %d", &i) == 1) {
			bad += i <= last;
			last = i;
			n++;
		}
	}
	say("cpuinfo: some processors %d, as many as sysconf tells %d, bad %d", n > 0,
	    n == sysconf(_SC_NPROCESSORS_ONLN), bad);
	show_true("flags", strstr(buf, "\nflags\t\t:") != NULL);
	show_true("vendor", strstr(buf, "\nvendor_id\t:") != NULL);
}

static void cpu_lines(void)
{
	unsigned long long v[10] = {0}, btime = 0, x;
	int cpus = 0;
	char *p;

	must(read_file("/proc/stat", buf, sizeof(buf)));
	show_val("numbers of cpu",
		 sscanf(buf, "cpu %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu", &v[0], &v[1],
			&v[2], &v[3], &v[4], &v[5], &v[6], &v[7], &v[8], &v[9]));
	for (p = buf; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
		cpus += !strncmp(p, "cpu", 3) && isdigit(p[3]);
	show_true("a line per processor", cpus >= 1 && cpus == sysconf(_SC_NPROCESSORS_ONLN));
	p = strstr(buf, "\nbtime ");
	show_true("btime in the past", p && sscanf(p, "\nbtime %llu", &btime) == 1 &&
					       btime > 1000000000 && (time_t)btime <= time(NULL));
	p = strstr(buf, "\nctxt ");
	show_true("ctxt", p && sscanf(p, "\nctxt %llu", &x) == 1);
	p = strstr(buf, "\nprocesses ");
	show_true("processes", p && sscanf(p, "\nprocesses %llu", &x) == 1);
	p = strstr(buf, "\nprocs_running ");
	show_true("procs_running", p && sscanf(p, "\nprocs_running %llu", &x) == 1);
}

int main(void)
{
	double up, idle, up2, l1, l2, l3;
	int running, all, last;
	struct utsname u;
	char want[400];

	meminfo();
	cpuinfo();
	cpu_lines();
	must(read_file("/proc/uptime", buf, sizeof(buf)));
	show_val("uptime, numbers", sscanf(buf, "%lf %lf", &up, &idle));
	nap_ms(20);
	must(read_file("/proc/uptime", buf, sizeof(buf)));
	sscanf(buf, "%lf", &up2);
	show_true("it goes on", up2 > up && up > 0);
	must(read_file("/proc/loadavg", buf, sizeof(buf)));
	show_val("loadavg, numbers",
		 sscanf(buf, "%lf %lf %lf %d/%d %d", &l1, &l2, &l3, &running, &all, &last));
	show_true("plausible", l1 >= 0 && l2 >= 0 && l3 >= 0 && running <= all && all > 0);
	must(uname(&u));
	must(read_file("/proc/version", buf, sizeof(buf)));
	snprintf(want, sizeof(want), "%s version %s ", u.sysname, u.release);
	show_true("version begins as uname tells", !strncmp(buf, want, strlen(want)));
	must(read_file("/proc/filesystems", buf, sizeof(buf)));
	show_true("proc", strstr(buf, "nodev\tproc\n") != NULL);
	show_true("tmpfs", strstr(buf, "nodev\ttmpfs\n") != NULL);
	must(read_file("/proc/cmdline", buf, sizeof(buf)));
	show_true("cmdline is a line", strchr(buf, '\n') && !strchr(buf, '\n')[1]);
	return 0;
}
