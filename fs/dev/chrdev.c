/* fs/dev/chrdev.c - which character device has which number, see chrdev.h */
#include "fs/dev/chrdev.h"

#include <errno.h>
#include <sys/sysmacros.h>

#include "fs/dev/memdev.h"
#include "fs/devpts/devpts.h"
#include "fs/devpts/tty.h"
#include "sentry/base/base.h"
#include "sentry/task.h"

struct chrdev {
	unsigned int major, minor;
	const struct file_ops *fops; /* without state */
	int (*open)(struct file *f, struct task *t);
};

static int open_ptmx(struct file *f, struct task *t)
{
	return devpts_open_ptmx(NULL, f, t);
}

static const struct chrdev devices[] = {
	{1, 3, &null_fops, NULL},	{1, 5, &zero_fops, NULL},   {1, 7, &full_fops, NULL},
	{1, 8, &random_fops, NULL},	{1, 9, &random_fops, NULL}, {5, 0, NULL, tty_open_current},
	{5, 1, NULL, tty_open_console}, {5, 2, NULL, open_ptmx},
};

#define UNIX98_PTY_SLAVE_MAJOR 136

int chrdev_open(struct inode *in, struct file *f, struct task *t)
{
	unsigned int maj = major(in->rdev), min = minor(in->rdev);

	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		const struct chrdev *d = &devices[i];

		if (d->major != maj || d->minor != min)
			continue;
		if (d->open)
			return d->open(f, t);
		f->ops = d->fops;
		return 0;
	}
	if (maj == UNIX98_PTY_SLAVE_MAJOR)
		return devpts_open_slave(f, t, min);
	return -ENXIO;
}
