/*
 * tests/syscalls/fast_again.c - a program that is executed again and again and makes many calls each time,
 * as the same user and as another one: what was learned about its code in one run is used in the next.
 */
#include "fs_check.h"

#include <dirent.h>

#define RUNS 12
#define LOOPS 60

static int many_calls(void)
{
	int bad = 0;

	for (int i = 0; i < LOOPS; i++) {
		int fd = open("again", O_RDWR);
		struct stat st;
		char b[8];
		DIR *d;

		bad += fd < 0 || fstat(fd, &st) < 0 || st.st_size != 6;
		bad += pwrite(fd, "again!", 6, 0) != 6 || pread(fd, b, sizeof(b), 0) != 6;
		bad += memcmp(b, "again!", 6) != 0 || lseek(fd, 2, SEEK_SET) != 2;
		bad += read(fd, b, sizeof(b)) != 4 || read(fd, b, sizeof(b)) != 0;
		bad += close(fd) != 0 || close(fd) == 0;
		bad += access("absent", F_OK) == 0 || stat("again", &st) < 0;
		d = opendir(".");
		bad += !d || !readdir(d);
		if (d)
			closedir(d);
		bad += getpid() != (int)raw(SYS_getpid) || getppid() <= 0;
	}
	return bad;
}

static void run(unsigned int uid)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (uid && (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0))
			_exit(90);
		execl("/proc/self/exe", "self", "again", NULL);
		_exit(91);
	}
	waitpid(pid, &status, 0);
	if (status)
		show_status("run", status);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return many_calls() > 0;
	umask(0);
	chmod(".", 0777);
	write(open("again", O_CREAT | O_RDWR, 0666), "again!", 6);
	for (int i = 0; i < RUNS; i++)
		run(0);
	for (int i = 0; i < RUNS && geteuid() == 0; i++)
		run(i % 3 ? 1000 : 0);
	printf("done\n");
	return 0;
}
