/*
 * syscalls/strace_args.c - one argument of a call as text, see strace.h
 *
 * What lies in guest memory is read when it is printed, in bounded pieces; a guest that changes it
 * meanwhile spoils only its own line. Unreadable memory shows as its address.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>

#include "sentry/base/strbuf.h"
#include "sentry/task.h"
#include "sentry/mem/usermem.h"
#include "syscalls/strace.h"

#define STRING_MAX 32  /* bytes shown of a buffer */
#define PATH_SHOWN 256 /* of a path */
#define STRV_SHOWN 8
#define POLL_SHOWN 8

static void put_addr(struct strbuf *b, uint64_t addr)
{
	if (addr)
		strbuf_printf(b, "%#" PRIx64, addr);
	else
		strbuf_puts(b, "NULL");
}

static void put_char(struct strbuf *b, unsigned char c)
{
	static const char escapes[] = "\"\\\n\r\t";
	static const char shown[] = "\"\\nrt";
	const char *e = c ? strchr(escapes, c) : NULL;

	if (e)
		strbuf_printf(b, "\\%c", shown[e - escapes]);
	else if (c >= 0x20 && c < 0x7f)
		strbuf_putc(b, (char)c);
	else
		strbuf_printf(b, "\\%03o", c);
}

static void put_quoted(struct strbuf *b, const char *s, size_t len, bool cut)
{
	strbuf_putc(b, '"');
	for (size_t i = 0; i < len; i++)
		put_char(b, (unsigned char)s[i]);
	strbuf_puts(b, cut ? "\"..." : "\"");
}

static void put_bytes(struct strbuf *b, struct task *t, uint64_t addr, uint64_t len)
{
	char buf[STRING_MAX];
	ssize_t n = addr ? copy_in_partial(t, buf, addr, MIN(len, (uint64_t)sizeof(buf))) : -1;

	if (n < 0 || (n == 0 && len > 0))
		put_addr(b, addr);
	else
		put_quoted(b, buf, (size_t)n, len > (uint64_t)n);
}

static void put_string(struct strbuf *b, struct task *t, uint64_t addr, size_t max)
{
	char buf[PATH_SHOWN];
	ssize_t n = addr ? copy_in_partial(t, buf, addr, MIN(max, sizeof(buf))) : -1;
	size_t len;

	if (n <= 0) {
		put_addr(b, addr);
		return;
	}
	len = strnlen(buf, (size_t)n);
	put_quoted(b, buf, len, len == (size_t)n);
}

static void put_strv(struct strbuf *b, struct task *t, uint64_t addr)
{
	uint64_t at;

	if (!addr || copy_in_partial(t, &at, addr, sizeof(at)) != sizeof(at)) {
		put_addr(b, addr);
		return;
	}
	strbuf_putc(b, '[');
	for (unsigned int i = 0; at; i++) {
		strbuf_puts(b, i ? ", " : "");
		if (i == STRV_SHOWN) {
			strbuf_puts(b, "...");
			break;
		}
		put_string(b, t, at, STRING_MAX);
		addr += sizeof(at);
		if (copy_in_partial(t, &at, addr, sizeof(at)) != sizeof(at))
			break;
	}
	strbuf_putc(b, ']');
}

/* Structs that fit and are known; false: print the address. */
#define FETCH(obj) (addr && copy_in_partial(t, &(obj), addr, sizeof(obj)) == (ssize_t)sizeof(obj))

static bool put_sigset(struct strbuf *b, struct task *t, uint64_t addr)
{
	uint64_t set, shown;
	bool any = false;

	if (!FETCH(set))
		return false;
	/* As strace does: what is missing, if that is less. */
	shown = __builtin_popcountll(set) > 32 ? ~set : set;
	strbuf_puts(b, shown == set ? "[" : "~[");
	for (int sig = 1; sig <= 64; sig++) {
		if (!(shown & (1ULL << (sig - 1))))
			continue;
		strbuf_puts(b, any ? " " : "");
		strace_put_signal(b, sig);
		any = true;
	}
	strbuf_putc(b, ']');
	return true;
}

static bool put_sockaddr(struct strbuf *b, struct task *t, uint64_t addr, uint64_t len)
{
	char raw[sizeof(struct sockaddr_un)] = {0};
	sa_family_t family;
	ssize_t n;

	len = MIN(len, (uint64_t)sizeof(raw));
	n = addr ? copy_in_partial(t, raw, addr, len) : -1;
	if (n < (ssize_t)sizeof(family))
		return false;
	memcpy(&family, raw, sizeof(family));
	strbuf_puts(b, "{sa_family=");
	strace_put_enum(b, SET_AF, family);
	if (family == AF_INET && n >= 8)
		strbuf_printf(b, ", %u.%u.%u.%u:%u", (uint8_t)raw[4], (uint8_t)raw[5],
			      (uint8_t)raw[6], (uint8_t)raw[7],
			      (unsigned int)((uint8_t)raw[2] << 8 | (uint8_t)raw[3]));
	else if (n > 2) {
		size_t used = (size_t)n - 2;

		if (family == AF_UNIX && raw[2])
			used = strnlen(raw + 2, used);
		strbuf_puts(b, ", ");
		put_quoted(b, raw + 2, used, false);
	}
	strbuf_putc(b, '}');
	return true;
}

static bool put_pollfds(struct strbuf *b, struct task *t, uint64_t addr, uint64_t n)
{
	struct pollfd fds[POLL_SHOWN];
	uint64_t shown = MIN(n, (uint64_t)POLL_SHOWN);

	if (!addr || copy_in_partial(t, fds, addr, shown * sizeof(fds[0])) !=
			     (ssize_t)(shown * sizeof(fds[0])))
		return false;
	strbuf_putc(b, '[');
	for (unsigned int i = 0; i < shown; i++) {
		strbuf_printf(b, "%s{fd=%d, events=%#x", i ? ", " : "", fds[i].fd,
			      (unsigned short)fds[i].events);
		if (fds[i].revents)
			strbuf_printf(b, ", revents=%#x", (unsigned short)fds[i].revents);
		strbuf_putc(b, '}');
	}
	strbuf_puts(b, n > shown ? ", ...]" : "]");
	return true;
}

static bool put_stat(struct strbuf *b, struct task *t, uint64_t addr)
{
	struct stat st;

	if (!FETCH(st))
		return false;
	strbuf_printf(b, "{st_mode=0%o, st_size=%lld, ...}", st.st_mode, (long long)st.st_size);
	return true;
}

static void put_limit(struct strbuf *b, const char *name, uint64_t v)
{
	if (v == RLIM64_INFINITY)
		strbuf_printf(b, "%s=RLIM64_INFINITY", name);
	else
		strbuf_printf(b, "%s=%" PRIu64, name, v);
}

static bool put_rlimit(struct strbuf *b, struct task *t, uint64_t addr)
{
	struct rlimit64 r;

	if (!FETCH(r))
		return false;
	put_limit(b, "{rlim_cur", r.rlim_cur);
	put_limit(b, ", rlim_max", r.rlim_max);
	strbuf_putc(b, '}');
	return true;
}

static bool put_time(struct strbuf *b, struct task *t, uint64_t addr, const char *fraction)
{
	int64_t v[2];

	if (!FETCH(v))
		return false;
	strbuf_printf(b, "{tv_sec=%" PRId64 ", %s=%" PRId64 "}", v[0], fraction, v[1]);
	return true;
}

static bool put_ints(struct strbuf *b, struct task *t, uint64_t addr, unsigned int n)
{
	int32_t v[2];

	if (!addr || copy_in_partial(t, v, addr, n * sizeof(v[0])) != (ssize_t)(n * sizeof(v[0])))
		return false;
	if (n == 1)
		strbuf_printf(b, "[%d]", v[0]);
	else
		strbuf_printf(b, "[%d, %d]", v[0], v[1]);
	return true;
}

static bool put_epoll_event(struct strbuf *b, struct task *t, uint64_t addr)
{
	struct epoll_event ev;

	if (!FETCH(ev))
		return false;
	strbuf_printf(b, "{events=%#x, data=%#" PRIx64 "}", ev.events, (uint64_t)ev.data.u64);
	return true;
}

static bool put_iov(struct strbuf *b, struct task *t, uint64_t addr, uint64_t n, bool data)
{
	struct iovec iov;

	if (!FETCH(iov))
		return false;
	strbuf_puts(b, "[{iov_base=");
	if (data)
		put_bytes(b, t, (uint64_t)(uintptr_t)iov.iov_base, iov.iov_len);
	else
		put_addr(b, (uint64_t)(uintptr_t)iov.iov_base);
	strbuf_printf(b, ", iov_len=%zu}%s]", iov.iov_len, n > 1 ? ", ..." : "");
	return true;
}

bool strace_is_out(enum arg_type type)
{
	switch (type) {
	case ARG_STR_OUT:
	case ARG_BUF_OUT:
	case ARG_IOV_OUT:
	case ARG_INTP_OUT:
	case ARG_INTP_IO:
	case ARG_FDPAIR:
	case ARG_TIMESPEC_OUT:
	case ARG_TIMEVAL_OUT:
	case ARG_SIGSET_OUT:
	case ARG_SOCKADDR_OUT:
	case ARG_STAT_OUT:
	case ARG_RLIMIT_OUT:
	case ARG_POLLFDS: /* revents */ return true;
	default: return false;
	}
}

/* The room behind a socket address that came back: *addrlen, read after the call. */
static uint64_t sockaddr_len(struct task *t, uint64_t lenp)
{
	uint32_t len;

	return lenp && copy_in_partial(t, &len, lenp, sizeof(len)) == sizeof(len) ? len : 0;
}

/* Pointers; false: print the address. */
static bool put_pointed(struct strbuf *b, struct task *t, const struct syscall_arg *arg,
			uint64_t addr, long result)
{
	uint64_t ref = arg->ref < SYSCALL_MAX_ARGS ? t->call.args[arg->ref] : 0;

	switch (arg->type) {
	case ARG_PATH: return put_string(b, t, addr, PATH_SHOWN), true;
	case ARG_STR: return put_string(b, t, addr, STRING_MAX), true;
	case ARG_STRV: return put_strv(b, t, addr), true;
	case ARG_BUF_IN: return put_bytes(b, t, addr, ref), true;
	case ARG_STR_OUT:
	case ARG_BUF_OUT:
		return put_bytes(b, t, addr, MIN(ref ? ref : UINT64_MAX, (uint64_t)result)), true;
	case ARG_IOV_IN: return put_iov(b, t, addr, ref, true);
	case ARG_IOV_OUT: return put_iov(b, t, addr, ref, result > 0);
	case ARG_INTP_IN:
	case ARG_INTP_OUT:
	case ARG_INTP_IO: return put_ints(b, t, addr, 1);
	case ARG_FDPAIR: return put_ints(b, t, addr, 2);
	case ARG_TIMESPEC_IN:
	case ARG_TIMESPEC_OUT: return put_time(b, t, addr, "tv_nsec");
	case ARG_TIMEVAL_IN:
	case ARG_TIMEVAL_OUT: return put_time(b, t, addr, "tv_usec");
	case ARG_SIGSET_IN:
	case ARG_SIGSET_OUT: return put_sigset(b, t, addr);
	case ARG_SOCKADDR_IN: return put_sockaddr(b, t, addr, ref);
	case ARG_SOCKADDR_OUT: return put_sockaddr(b, t, addr, sockaddr_len(t, ref));
	case ARG_POLLFDS: return put_pollfds(b, t, addr, (uint32_t)ref);
	case ARG_EPEVENT_IN: return put_epoll_event(b, t, addr);
	case ARG_STAT_OUT: return put_stat(b, t, addr);
	case ARG_RLIMIT_IN:
	case ARG_RLIMIT_OUT: return put_rlimit(b, t, addr);
	default: return false;
	}
}

/* Int arguments: a sign-extended high half says nothing. */
static uint64_t without_extension(uint64_t v)
{
	return v >> 31 == 0x1ffffffffULL ? (uint32_t)v : v;
}

static bool put_number(struct strbuf *b, const struct syscall_arg *arg, uint64_t v)
{
	switch (arg->type) {
	case ARG_DIRFD:
		if ((int32_t)v == -100) {
			strbuf_puts(b, "AT_FDCWD");
			break;
		}
		strbuf_printf(b, "%d", (int32_t)v);
		break;
	case ARG_FD:
	case ARG_INT:
	case ARG_PID:
	case ARG_ID: strbuf_printf(b, "%d", (int32_t)v); break;
	case ARG_UINT: strbuf_printf(b, "%u", (uint32_t)v); break;
	case ARG_LONG:
	case ARG_OFF: strbuf_printf(b, "%" PRId64, (int64_t)v); break;
	case ARG_SIZE: strbuf_printf(b, "%" PRIu64, v); break;
	case ARG_HEX: strbuf_printf(b, "%#" PRIx64, v); break;
	case ARG_MODE: strbuf_printf(b, (uint32_t)v ? "0%o" : "%o", (uint32_t)v); break;
	case ARG_DEV: strbuf_printf(b, "%#x", (uint32_t)v); break;
	case ARG_SIG: strace_put_signal(b, (int32_t)v); break;
	case ARG_FLAGS: strace_put_flags(b, arg->ref, without_extension(v)); break;
	case ARG_ENUM: strace_put_enum(b, arg->ref, v); break;
	default: return false;
	}
	return true;
}

void strace_put_arg(struct strbuf *b, struct task *t, const struct syscall_arg *args,
		    unsigned int i, bool entering, long result)
{
	const struct syscall_arg *arg = &args[i];
	uint64_t v = t->call.args[i];

	if (put_number(b, arg, v))
		return;
	if (strace_is_out(arg->type) && (entering || result < 0) && arg->type != ARG_POLLFDS)
		put_addr(b, v);
	else if (!put_pointed(b, t, arg, v, result))
		put_addr(b, v);
}
