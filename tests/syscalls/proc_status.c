/* tests/syscalls/proc_status.c - /proc/self/status: names, ids, signals, threads. */
#include "fs_check.h"
#include <pthread.h>
#include <sys/prctl.h>

static char buf[8192];

/* The rest of the line after "name:\t". */
static const char *field(const char *path, const char *name)
{
	static char out[256];
	char key[64], *p;

	must(read_file(path, buf, sizeof(buf)));
	snprintf(key, sizeof(key), "\n%s:\t", name);
	p = !strncmp(buf, key + 1, strlen(key + 1)) ? buf - 1 : strstr(buf, key);
	if (!p)
		return "(missing)";
	snprintf(out, sizeof(out), "%.*s", (int)strcspn(p + strlen(key), "\n"), p + strlen(key));
	return out;
}

static const char *own(const char *name)
{
	return field("/proc/self/status", name);
}

static bool has_signal(const char *name, int sig)
{
	return strtoull(own(name), NULL, 16) >> (sig - 1) & 1;
}

static void *idle(void *arg)
{
	await_byte(*(int *)arg);
	return NULL;
}

int main(void)
{
	static const char *const sizes[] = {"VmPeak", "VmSize", "VmHWM", "VmRSS",
					    "VmData", "VmStk",	"VmExe"};
	unsigned int r, e, s, f;
	sigset_t set;
	pthread_t t;
	int p[2];

	umask(027);
	must(prctl(PR_SET_NAME, "a \\name\nx"));
	show_str("Name", own("Name"));
	show_str("Umask", own("Umask"));
	show_str("State", own("State"));
	show_true("Tgid", atoi(own("Tgid")) == getpid());
	show_true("Pid", atoi(own("Pid")) == gettid());
	show_true("PPid", atoi(own("PPid")) == getppid());
	show_str("TracerPid", own("TracerPid"));
	show_val("Uid numbers", sscanf(own("Uid"), "%u %u %u %u", &r, &e, &s, &f));
	show_true("Uid", r == getuid() && e == geteuid());
	show_val("Gid numbers", sscanf(own("Gid"), "%u %u %u %u", &r, &e, &s, &f));
	show_true("Gid", r == getgid() && e == getegid());
	show_true("FDSize", atoi(own("FDSize")) > 0);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		unsigned long v = 0;
		char unit[8] = "";

		sscanf(own(sizes[i]), "%lu %7s", &v, unit);
		say("%s: above zero %d, unit %s", sizes[i], v > 0, unit);
	}
	show_str("Threads", own("Threads"));
	xpipe(p);
	if (pthread_create(&t, NULL, idle, &p[0]))
		die("pthread_create");
	show_str("Threads", own("Threads"));
	send_byte(p[1]);
	pthread_join(t, NULL);

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	show_true("SigBlk", has_signal("SigBlk", SIGUSR1) && has_signal("SigBlk", SIGUSR2));
	raise(SIGUSR1);
	kill(getpid(), SIGUSR2);
	say("SigPnd %d %d", has_signal("SigPnd", SIGUSR1), has_signal("SigPnd", SIGUSR2));
	say("ShdPnd %d %d", has_signal("ShdPnd", SIGUSR1), has_signal("ShdPnd", SIGUSR2));
	signal(SIGHUP, SIG_IGN);
	catch_signal(SIGWINCH, count_signal, 0);
	say("SigIgn %d %d", has_signal("SigIgn", SIGHUP), has_signal("SigIgn", SIGWINCH));
	say("SigCgt %d %d", has_signal("SigCgt", SIGHUP), has_signal("SigCgt", SIGWINCH));
	show_val("length of a signal set", strlen(own("SigBlk")));
	show_val("length of a capability set", strlen(own("CapEff")));
	show_str("NoNewPrivs", own("NoNewPrivs"));
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	show_str("NoNewPrivs", own("NoNewPrivs"));
	return 0;
}
