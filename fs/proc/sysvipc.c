/*
 * fs/proc/sysvipc.c - /proc/sysvipc: titles of the tables
 *
 * Differences from Linux: the tables are empty.
 */
#include "fs/proc/proc.h"

#define TEXT(n, s)                                                                                 \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | 0444, .show = proc_fixed_show, .data = (s)          \
	}

const struct kernfs_row proc_sysvipc_rows[] = {
	TEXT("msg", "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  "
		    "cuid  cgid      stime      rtime      ctime\n"),
	TEXT("sem",
	     "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      "
	     "ctime\n"),
	TEXT("shm", "       key      shmid perms                  size  cpid  lpid nattch   uid   "
		    "gid  cuid  cgid      atime      dtime      ctime                   rss        "
		    "          "
		    "swap\n"),
	{0},
};
