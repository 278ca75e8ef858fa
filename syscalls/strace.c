/*
 * syscalls/strace.c - lines of --strace: entry, end, parked calls, see strace.h
 *
 * Model: entry and end of a call that does not park happen one after the other on one serving
 * thread, so the line in between is kept per thread: this is scratch of the thread like its stack,
 * and nothing else depends on it. The end of a parked call is told by another thread, maybe, and
 * builds its line anew from t->call. Once a call has parked its task belongs to whoever resumes it
 * and is not looked at any more.
 *
 * Arguments are printed at entry up to the first one that only the end can show.
 */
#include "syscalls/strace.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/stub/stub_abi.h"
#include "sentry/base/strbuf.h"
#include "syscalls/syscall.h"

#define LINE_MAX_BYTES 2048
#define RESULT_COLUMN 40
#define TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)

static _Thread_local struct {
	struct strbuf line;
	unsigned int next_arg; /* to be printed at the end */
	bool entered;
	bool comma;  /* stands already before next_arg */
	bool hidden; /* the call being served is not shown */
	int fd;
} current;

static void begin_line(struct task *t)
{
	if (current.line.limit == 0)
		strbuf_init(&current.line, LINE_MAX_BYTES);
	strbuf_reset(&current.line);
	strbuf_printf(&current.line, "[pid %d] ", t->tid);
	current.fd = t->kernel->strace_fd;
	current.comma = false;
}

/* The host terminal is raw while the sandbox runs: it does not go back to column 0 by itself. */
static bool needs_return(int fd)
{
	struct termios tio;

	return ioctl(fd, TCGETS, &tio) == 0 && !((tio.c_oflag & OPOST) && (tio.c_oflag & ONLCR));
}

static void end_line(void)
{
	int saved = errno;

	/* A line that was cut still has to end. */
	if (current.line.oom) {
		current.line.oom = false;
		current.line.limit += 32;
		strbuf_puts(&current.line, " ... (cut)");
		current.line.limit -= 32;
	}
	current.line.limit += 2;
	strbuf_puts(&current.line, needs_return(current.fd) ? "\r\n" : "\n");
	current.line.limit -= 2;
	if (current.line.data && write(current.fd, current.line.data, current.line.len) < 0)
		errno = saved; /* nowhere to tell it */
	errno = saved;
	current.entered = false;
}

static void put_call_name(const struct syscall_row *row, int nr)
{
	if (row)
		strbuf_printf(&current.line, "%s(", row->name);
	else
		strbuf_printf(&current.line, "syscall_%d(", nr);
}

/* A mode counts only where a file may be made. */
static unsigned int count_args(const struct task *t, const struct syscall_row *row)
{
	unsigned int n = 0;

	while (row && n < SYSCALL_MAX_ARGS && row->args[n].type != ARG_NONE) {
		const struct syscall_arg *arg = &row->args[n];

		if (arg->type == ARG_MODE && n > 0 && arg[-1].type == ARG_FLAGS &&
		    arg[-1].ref == SET_OPEN && !(t->call.args[n - 1] & (O_CREAT | TMPFILE_BIT)))
			break;
		n++;
	}
	return n;
}

/* Our own code inside guests: the loader stub and the small init. */
static bool is_our_own(const struct task *t)
{
	return t->in_exec_stub || (t->kernel->own_init && t->process == t->kernel->init) ||
	       (t->call.nr >= STUB_CALL_FIRST && t->call.nr <= STUB_CALL_LAST);
}

static void put_args(struct task *t, const struct syscall_row *row, bool entering, long result)
{
	unsigned int nr = count_args(t, row);

	while (current.next_arg < nr) {
		unsigned int i = current.next_arg;

		if (i > 0 && !current.comma)
			strbuf_puts(&current.line, ", ");
		current.comma = false;
		if (entering && strace_is_out(row->args[i].type)) {
			current.comma = true;
			return;
		}
		strace_put_arg(&current.line, t, row->args, i, entering, result);
		current.next_arg++;
	}
}

void strace_enter(struct task *t)
{
	const struct syscall_row *row = syscall_row(t->call.nr);

	current.hidden = is_our_own(t);
	if (current.hidden)
		return;
	begin_line(t);
	put_call_name(row, t->call.nr);
	current.next_arg = 0;
	current.entered = true;
	put_args(t, row, true, 0);
}

static bool returns_address(int nr)
{
	return nr == SYS_mmap || nr == SYS_mremap || nr == SYS_brk || nr == SYS_shmat;
}

static void put_restart(long result)
{
	static const char *const names[] = {"ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND",
					    "ENOIOCTLCMD", "ERESTART_RESTARTBLOCK"};

	strbuf_printf(&current.line, "? %s (interrupted by a signal)",
		      names[-result - ERESTARTSYS]);
}

static void put_result(int nr, long result)
{
	struct strbuf *b = &current.line;
	const char *name = result < 0 && result > -4096 ? strace_errno_name((int)-result) : NULL;

	strbuf_putc(b, ')');
	while (b->len < RESULT_COLUMN && !b->oom)
		strbuf_putc(b, ' ');
	strbuf_puts(b, " = ");
	if (result == SYS_CONTINUE)
		strbuf_puts(b, "? (host)");
	else if (result == SYS_DONE)
		strbuf_puts(b, "? (redirected)");
	else if (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK)
		put_restart(result);
	else if (name)
		strbuf_printf(b, "-1 %s", name);
	else if (returns_address(nr))
		strbuf_printf(b, "%#lx", (unsigned long)result);
	else
		strbuf_printf(b, "%ld", result);
}

static unsigned int first_out_arg(const struct task *t, const struct syscall_row *row)
{
	unsigned int nr = count_args(t, row), i = 0;

	while (i < nr && !strace_is_out(row->args[i].type))
		i++;
	return i;
}

/* The parked call's thread may be another one by now: only what entry left behind is used. */
static void put_unfinished(void)
{
	strbuf_puts(&current.line, "<unfinished ...>");
	end_line();
}

void strace_exit(struct task *t, long result)
{
	const struct syscall_row *row;
	long shown = result;

	if (current.hidden) { /* such calls do not park */
		current.hidden = false;
		return;
	}
	if (result == SYS_PARKED) {
		/* A resumed call that parks once more has nothing new to tell. */
		if (current.entered)
			put_unfinished();
		return;
	}
	row = syscall_row(t->call.nr);
	if (!current.entered) {
		begin_line(t);
		strbuf_printf(&current.line, "<... %s resumed>", row ? row->name : "syscall");
		current.next_arg = first_out_arg(t, row);
		current.comma = true;
	}
	/* What the host will write is not there yet. */
	if (result == SYS_CONTINUE || result == SYS_DONE)
		shown = -1;
	put_args(t, row, false, shown);
	put_result(t->call.nr, result);
	end_line();
}
