/*
 * sentry/exec_plan.h - struct exec_plan: an exec that is under way
 *
 * Private to task_exec.c, which makes plans, and task_exec_stub.c, which carries them out.
 */
#ifndef SENTRY_EXEC_PLAN_H
#define SENTRY_EXEC_PLAN_H

#include "fs/vfs/file.h"
#include "platform/stub/stub_abi.h"
#include "sentry/task.h"

#define EXEC_HEAD 1024

/* A file that is being executed: open, and not to be written to. */
struct exec_file {
	struct file *file; /* NULL: none */
	struct kstat st;   /* when it was opened */
	int host_fd;	   /* to be mapped by the stub; -1: none */
	enum mmap_fd host_fd_kind;
	uint16_t head_len; /* read so far: all that an exec looks at of most programs */
	char head[EXEC_HEAD];
};

struct exec_plan {
	bool boot; /* of the first process: what the stub shall run, no program */
	struct stub_plan *block;
	struct exec_file exe, interp;
	struct cred *cred;     /* of the new program */
	struct cred *old_cred; /* what it was made of */
	bool secure;
	bool no_new_privs; /* the task had that when cred was made */
	bool unreadable;   /* the caller must not see the program's memory */
	char comm[TASK_COMM_LEN];
};

#endif
