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

/* eventfd(2) */
int eventfd_new(struct kernel *k, uint32_t count, bool semaphore, int flags, struct file **ret);

/* timerfd_create(2) */
int timerfd_new(struct kernel *k, int clockid, int flags, struct file **ret);
bool file_is_timerfd(const struct file *f);
int timerfd_set(struct file *f, int flags, const struct itimerspec *its, struct itimerspec *old);
void timerfd_get(struct file *f, struct itimerspec *ret);

/* signalfd(2) */
int signalfd_new(struct task *t, uint64_t mask, int flags, struct file **ret);
bool file_is_signalfd(const struct file *f);
void signalfd_set_mask(struct file *f, uint64_t mask);

#endif
