/*
 * tests/syscalls/exec_names.c - execve(2) of one program by many names: relative, with dots and slashes,
 * a name that is also a directory's, long and deep ones, names of what the root might hold.
 */
#include "fs_check.h"

#include <sys/auxv.h>

#define DEPTH 45

static void run(const char *path)
{
	char *const argv[] = {(char *)"shown", NULL};
	char *const envp[] = {NULL};
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execve(path, argv, envp);
		show("execve", -1);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (status)
		show_val("status", status);
}

/* A copy of this program. */
static void put(const char *path)
{
	int from = open("/proc/self/exe", O_RDONLY), to = open(path, O_CREAT | O_WRONLY, 0755);
	static char buf[65536];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, (size_t)n) != n)
			break;
	show_val("copied", n);
	close(from);
	close(to);
}

static void deep(void)
{
	char path[DEPTH * 3 + 16] = "";

	for (int i = 0; i < DEPTH; i++) {
		strcat(path, "d/");
		mkdir(path, 0755);
	}
	strcat(path, "prog");
	put(path);
	run(path);
}

int main(int argc, char **argv)
{
	char name[256], path[300];

	if (argc == 1 && strcmp(argv[0], "shown") == 0) {
		const char *as = (const char *)getauxval(AT_EXECFN);
		const char *slash = strrchr(as, '/');

		printf("runs as ...%.20s, %zu\n", slash ? slash : as, strlen(slash ? slash : as));
		return 0;
	}
	put("prog");
	run("prog");
	run("./prog");
	run(".//prog");
	run("./././prog");
	run("prog/");
	run("prog/.");
	run("prog/prog");
	mkdir("dir", 0755);
	put("dir/prog");
	put("dir/dir");
	run("dir/prog");
	run("dir/../prog");
	run("dir//prog");
	run("dir/dir");
	run("dir/../dir/dir");
	run("dir");
	symlink("dir", "link");
	symlink("dir/prog", "link-to-prog");
	run("link/prog");
	run("link-to-prog");
	for (size_t i = 0; i < 3; i++) {
		static const char *const special[] = {"stub", "door", "prog.sh"};

		put(special[i]);
		run(special[i]);
		snprintf(path, sizeof(path), "dir/../%s", special[i]);
		run(path);
	}
	mkdir("stub-dir", 0755);
	rename("stub", "stub-dir/stub");
	run("stub-dir/stub");
	memset(name, 'n', 255);
	name[255] = '\0';
	put(name);
	run(name);
	run("");
	run("absent");
	unlink("prog");
	run("prog");
	put("prog");
	run("prog");
	deep();
	return 0;
}
