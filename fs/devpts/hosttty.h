/*
 * fs/devpts/hosttty.h - the host terminal behind the sandbox's standard descriptors
 *
 * Model: the guest sees a terminal of ours, /dev/pts/0 or /dev/console, with our line discipline.
 * The host's side is raw: the command-line side sets that before the start and restores it at the
 * end. What is typed arrives in the event thread; what the guest writes is written to host_fd.
 *
 * Interface: host_fd is an open description of our own, O_RDWR|O_NONBLOCK, and is taken. Call
 * devpts_create() first to get a name in /dev/pts. kernel->console is set. The same file may be
 * installed as 0, 1 and 2. hosttty_attach() makes it the controlling terminal of init's session.
 * hosttty_winch(): the host's window changed (boot watches SIGWINCH). hosttty_drain() writes what
 * is still buffered, for up to some ms, at the end of the sandbox.
 */
#ifndef FS_DEVPTS_HOSTTTY_H
#define FS_DEVPTS_HOSTTTY_H

#include "sentry/base/base.h"

struct file;
struct kernel;
struct process;

must_check int hosttty_create(struct kernel *k, int host_fd, struct file **ret);
void hosttty_attach(struct kernel *k, struct process *init);
void hosttty_winch(struct kernel *k);
void hosttty_drain(struct kernel *k, int timeout_ms);

#endif
