/*
 * fs/devpts/hosttty.h - the host terminal behind the sandbox's standard descriptors
 *
 * Model: the guest sees a terminal of ours, /dev/pts/0 or /dev/console, with our line discipline.
 * The host's side is raw: the command-line side sets that before the start and restores it at the
 * end. What is typed arrives in the event thread; what the guest writes is written to host_fd.
 *
 * Interface: host_fd is an open description of our own, O_RDWR|O_NONBLOCK, and is taken. Call
 * devpts_create() first to get a name in /dev/pts. The same file may be installed as 0, 1 and 2. The
 * first one made is boot's, which sets kernel->console to it; a container has one for each command
 * that is executed in it with a terminal. hosttty_attach() makes it the controlling terminal of init's
 * session. hosttty_winch(): the host's window changed (boot watches SIGWINCH). hosttty_drain() writes
 * what is still buffered, for up to some ms; true: there is nothing left. hosttty_end(): the command is
 * over; the name goes, and the reference.
 */
#ifndef FS_DEVPTS_HOSTTTY_H
#define FS_DEVPTS_HOSTTTY_H

#include "sentry/base/base.h"

struct file;
struct kernel;
struct process;
struct tty;

/* ret_tty: a reference. */
must_check int hosttty_create(struct kernel *k, int host_fd, struct file **ret,
			      struct tty **ret_tty);
void hosttty_attach(struct tty *tty, struct process *init);
void hosttty_winch(struct tty *tty);
bool hosttty_drain(struct tty *tty, int timeout_ms);
void hosttty_end(struct tty *tty);

#endif
