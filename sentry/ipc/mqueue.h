/*
 * sentry/ipc/mqueue.h - POSIX message queues: mq_overview(7)
 *
 * Model: a queue is an object with a name in a flat table of the kernel and files on it. Messages are
 * ordered by priority, within one by arrival. It lives as long as it has a name or a file.
 *
 * Interface: mqueue_send() and mqueue_receive() give -EAGAIN where they would wait; the file's wait
 * queue tells when to try again. A process may ask for one signal when a message comes to an empty
 * queue that nobody waits at.
 *
 * Locking: LOCK_IPC, one lock for all queues (struct mq_ns); no guest copies under it.
 * Differences from Linux: no mqueue filesystem to mount; SIGEV_THREAD gives EBADF (no netlink).
 */
#ifndef SENTRY_IPC_MQUEUE_H
#define SENTRY_IPC_MQUEUE_H

#include <mqueue.h>
#include <stdbool.h>
#include <stdint.h>

#include "sentry/base/base.h"
#include "sentry/base/list.h"

struct file;
struct mqueue;
struct task;

#define MQ_NAME_MAX 255
#define MQ_HARD_MSGMAX 65536
#define MQ_HARD_MSGSIZEMAX (16 << 20)

struct mq_msg {
	struct list node;
	unsigned int prio;
	uint32_t size;
	char text[];
};

struct mq_limits {
	long msg_max, msgsize_max, msg_default, msgsize_default, queues_max;
};

/* attr NULL: defaults. A file with O_ACCMODE and O_NONBLOCK of flags. */
must_check int mqueue_open(struct task *t, const char *name, int flags, uint32_t mode,
			   const struct mq_attr *attr, const struct mq_limits *limits,
			   struct file **ret);
must_check int mqueue_unlink(struct task *t, const char *name);
struct mqueue *mqueue_of_file(struct file *f); /* NULL: not a queue */
void mqueue_attr(struct mqueue *q, struct mq_attr *ret);
/* Takes *msg on success. -EAGAIN: full. */
must_check int mqueue_send(struct task *t, struct mqueue *q, struct mq_msg **msg);
must_check int mqueue_receive(struct mqueue *q, struct mq_msg **ret);
/* One more, or one less, task waits in mqueue_receive(). */
void mqueue_receivers(struct mqueue *q, int by);
/* How a process is told that a message came. SIGEV_THREAD: by tell(), with the cookie that it gave, whose last
 * byte says why; the C library has a thread that waits for that. */
#define MQ_COOKIE_LEN 32
enum { MQ_TOLD_MESSAGE = 1, MQ_TOLD_REMOVED = 2 };
struct mq_notice {
	struct sigevent sev;
	struct file *to; /* referenced */
	unsigned char cookie[MQ_COOKIE_LEN];
	void (*tell)(struct file *to, const void *cookie, size_t len);
};
/* Takes what is in notice. NULL: t's process does not want it any more. -EBUSY. */
must_check int mqueue_notify(struct task *t, struct mqueue *q, const struct mq_notice *notice);

#endif
