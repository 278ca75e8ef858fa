/*
 * tests/syscalls/landlock_files.c - Landlock: what a task that restricted itself may do with files:
 * open, make, remove, move, truncate, execute, mount
 */
#include "check.h"
#include <sys/mount.h>
#include <sys/prctl.h>

#define CREATE 444
#define ADD 445
#define RESTRICT 446

enum {
	EXECUTE = 1,
	WRITE_FILE = 2,
	READ_FILE = 4,
	READ_DIR = 8,
	REMOVE_DIR = 16,
	REMOVE_FILE = 32,
	MAKE_DIR = 128,
	MAKE_REG = 256,
	REFER = 1 << 13,
	TRUNCATE = 1 << 14,
	ALL = (1 << 15) - 1,
};

struct rule {
	uint64_t access;
	int fd;
} __attribute__((packed));

static int ruleset(uint64_t handled)
{
	uint64_t attr[1] = {handled};
	int fd = raw(CREATE, attr, sizeof(attr), 0);

	if (fd < 0)
		die("landlock_create_ruleset");
	return fd;
}

static void allow(int set, const char *path, uint64_t access)
{
	struct rule r = {access, open(path, O_PATH | O_CLOEXEC)};

	if (raw(ADD, set, 1, &r, 0) < 0)
		die("landlock_add_rule %s", path);
	close(r.fd);
}

static void restrict_self(int set)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || raw(RESTRICT, set, 0) < 0)
		die("landlock_restrict_self");
	close(set);
}

static int opens(void *arg)
{
	int set = ruleset(ALL);

	(void)arg;
	allow(set, "open", READ_FILE | READ_DIR | WRITE_FILE | MAKE_REG);
	allow(set, "shut/file", READ_FILE);
	restrict_self(set);
	show_fd("open dir", open("open", O_RDONLY));
	show_fd("shut dir", open("shut", O_RDONLY));
	show_fd("this dir", open(".", O_RDONLY));
	show_fd("path", open("shut", O_PATH));
	show_fd("read in open", open("open/file", O_RDONLY));
	show_fd("write in open", open("open/file", O_RDWR));
	show_fd("truncate in open", open("open/file", O_WRONLY | O_TRUNC));
	show("truncate", truncate("open/file", 0));
	show("ftruncate", ftruncate(open("open/file", O_WRONLY), 0));
	show_fd("deeper", open("open/dir/file", O_RDONLY));
	show_fd("make in open", open("open/new", O_WRONLY | O_CREAT, 0600));
	show_fd("make in shut", open("shut/new", O_WRONLY | O_CREAT, 0600));
	show_fd("one file", open("shut/file", O_RDONLY));
	show_fd("write one file", open("shut/file", O_WRONLY));
	show_fd("through a link", open("open/link", O_RDONLY));
	show("stat", access("shut/file", R_OK));
	show("chmod", chmod("shut/file", 0640));
	show("mkdir", mkdir("open/sub", 0700));
	show("mkdir there", mkdir("open", 0700));
	show("symlink", symlink("x", "open/x"));
	show("fifo", mkfifo("open/fifo", 0600));
	show("unlink", unlink("open/file"));
	show("unlink nothing", unlink("open/nothing"));
	show("rmdir", rmdir("open/dir"));
	show("execute", execl("open/file", "x", NULL));
	show("mount", mount("none", "open", "tmpfs", 0, ""));
	return 0;
}

static int moves(void *arg)
{
	int set = ruleset(ALL & ~TRUNCATE);

	(void)arg;
	allow(set, "open", REMOVE_FILE | REMOVE_DIR | MAKE_REG | MAKE_DIR | REFER | READ_FILE);
	allow(set, "shut", MAKE_REG);
	allow(set, "half", REMOVE_FILE | MAKE_REG | REFER);
	restrict_self(set);
	show("in place", rename("open/file", "open/file2"));
	show("into another", rename("open/file2", "open/dir/file2"));
	show("back", rename("open/dir/file2", "open/file"));
	show("to where it may less", rename("open/file", "half/file"));
	show("to where it may more", rename("half/file", "open/file"));
	show("to where no move is allowed", rename("half/file", "shut/file2"));
	show("link there", link("half/file", "shut/file3"));
	show("link in place", link("half/file", "half/file3"));
	show("directory", rename("open/dir", "half/dir"));
	show("over another", rename("half/file3", "half/file"));
	show("exchange", syscall(SYS_renameat2, AT_FDCWD, "half/file", AT_FDCWD, "half/file3", 2));
	return 0;
}

static int layers(void *arg)
{
	int set = ruleset(READ_FILE);

	(void)arg;
	allow(set, "open", READ_FILE);
	restrict_self(set);
	show_fd("first", open("open/file", O_RDONLY));
	show_fd("not handled", open("shut/file", O_WRONLY));
	set = ruleset(READ_FILE | WRITE_FILE);
	allow(set, "shut", READ_FILE | WRITE_FILE);
	restrict_self(set);
	show_fd("second", open("open/file", O_RDONLY));
	show_fd("both", open("shut/file", O_RDONLY));
	show_fd("write", open("shut/file", O_WRONLY));
	for (int i = 2; i < 16; i++)
		if (raw(RESTRICT, set = ruleset(EXECUTE), 0) < 0)
			die("layer %d", i);
	show("too many", raw(RESTRICT, set, 0));
	return 0;
}

int main(void)
{
	const char *dirs[] = {"open", "shut", "half", "open/dir"};
	char path[64];

	if (raw(CREATE, NULL, 0, 1) < 3)
		die("no Landlock");
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		mkdir(dirs[i], 0755);
		snprintf(path, sizeof(path), "%s/file", dirs[i]);
		write_file(path, "text");
	}
	if (symlink("../shut/file", "open/link") < 0)
		die("symlink");
	show_status("opens", run_child(opens, NULL));
	write_file("open/file", "text");
	show_status("moves", run_child(moves, NULL));
	write_file("open/file", "text");
	show_status("layers", run_child(layers, NULL));
	show_fd("free", open("shut/file", O_RDWR));
	return 0;
}
