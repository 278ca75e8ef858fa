/*
 * platform/stub/init.c - pid 1 of a sandbox: starts the command, reaps, tells how it ended
 *
 * Model: pid 1 is special on Linux (signals without a handler do not end it, orphans become its
 * children), and few programs are written for that. So the command runs as pid 2, and this one
 * waits. When the command has ended, so has the sandbox: pid 1 exits, which ends all others.
 *
 * The command is looked for as execvpe(3) does, with the PATH of the environment that it gets. But what
 * is not text is no script: a damaged program is an error, and not given to the shell.
 *
 * Differences from Linux: none that a guest could see; the exit status of pid 1 is the command's,
 * 128 plus the signal's number where one ended it.
 */
#include "platform/stub/stub.h"

#include <asm/ioctls.h>
#include <asm/unistd_64.h>
#include <linux/errno.h>
#include <linux/mman.h>
#include <linux/sched.h>

#define SIGCHLD_NR 17
#define PATH_SIZE 4096
#define NAME_SIZE 255
#define O_RDONLY_CLOEXEC 02000000
#define DEFAULT_PATH "/bin:/usr/bin" /* what the C libraries take without PATH */

struct command {
	const char *name;
	uint64_t argc;
	uint64_t *argv, *envp;
	uint64_t *spare; /* room for argc + 2 pointers */
	const char *path;
};

static const char *string_after(const char *s)
{
	return s + strlen(s) + 1;
}

static const char *match_path(const char *env)
{
	const char *want = "PATH=";

	while (*want)
		if (*env++ != *want++)
			return NULL;
	return env;
}

/* The arrays of pointers go to the plan's scratch area: argv, envp, then the spare one. */
static void prepare(const struct stub_plan *plan, struct command *c)
{
	uint64_t *slot = PTR(plan_at(plan, plan->scratch));
	const char *s = plan_at(plan, plan->args);

	c->name = plan_at(plan, plan->execfn);
	c->argc = plan->nr_args;
	c->argv = slot;
	for (uint32_t i = 0; i < plan->nr_args; i++, s = string_after(s))
		*slot++ = U64(s);
	*slot++ = 0;
	c->envp = slot;
	c->path = NULL;
	s = plan_at(plan, plan->env);
	for (uint32_t i = 0; i < plan->nr_env; i++, s = string_after(s)) {
		*slot++ = U64(s);
		if (!c->path)
			c->path = match_path(s);
	}
	*slot++ = 0;
	c->spare = slot;
	if (!c->path)
		c->path = DEFAULT_PATH;
}

/* As shells decide it: a NUL in the first line. What cannot be read cannot be a script either. */
static bool is_binary(const char *file)
{
	char buf[128];
	long fd = sys3(__NR_open, U64(file), O_RDONLY_CLOEXEC, 0), n;

	if (is_error(fd))
		return true;
	n = sys3(__NR_read, (uint64_t)fd, U64(buf), sizeof(buf));
	sys3(__NR_close, (uint64_t)fd, 0, 0);
	if (is_error(n))
		return true;
	for (long i = 0; i < n && buf[i] != '\n'; i++)
		if (!buf[i])
			return true;
	return false;
}

/* A file without a known format is given to the shell. Returns the errno, positive. */
static int exec_file(const struct command *c, const char *file)
{
	long r = sys3(__NR_execve, U64(file), U64(c->argv), U64(c->envp));

	if (r == -ENOEXEC && !is_binary(file)) {
		uint64_t *argv = c->spare;

		*argv++ = U64("/bin/sh");
		*argv++ = U64(file);
		for (uint64_t i = 1; i <= c->argc; i++)
			*argv++ = c->argv[i];
		if (!is_error(sys3(__NR_execve, U64("/bin/sh"), U64(c->spare), U64(c->envp))))
			die();
	}
	return (int)-r;
}

static bool has_slash(const char *s)
{
	for (; *s; s++)
		if (*s == '/')
			return true;
	return false;
}

/* dir/name into buf; an empty dir is the working directory. False if it is too long. */
static bool join(char *buf, const char *dir, size_t dir_len, const char *name, size_t name_len)
{
	if (dir_len + 1 + name_len + 1 > PATH_SIZE)
		return false;
	memcpy(buf, dir, dir_len);
	buf += dir_len;
	if (dir_len)
		*buf++ = '/';
	memcpy(buf, name, name_len + 1);
	return true;
}

static int exec_search(const struct command *c)
{
	char buf[PATH_SIZE];
	size_t name_len = strlen(c->name);
	const char *dir = c->path;
	bool denied = false;

	if (!name_len)
		return ENOENT;
	if (has_slash(c->name))
		return exec_file(c, c->name);
	if (name_len > NAME_SIZE)
		return ENAMETOOLONG;
	for (;;) {
		const char *end = dir;
		int err = ENOENT;

		while (*end && *end != ':')
			end++;
		if (join(buf, dir, (size_t)(end - dir), c->name, name_len))
			err = exec_file(c, buf);
		if (err == EACCES)
			denied = true;
		else if (err != ENOENT && err != ESTALE && err != ENOTDIR && err != ENODEV &&
			 err != ETIMEDOUT)
			return err;
		if (!*end)
			break;
		dir = end + 1;
	}
	return denied ? EACCES : ENOENT;
}

static _Noreturn void exit_group(int status)
{
	for (;;)
		sys3(__NR_exit_group, (uint64_t)status, 0, 0);
}

static _Noreturn void become_command(const struct stub_plan *plan, const struct command *c)
{
	bool exact = plan->flags & STUB_EXACT;
	int err;

	if (plan->flags & STUB_SETSID)
		sys3(__NR_setsid, 0, 0, 0);
	if (plan->flags & STUB_CTTY)
		sys3(__NR_ioctl, 0, TIOCSCTTY, 0);
	if (exact)
		err = (int)-sys3(__NR_execve, U64(c->name), U64(c->argv), U64(c->envp));
	else
		err = exec_search(c);
	sys3(STUB_EXEC_FAILED, (uint64_t)err, U64(c->name), 0);
	exit_group(exact ? 255 : err == ENOENT || err == ENOTDIR ? 127 : 126);
}

static int exit_code(int status)
{
	int sig = status & 0x7f;

	return sig ? 128 + sig : (status >> 8) & 0xff;
}

/* Where the sentry is gone its calls fail, and what is left is killed in a moment. */
static _Noreturn void spawner_end(void)
{
	sys3(__NR_exit_group, 1, 0, 0);
	for (;;)
		sys3(__NR_pause, 0, 0, 0);
}

/* One process after the other, each in room of its own for its plan if that is long. */
static _Noreturn void spawner(void)
{
	_Alignas(16) unsigned char small[STUB_PLAN_INLINE];
	struct command c;
	long result = 0;

	for (;;) {
		const struct stub_plan *plan = PTR(U64(small));
		uint64_t room = 0, room_len = 0;
		long size = sys4(STUB_SPAWN, U64(small), sizeof(small), (uint64_t)result, 0);

		if (size > (long)sizeof(small)) {
			room_len = ALIGN_UP((uint64_t)size, 4096);
			room = (uint64_t)sys6(__NR_mmap, 0, room_len, PROT_READ | PROT_WRITE,
					      MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1, 0);
			if (is_error((long)room))
				spawner_end();
			plan = PTR(room);
			size = sys4(STUB_SPAWN, room, room_len, 0, 0);
		}
		if (size < 0)
			spawner_end();
		prepare(plan, &c);
		result = sys5(__NR_clone, CLONE_PARENT | SIGCHLD_NR, 0, 0, 0, 0);
		if (result == 0) {
			sys3(STUB_SPAWNED, 0, 0, 0);
			become_command(plan, &c);
		}
		if (room)
			sys3(__NR_munmap, room, room_len, 0);
	}
}

_Noreturn void stub_init(const struct stub_plan *plan)
{
	struct command c;
	long command, pid;
	int status = 0;

	if (plan->flags & STUB_SPAWNER)
		spawner();
	prepare(plan, &c);
	if (plan->flags & STUB_NO_INIT)
		become_command(plan, &c);
	command = sys5(__NR_clone, SIGCHLD_NR, 0, 0, 0, 0);
	if (command == 0)
		become_command(plan, &c);
	if (is_error(command)) {
		sys3(STUB_EXEC_FAILED, (uint64_t)-command, U64(c.name), 0);
		sys3(STUB_INIT_EXIT, 126 << 8, 0, 0);
		exit_group(126);
	}
	do {
		pid = sys4(__NR_wait4, (uint64_t)-1, U64(&status), 0, 0);
	} while (pid != command && pid != -ECHILD);
	sys3(STUB_INIT_EXIT, (uint64_t)(uint32_t)status, 0, 0);
	exit_group(exit_code(status));
}
