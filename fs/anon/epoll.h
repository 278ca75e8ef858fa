/*
 * fs/anon/epoll.h - epoll(7): interest lists over files
 *
 * Interface: epoll_ctl_do() and epoll_collect() are the calls without copying and waiting, which
 * syscalls/poll.c does. The last file_put() of a file with a non-empty f->epitems calls
 * epoll_release_file() before the file's own release: an item does not hold its file.
 */
#ifndef FS_ANON_EPOLL_H
#define FS_ANON_EPOLL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

struct file;
struct kernel;
struct task;
struct wait_queue;

int epoll_new(struct kernel *k, struct file **ret);
bool file_is_epoll(const struct file *f);
/* ev: NULL for EPOLL_CTL_DEL. errno values as epoll_ctl(2). */
int epoll_ctl_do(struct task *t, struct file *epf, int op, int fd, struct file *target,
		 const struct epoll_event *ev);
/* Takes up to max ready events; returns how many, 0: none. */
int epoll_collect(struct task *t, struct file *epf, struct epoll_event *events, int max);
/* An upper bound of what epoll_collect() may return now. */
unsigned int epoll_nr_items(struct file *epf);
void epoll_release_file(struct file *f);
/* Which file is watched as fd, the nth of those that are (kcmp(2)): a number to compare, the file may be
 * gone. -EINVAL: epf is no epoll. -ENOENT. */
int epoll_target(struct file *epf, int fd, uint32_t nth, uintptr_t *ret);

#endif
