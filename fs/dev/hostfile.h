/*
 * fs/dev/hostfile.h - a host descriptor as a guest's file: standard input, output and error
 *
 * Model: the command line hands its standard descriptors to the sandbox. A terminal becomes a tty
 * of ours (fs/devpts/hosttty.h); anything else is passed through by a struct hostfile:
 *  regular file  read and written at the host's shared offset, so that `(sandbox run a; b) >f`
 *		  appends as it does natively; mapped where the mode allows.
 *  pipe, FIFO	  boot has opened the same pipe again, non-blocking, so that the flag is not set on the
 *		  caller's description. Where that failed, each call asks poll(2) first.
 *  socket	  RWF_NOWAIT, else poll(2) first.
 *  /dev/null	  our own null device.
 *
 * Interface: hostfile_create() takes host_fd in every case; the access mode comes from F_GETFL. The
 * guest may open it again through /proc/self/fd with no more than that mode. Never blocks.
 */
#ifndef FS_DEV_HOSTFILE_H
#define FS_DEV_HOSTFILE_H

#include "sentry/base/base.h"

struct file;
struct kernel;

must_check int hostfile_create(struct kernel *k, int host_fd, struct file **ret);

#endif
