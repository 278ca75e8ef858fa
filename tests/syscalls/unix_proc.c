/* tests/syscalls/unix_proc.c - sockets as others see them: /proc/net/unix, /proc/self/fd, reopening. */
#include "fs_check.h"
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/vfs.h>

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The table's lines with that name, in an order of our own. */
static void lines(const char *what, const char *path)
{
	char line[512], found[8][256];
	FILE *f = fopen("/proc/net/unix", "r");
	int nr = 0;

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, path) && nr < 8) {
			unsigned int flags, type, st;
			char name[200] = "";

			sscanf(line, "%*s %*s %*s %x %x %x %*u %199s", &flags, &type, &st, name);
			sprintf(found[nr++], "flags %x type %x state %x name %s", flags, type, st,
				name);
		}
	if (f)
		fclose(f);
	qsort(found, nr, sizeof(found[0]), compare);
	say("%s:", what);
	for (int i = 0; i < nr; i++)
		say("  %s", found[i]);
}

int main(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "listen-here"};
	int l = must(socket(AF_UNIX, SOCK_STREAM, 0)), c = must(socket(AF_UNIX, SOCK_STREAM, 0)), s;
	char name[64], text[64];
	struct statfs fs;
	struct stat st;

	must(bind(l, (struct sockaddr *)&a, sizeof(a)));
	lines("bound", "listen-here");
	must(listen(l, 1));
	lines("listening", "listen-here");
	must(connect(c, (struct sockaddr *)&a, sizeof(a)));
	s = must(accept(l, NULL, NULL));
	lines("connected", "listen-here");
	a.sun_path[0] = 0;
	must(bind(c, (struct sockaddr *)&a, 2 + 9));
	lines("abstract", "@isten-he");
	close(l);
	close(c);
	close(s);
	lines("closed", "listen-here");
	s = must(socket(AF_UNIX, SOCK_DGRAM, 0));
	must(fstat(s, &st));
	sprintf(name, "/proc/self/fd/%d", s);
	must(readlink(name, text, sizeof(text)) > 0 ? 0 : -1);
	show_true("socket:[inode]", atol(text + 8) == (long)st.st_ino);
	show("reopen", open(name, O_RDWR));
	must(fstatfs(s, &fs));
	show_true("sockfs", fs.f_type == 0x534f434b);
	return 0;
}
