/*
 * sentry/base/log.c - formatting and writing of log lines
 *
 * Level, fd and thread name are the only mutable globals of the sentry besides the hash key: the log
 * must work before there is a kernel object, after it is gone, and from signal handlers.
 */
#include "sentry/base/log.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define RATELIMIT_BURST 10
#define RATELIMIT_WINDOW_NS 5000000000u

_Atomic int log_level_now = LOG_LEVEL_WARN;

static _Atomic int log_fd = STDERR_FILENO;
static _Thread_local const char *thread_name;

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_WARN] = "warn",	  [LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug", [LOG_LEVEL_TRACE] = "trace",
};

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&log_level_now, (int)level, memory_order_relaxed);
}

void log_set_fd(int fd)
{
	atomic_store_explicit(&log_fd, fd, memory_order_relaxed);
}

void log_set_thread_name(const char *name)
{
	thread_name = name;
}

int log_level_parse(const char *name, enum log_level *ret_level)
{
	for (size_t i = 0; i < ARRAY_SIZE(level_names); i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*ret_level = (enum log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Length to use after snprintf(…, room): what was stored, not what it would have taken. */
static size_t stored_len(int printed, size_t room)
{
	if (printed < 0)
		return 0;
	return MIN((size_t)printed, room - 1);
}

void log_writev(enum log_level level, const char *subsys, const char *fmt, va_list ap)
{
	int fd = atomic_load_explicit(&log_fd, memory_order_relaxed), saved = errno;
	char line[LOG_LINE_MAX];
	uint64_t now = now_ns();
	ssize_t written;
	size_t len;
	int n;

	if (fd < 0)
		return;
	n = snprintf(line, sizeof(line), "%-5s %llu.%06llu %s %s: ", level_names[level],
		     (unsigned long long)(now / 1000000000),
		     (unsigned long long)(now % 1000000000 / 1000), thread_name ? thread_name : "-",
		     subsys);
	len = stored_len(n, sizeof(line));
	errno = saved; /* for %m */
	n = vsnprintf(line + len, sizeof(line) - len, fmt, ap);
	if (n > 0 && (size_t)n >= sizeof(line) - len)
		memcpy(line + sizeof(line) - 4, "...", 4);
	len += stored_len(n, sizeof(line) - len);
	for (size_t i = 0; i < len; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	line[len++] = '\n'; /* over the terminating NUL */
	written = write(fd, line, len);
	(void)written; /* a log that cannot be written has nobody to tell */
	errno = saved;
}

void log_write(enum log_level level, const char *subsys, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_writev(level, subsys, fmt, ap);
	va_end(ap);
}

bool log_ratelimit_pass(struct log_ratelimit *rl, uint32_t *ret_dropped)
{
	uint64_t now = now_ns();
	uint64_t start = atomic_load_explicit(&rl->window_start_ns, memory_order_relaxed);

	if ((start == 0 || now - start > RATELIMIT_WINDOW_NS) &&
	    atomic_compare_exchange_strong_explicit(&rl->window_start_ns, &start, now,
						    memory_order_relaxed, memory_order_relaxed))
		atomic_store_explicit(&rl->in_window, 0, memory_order_relaxed);
	if (atomic_fetch_add_explicit(&rl->in_window, 1, memory_order_relaxed) >= RATELIMIT_BURST) {
		atomic_fetch_add_explicit(&rl->dropped, 1, memory_order_relaxed);
		return false;
	}
	*ret_dropped = atomic_exchange_explicit(&rl->dropped, 0, memory_order_relaxed);
	return true;
}
