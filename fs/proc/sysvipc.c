/*
 * fs/proc/sysvipc.c - /proc/sysvipc: the objects of System V IPC
 */
#include "fs/proc/proc.h"

#include "sentry/base/strbuf.h"
#include "sentry/ipc/ipc.h"
#include "sentry/task.h"

static int msg_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t; /* NULL when the sentry itself reads */
	strbuf_puts(sb,
		    "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  "
		    "cuid  cgid      stime      rtime      ctime\n");
	ipc_show(kn->inode.super->kernel, IPC_KIND_MSG, sb);
	return 0;
}

static int sem_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t; /* NULL when the sentry itself reads */
	strbuf_puts(sb,
		    "       key      semid perms      nsems   uid   gid  cuid  cgid      otime  "
		    "    ctime\n");
	ipc_show(kn->inode.super->kernel, IPC_KIND_SEM, sb);
	return 0;
}

static int shm_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t; /* NULL when the sentry itself reads */
	strbuf_puts(sb,
		    "       key      shmid perms                  size  cpid  lpid nattch   uid "
		    "  gid  cuid  cgid      atime      dtime      ctime                   rss   "
		    "               swap\n");
	ipc_show(kn->inode.super->kernel, IPC_KIND_SHM, sb);
	return 0;
}

const struct kernfs_row proc_sysvipc_rows[] = {
	{.name = "msg", .mode = S_IFREG | 0444, .show = msg_show},
	{.name = "sem", .mode = S_IFREG | 0444, .show = sem_show},
	{.name = "shm", .mode = S_IFREG | 0444, .show = shm_show},
	{0},
};
