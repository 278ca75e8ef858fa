/*
 * fs/proc/procfs.h - /proc: proc(5)
 *
 * Model: one instance per mount; all show the one pid namespace of the sandbox. Text files are made
 * when they are read. What is the host's to know (times, states, memory, signal sets of a guest
 * thread) is read from the host's /proc through kernel->host_proc_fd and rewritten to the guest's
 * numbers and names.
 *
 * Interface: procfs_create() makes an instance; proc_fs_type is its row for mount(2).
 */
#ifndef FS_PROC_PROCFS_H
#define FS_PROC_PROCFS_H

#include <stdbool.h>

#include "sentry/base/base.h"

struct cred;
struct file;
struct fs_type;
struct kernel;
struct process;
struct super;
struct task;

must_check int procfs_create(struct kernel *k, struct super **ret);
extern const struct fs_type proc_fs_type;

/* ptrace(2) "Ptrace access mode checking", with file-system ids: may t look into the target? Also
 * for process_vm_readv(2), pidfd_getfd(2), kcmp(2). attach: PTRACE_MODE_ATTACH. 0 or -EPERM. */
must_check int ptrace_may_access(struct task *t, struct task *target, bool attach);

/* The CLONE_NEW* flag of the namespace that a file of /proc/PID/ns stands for; 0: another file. */
unsigned int proc_ns_file_kind(const struct file *f);
/* The process that an open directory /proc/PID stands for (pidfd_send_signal(2)); new reference or
 * NULL: another file, or the process is gone. */
struct process *proc_dir_process(const struct file *f);

#endif
