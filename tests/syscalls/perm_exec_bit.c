/* tests/syscalls/perm_exec_bit.c - execve(2): the x bit, directories, text, search permission. */
#include "fs_check.h"

static void try(const char *what, const char *path)
{
	pid_t pid = xfork();

	if (pid == 0) {
		execl(path, "prog", "arg", NULL);
		show(what, -1);
		_exit(0);
	}
	xwait(pid);
}

static void copy_program(const char *path, mode_t mode)
{
	static char buf[65536];
	int in = xopen("/proc/self/exe", O_RDONLY, 0);
	int out = xopen(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, n) != n)
			die("write");
	close(in);
	close(out);
	xchmod(path, mode);
}

static void all(void *arg)
{
	(void)arg;
	try("0755", "./x755");
	try("0644", "./x644");
	try("0711", "./x711");
	try("0666", "./x666");
	try("0001", "./x001");
	try("in a closed directory", "closed/prog");
	try("directory", "dir");
	try("text", "./text");
	try("empty file", "./empty");
	try("fifo", "./fifo");
	try("/dev/null", "/dev/null");
	try("symlink", "./link");
	try("missing", "./missing");
	try("x755/", "./x755/");
	try("no path", "");
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		say("program runs");
		return 0;
	}
	umask(0);
	copy_program("x755", 0755);
	copy_program("x644", 0644);
	copy_program("x711", 0711);
	copy_program("x666", 0666);
	copy_program("x001", 0001);
	xmkdir("closed", 0755);
	copy_program("closed/prog", 0755);
	xchmod("closed", 0700);
	xmkdir("dir", 0755);
	write_file("text", "plain text\n");
	xchmod("text", 0755);
	write_file("empty", "");
	xchmod("empty", 0755);
	must(mkfifo("fifo", 0777));
	xsymlink("x755", "link");
	all(NULL);
	if (geteuid() == 0) {
		say("another user:");
		as_user(USER_A, GROUP_A, all, NULL);
	}
	return 0;
}
