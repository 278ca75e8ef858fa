/*
 * tests/syscalls/sched_affinity_busy.c - what sched_getaffinity(2) and /proc say does not change when
 * a task makes many calls, nor what its threads and children inherit.
 */
#include "check.h"
#include <pthread.h>
#include <sched.h>

#define MANY 300

static unsigned long first[128], one[128];
static char list_before[256];

static void many_calls(void)
{
	for (int i = 0; i < MANY; i++)
		raw(SYS_getppid);
}

static void allowed_list(char *to, size_t size)
{
	char line[512];
	FILE *f = fopen("/proc/thread-self/status", "r");

	to[0] = '\0';
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "Cpus_allowed_list:", 18) == 0)
			snprintf(to, size, "%s", line + 18);
	if (f)
		fclose(f);
}

static int same(const unsigned long *want)
{
	unsigned long now[128] = {0};

	raw(SYS_sched_getaffinity, 0, sizeof(now), now);
	return memcmp(now, want, sizeof(now)) == 0;
}

static void *in_thread(void *want)
{
	many_calls();
	return (void *)(long)same(want);
}

static void show_inherited(const char *what, unsigned long *want)
{
	char name[64];
	pthread_t thread;
	void *ok = NULL;
	int status;

	many_calls();
	if (xfork() == 0) {
		int before = same(want);

		many_calls();
		_exit(before && same(want) ? 3 : 4);
	}
	wait(&status);
	snprintf(name, sizeof(name), "%s: child", what);
	show_status(name, status);
	many_calls();
	pthread_create(&thread, NULL, in_thread, want);
	pthread_join(thread, &ok);
	snprintf(name, sizeof(name), "%s: thread", what);
	show_true(name, ok != NULL);
	many_calls();
	snprintf(name, sizeof(name), "%s: itself", what);
	show_true(name, same(want));
}

/* Another's is asked for while that one makes calls. */
static void show_others(void)
{
	unsigned long now[128] = {0};
	int good = 1, status;
	pid_t child = xfork();

	if (child == 0)
		for (;;)
			raw(SYS_getppid);
	for (int i = 0; i < 10; i++) {
		raw(SYS_sched_getaffinity, child, sizeof(now), now);
		good &= memcmp(now, first, sizeof(now)) == 0;
		many_calls();
	}
	show_true("another's", good);
	show("set another's", raw(SYS_sched_setaffinity, child, sizeof(one), one));
	many_calls();
	raw(SYS_sched_getaffinity, child, sizeof(now), now);
	show_true("is set", memcmp(now, one, sizeof(now)) == 0);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
}

int main(void)
{
	char list[256];

	usleep(50000); /* the program's start is many calls, too */
	raw(SYS_sched_getaffinity, 0, sizeof(first), first);
	for (int i = 8191; i >= 0; i--)
		if (first[i / 64] >> i % 64 & 1) {
			one[i / 64] = 1UL << i % 64;
			break;
		}
	usleep(50000);
	allowed_list(list_before, sizeof(list_before));
	many_calls();
	allowed_list(list, sizeof(list));
	show_true("/proc is as before", strcmp(list, list_before) == 0 && list[0]);
	show_inherited("all", first);
	show_others();
	many_calls();
	show("one CPU", raw(SYS_sched_setaffinity, 0, sizeof(one), one));
	show_inherited("one", one);
	show("all again", raw(SYS_sched_setaffinity, 0, sizeof(first), first));
	show_inherited("all again", first);
	return 0;
}
