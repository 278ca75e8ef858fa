/*
 * syscalls/strace.h - `sandbox run --strace`: one line per call that the sentry serves
 *
 * Model: lines look like strace -f's. strace_enter() formats what can be seen before the call into a
 * buffer of the serving thread, strace_exit() adds what the call gave back and writes the line with
 * one write. A call that parks shows as "<unfinished ...>" and, when it ends, as "<... name resumed>".
 * A call that the host runs natively shows "= ? (host)": its result is not known here.
 *
 * Not shown: calls of our own code inside guests (the loader stub, the init). Calls on the forwarded
 * list never reach the sentry unless --forward=none is given.
 *
 * Interface: never fail, never change anything. Guest memory is read in bounded pieces.
 */
#ifndef SYSCALLS_STRACE_H
#define SYSCALLS_STRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syscalls/args.h"

struct strbuf;
struct task;

void strace_enter(struct task *t);	       /* t->call is set and not yet served */
void strace_exit(struct task *t, long result); /* a result, an errno, a restart class, a verdict */

/* ---- strace_names.c ---- */

/* Appends bits by name ("O_RDWR|O_CLOEXEC", rest in hex) or one value ("SEEK_SET"). */
void strace_put_flags(struct strbuf *b, enum arg_set set, uint64_t value);
void strace_put_enum(struct strbuf *b, enum arg_set set, uint64_t value);
void strace_put_signal(struct strbuf *b, int sig);
const char *strace_errno_name(int err); /* NULL: no name */

/* ---- strace_args.c ---- */

/* Appends one argument of t->call. entering: before the call; out parameters show as addresses. */
void strace_put_arg(struct strbuf *b, struct task *t, const struct syscall_arg *args,
		    unsigned int i, bool entering, long result);
/* Does the argument show something that only the end of the call brings? */
bool strace_is_out(enum arg_type type);

#endif
