/*
 * platform/ptrace/door.h - the socket through which guests get host fds on the ptrace platform
 *
 * Model: ptrace cannot put an fd into another process; a guest thread has to receive it itself. The
 * guests' root holds, beside the stub, one listening unix socket, made by whoever makes that root.
 * The sentry makes a thread connect, checks who is at the other end, and sends it the one fd
 * (inject.c). Guests cannot connect by themselves: socket(2) and connect(2) are the sentry's, and no
 * socket stays behind in a guest.
 */
#ifndef PLATFORM_PTRACE_DOOR_H
#define PLATFORM_PTRACE_DOOR_H

#define DOOR_BACKLOG 16
#define DOOR_PATH "/door" /* in the guests' host root */

#endif
