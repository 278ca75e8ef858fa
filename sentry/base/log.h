/*
 * sentry/base/log.h - the sentry's log
 *
 * Model: one line per message, `<level> <seconds> <thread> <subsystem>: <text>`, written with a single
 * write(2) to the log fd, so lines of several threads do not mix. Nothing is allocated and no lock is
 * taken, which makes it usable in signal handlers and under every lock (do not print floating point:
 * its conversion may allocate). Long lines are cut; bytes outside printable ASCII become '?', so a
 * guest's text cannot forge lines or drive a terminal. errno is preserved.
 *
 * Interface: a .c file may `#define LOG_SUBSYS "pipe"` before its includes. Whatever a guest can
 * trigger at will goes through log_ratelimited(LOG_LEVEL_WARN, ...): 10 lines per 5 seconds and call
 * site, then a count of what was dropped. Libraries do not log what they return as an error.
 *
 * Level and fd are set at start-up (log_set_level, log_set_fd); the default is warnings to stderr.
 * fd -1 turns the log off.
 */
#ifndef SENTRY_BASE_LOG_H
#define SENTRY_BASE_LOG_H

#include "sentry/base/base.h"

#include <stdarg.h>
#include <stdatomic.h>

#ifndef LOG_SUBSYS
#define LOG_SUBSYS "sentry"
#endif

#define LOG_LINE_MAX 1024

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_TRACE,
};

/* State of one rate-limited call site; zero is ready for use. */
struct log_ratelimit {
	_Atomic uint64_t window_start_ns;
	_Atomic uint32_t in_window;
	_Atomic uint32_t dropped;
};

extern _Atomic int log_level_now; /* read through log_enabled only */

void log_set_level(enum log_level level);
void log_set_fd(int fd);

/* "error", "warn", "info", "debug" or "trace"; -EINVAL for anything else. */
must_check int log_level_parse(const char *name, enum log_level *ret_level);

/* Name of this thread in log lines; @name must outlive the thread. */
void log_set_thread_name(const char *name);

void log_write(enum log_level level, const char *subsys, const char *fmt, ...) printf_like(3, 4);
void log_writev(enum log_level level, const char *subsys, const char *fmt, va_list ap)
	printf_like(3, 0);

/* True if the call site may log now; the number dropped before goes to @ret_dropped. */
must_check bool log_ratelimit_pass(struct log_ratelimit *rl, uint32_t *ret_dropped);

static inline bool log_enabled(enum log_level level)
{
	return (int)level <= atomic_load_explicit(&log_level_now, memory_order_relaxed);
}

#define log_at(level, ...)                                                                         \
	do {                                                                                       \
		if (unlikely(log_enabled(level)))                                                  \
			log_write(level, LOG_SUBSYS, __VA_ARGS__);                                 \
	} while (0)

#define log_err(...) log_at(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) log_at(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_at(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_trace(...) log_at(LOG_LEVEL_TRACE, __VA_ARGS__)

#define log_ratelimited(level, ...)                                                                \
	do {                                                                                       \
		static struct log_ratelimit rl_;                                                   \
		uint32_t dropped_;                                                                 \
                                                                                                   \
		if (log_enabled(level) && log_ratelimit_pass(&rl_, &dropped_)) {                   \
			log_write(level, LOG_SUBSYS, __VA_ARGS__);                                 \
			if (dropped_)                                                              \
				log_write(level, LOG_SUBSYS, "(%u lines dropped before this one)", \
					  dropped_);                                               \
		}                                                                                  \
	} while (0)

#endif
