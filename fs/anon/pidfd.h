/*
 * fs/anon/pidfd.h - pidfd_open(2): files that stand for processes
 */
#ifndef FS_ANON_PIDFD_H
#define FS_ANON_PIDFD_H

struct file;
struct kernel;
struct process;

/* p's reference is not consumed. flags: O_NONBLOCK or 0. */
int pidfd_new(struct kernel *k, struct process *p, int flags, struct file **ret);
/* pidfd_send_signal(2), waitid(P_PIDFD): a new reference; NULL: f is no pidfd. */
struct process *pidfd_process(struct file *f);
/* The process is a zombie now: pollers of its pidfds are woken. */
void pidfd_process_died(struct process *p);

#endif
