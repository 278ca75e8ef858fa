/*
 * fs/anon/anon.h - files without a name: eventfd, timerfd, signalfd (pidfds: pidfd.h)
 *
 * Interface: each xxx_new() returns a file with one reference; flags are the O_ bits for f->flags.
 */
#ifndef FS_ANON_ANON_H
#define FS_ANON_ANON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct file;
struct itimerspec;
struct kernel;
struct task;
struct wait_queue;

/* lseek(2) on most of these succeeds and does nothing (noop_llseek()). */
int64_t anon_llseek(struct file *f, int64_t off, int whence);

/* eventfd(2) */
int eventfd_new(struct kernel *k, uint32_t count, bool semaphore, int flags, struct file **ret);

bool file_is_eventfd(const struct file *f);
/* The sentry's own 1 more; past the last value that writes can reach the counter stays at the
 * overflow value, which polls tell by POLLERR. */
void eventfd_signal(struct file *f);

/* timerfd_create(2) */
int timerfd_new(struct kernel *k, int clockid, int flags, struct file **ret);
bool file_is_timerfd(const struct file *f);
int timerfd_set(struct file *f, int flags, const struct itimerspec *its, struct itimerspec *old);
void timerfd_get(struct file *f, struct itimerspec *ret);

/* signalfd(2): reading is the syscall layer's (syscalls/sys_signalfd.c), as only the thread
 * itself can take a signal off its queue. */
int signalfd_new(struct task *t, uint64_t mask, int flags, struct file **ret);
bool file_is_signalfd(const struct file *f);
void signalfd_set_mask(struct file *f, uint64_t mask);
/* Is a signal of the file's mask pending for t? */
bool signalfd_ready(struct file *f, struct task *t);
uint64_t signalfd_mask(struct file *f);
/* Whose signals polls of this thread ask about; the file ops have no task. */
void signalfd_set_poller(struct task *t);

#endif
