/*
 * sentry/task_exec.h - execve(2) beyond what task.h declares: boot, and the calls of the stub
 *
 * Model: see task_exec.c for the protocol, platform/stub/stub_abi.h for the conversation.
 */
#ifndef SENTRY_TASK_EXEC_H
#define SENTRY_TASK_EXEC_H

#include <stdbool.h>
#include <stdint.h>

#include "sentry/base/base.h"

struct kernel;
struct process;
struct task;

/* The sandbox's command, for the first process, which executes the stub natively. */
struct boot_command {
	const char *path; /* NULL: argv[0]; looked for in envp's PATH unless it has a slash */
	const char *const *argv, *const *envp;
	bool no_init; /* the first process becomes the command */
	bool setsid;  /* the command gets a session of its own */
	bool ctty;    /* and its standard input as controlling terminal */
	bool spawner; /* no command: sentry/spawn.h */
};
/* Gives the first process its plan. 0, -E2BIG, -ENOMEM. Its first trap is the execve of the stub,
 * which is continued. */
must_check int exec_plan_for_boot(struct task *init, const struct boot_command *cmd);

/* t's execve is the first process's own, of the stub: to be continued as it stands. */
bool task_exec_is_boot(const struct task *t);

/* Serves STUB_* calls, and every call of a task between its STUB_HELLO and the end of its load
 * (t->in_exec_stub), to which the guest's own seccomp filters do not apply. The verdict. */
long stub_call(struct task *t);
long stub_mmap(struct task *t, const uint64_t *a);
long stub_prctl(struct task *t, const uint64_t *a);

/* The program of a process is not to be written to while it runs (ETXTBSY). The hold goes with
 * process->exe: a fork takes another one, the end of a process drops it. */
void process_exe_inherit(struct process *child, struct process *parent);
void process_exe_release(struct process *p);

#endif
