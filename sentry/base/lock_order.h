/*
 * sentry/base/lock_order.h - the one order in which locks are taken
 *
 * Model: every lock has a rank. A thread may take a lock only if its rank is greater than that of
 * each lock it holds. The list below is the order, outermost first, with the reason for the place:
 * what is held outside it, or what is taken inside it. Debug builds (LOCK_DEBUG) check each lock.
 *
 * Two locks of one rank: only with mutex_lock_nested, and only where the rank says in which order.
 * A new lock gets a rank here before it gets a user.
 */
#ifndef SENTRY_BASE_LOCK_ORDER_H
#define SENTRY_BASE_LOCK_ORDER_H

#define LOCK_RANKS(RANK)                                                                           \
	RANK(LOCK_FILE_POS, "offset of an open file; held around read, write and readdir, whose "  \
			    "ops may take any lock of the objects behind the file")                \
	RANK(LOCK_FDTABLE_HOST, "a table's host fds; held while a file is asked for what may be "  \
				"mapped")                                                          \
	RANK(LOCK_RENAME, "one per filesystem: keeps the tree's shape over two directories")       \
	RANK(LOCK_MOUNTS, "mount tree; a path walk crosses mounts between two directories")        \
	RANK(LOCK_STACKED_INODE,                                                                   \
	     "an inode of an overlay: its ops call those of the layers below, "                    \
	     "with their directories locked")                                                      \
	RANK(LOCK_COPY_UP, "one overlay inode while it moves to the upper layer")                  \
	RANK(LOCK_INODE, "one inode: its entries, size, attributes; a rename holds the shape "     \
			 "already")                                                                \
	RANK(LOCK_INODE2, "the second inode of link, rename, unlink: the one at the higher "       \
			  "address")                                                               \
	RANK(LOCK_DENTRY, "name cache: looked up and filled while the directory is held")          \
	RANK(LOCK_DENTRY_SHARD, "one part of the name cache's hash; inside the cache's own lock")  \
	RANK(LOCK_CLONE, "binding of new threads to pending clones: made and entered in one step") \
	RANK(LOCK_KERNEL_TREE, "process tree: parent, child, session, group; /proc looks it up "   \
			       "with directories locked; wait, exit and kill look into processes") \
	RANK(LOCK_PROCESS, "one process: threads, signals, limits; taken while the tree is held")  \
	RANK(LOCK_TASK, "one thread: credentials, state; taken while walking a process's threads") \
	RANK(LOCK_FS_CONTEXT, "root, cwd, umask; copied by clone under the task's lock")           \
	RANK(LOCK_FDTABLE, "fd numbers; a lookup only takes a reference and leaves")               \
	RANK(LOCK_FILE_LOCKS, "POSIX, OFD and flock records of all files; wakes wait queues")      \
	RANK(LOCK_FILE, "offset and flags of an open file")                                        \
	RANK(LOCK_HOST_WATCH, "what the host watches of its trees for guests; opens files there")  \
	RANK(LOCK_HOST_NAMES, "the names of a writable host tree: a file is reached by the name "  \
			      "that we know, while nobody moves it")                               \
	RANK(LOCK_SUPER_TABLE, "inode table and directory fds of one host tree or overlay; "       \
			       "looked up with inodes and open files held")                        \
	RANK(LOCK_EPOLL_NEST,                                                                      \
	     "one for all: the graph of epolls that watch epolls, while it grows")                 \
	RANK(LOCK_EPOLL, "interest and ready lists; asks the watched files, which lie below")      \
	RANK(LOCK_UNIX, "names and connections of all AF_UNIX sockets; asked by polls only below") \
	RANK(LOCK_UNIX_GC,                                                                         \
	     "open files in flight between AF_UNIX sockets; looks into their queues")              \
	RANK(LOCK_SOCKET, "state and queue of one socket; one at a time")                          \
	RANK(LOCK_PIPE, "buffer of one pipe or FIFO")                                              \
	RANK(LOCK_CTTY, "which terminal controls which session; found before the terminal")        \
	RANK(LOCK_TTY, "one terminal: line discipline, buffers, foreground group")                 \
	RANK(LOCK_INOTIFY_MARKS,                                                                   \
	     "which inotify watches are on which inodes; events go from there "                    \
	     "to the queues of instances")                                                         \
	RANK(LOCK_IPC, "System V IPC: all objects and their ids; wakes who waits on them")         \
	RANK(LOCK_URING, "one io_uring: its rings, requests and tables; tells its eventfd")        \
	RANK(LOCK_ANON, "eventfd, timerfd, signalfd, inotify and the like: leaves of the files")   \
	RANK(LOCK_INET_PAIR,                                                                       \
	     "bytes between two Internet sockets of the sandbox; looked at by who "                \
	     "lists sockets")                                                                      \
	RANK(LOCK_INET_CHUNKS, "free memory for these")                                            \
	RANK(LOCK_SPAWN,                                                                           \
	     "requests for processes from outside; told of one while the tree is held, "           \
	     "wakes who makes them")                                                               \
	RANK(LOCK_EVENT, "what the event thread watches; its functions run without it")            \
	RANK(LOCK_WAITQ, "one wait queue; woken with the object's lock held")                      \
	RANK(LOCK_EPOLL_READY, "ready list of one epoll: filled from under a wait queue")          \
	RANK(LOCK_EPOLL_LINKS, "which epolls watch a file; taken under an epoll's lock")           \
	RANK(LOCK_FASYNC, "files whose owner is to get SIGIO; filled by wake functions")           \
	RANK(LOCK_TIMER, "timer tree; armed by any object above, and by wake functions")           \
	RANK(LOCK_PARK, "a parked call; a wake-up goes from the queue to it")                      \
	RANK(LOCK_FASTPATH,                                                                        \
	     "channels of the fast path; asked about a task by its calls and its end")             \
	RANK(LOCK_RUNQ, "what workers run next; a woken call is put there")                        \
	RANK(LOCK_PLATFORM, "answers to and memory of guests; calls nothing of the sentry")        \
	RANK(LOCK_LOG, "innermost: anybody may log")

#define LOCK_RANK_ENUM_(name, reason) name,

enum lock_rank {
	LOCK_UNRANKED, /* never valid: catches a lock that was not initialised */
	LOCK_RANKS(LOCK_RANK_ENUM_) LOCK_RANK_COUNT
};

#endif
