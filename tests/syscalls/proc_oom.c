/* tests/syscalls/proc_oom.c - /proc/self/oom_score_adj: values that are taken and refused. */
#include "fs_check.h"

static void set(const char *what, const char *text)
{
	int fd = xopen("/proc/self/oom_score_adj", O_RDWR, 0);
	char label[64];

	snprintf(label, sizeof(label), "write %s", what);
	show(label, write(fd, text, strlen(text)));
	close(fd);
}

static int child(void *arg)
{
	(void)arg;
	show_file("inherited", "/proc/self/oom_score_adj");
	set("700", "700");
	show_file("child", "/proc/self/oom_score_adj");
	return 0;
}

int main(void)
{
	char buf[32];
	int v = -1;

	must(read_file("/proc/self/oom_score_adj", buf, sizeof(buf)));
	show_true("a number", sscanf(buf, "%d", &v) == 1 && v >= -1000 && v <= 1000);
	/* Whatever it is natively: from 500 on only what is larger is written. */
	set("500", "500");
	show_file("is", "/proc/self/oom_score_adj");
	set("600 and a newline", "600\n");
	show_file("is", "/proc/self/oom_score_adj");
	set("1001", "1001");
	set("-1001", "-1001");
	set("abc", "abc");
	set("700 and a blank", "700 ");
	show_file("is", "/proc/self/oom_score_adj");
	run_child(child, NULL);
	set("1000", "1000");
	show_file("is", "/proc/self/oom_score_adj");
	must(read_file("/proc/self/oom_score", buf, sizeof(buf)));
	show_true("oom_score is a number", sscanf(buf, "%d", &v) == 1 && v >= 0);
	return 0;
}
