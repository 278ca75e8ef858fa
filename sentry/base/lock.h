/*
 * sentry/base/lock.h - mutexes, reader-writer locks and conditions, with a checked order
 *
 * Model: thin wrappers of the pthread ones, which never fail here (a failure is a programmer's error
 * and asserts). Each lock carries a rank of lock_order.h. Builds with -DLOCK_DEBUG keep a list of the
 * held locks per thread and abort, naming both locks, on:
 *   - a lock whose rank is not greater than all held ones (equal is allowed by mutex_lock_nested)
 *   - a lock taken twice, an unlock of what is not held
 *   - a cond_wait with a lock held inside of the waited-on mutex
 * mutex_trylock cannot deadlock, so it is not checked itself, but what is taken after it is.
 *
 * Interface: a mutex is named mu or <what>_mu and is declared before what it guards; that is marked
 * GUARDED_BY(&mu), and functions named _locked are marked REQUIRES(&x->mu). These expand only for
 * clang 19 and later; older ones reject members of C structs.
 *
 * cond_wait wakes spuriously: loop around it. cond_timedwait takes an absolute CLOCK_MONOTONIC time
 * in nanoseconds and returns 0 or -ETIMEDOUT.
 */
#ifndef SENTRY_BASE_LOCK_H
#define SENTRY_BASE_LOCK_H

#include "sentry/base/base.h"
#include "sentry/base/lock_order.h"

#include <pthread.h>

#if defined(__clang__)
#if __clang_major__ >= 19
#define TSA_(x) __attribute__((x))
#endif
#endif
#ifndef TSA_
#define TSA_(x)
#endif

#define CAPABILITY(name) TSA_(capability(name))
#define GUARDED_BY(x) TSA_(guarded_by(x))
#define PT_GUARDED_BY(x) TSA_(pt_guarded_by(x))
#define REQUIRES(...) TSA_(requires_capability(__VA_ARGS__))
#define REQUIRES_SHARED(...) TSA_(requires_shared_capability(__VA_ARGS__))
#define EXCLUDES(...) TSA_(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) TSA_(acquire_capability(__VA_ARGS__))
#define ACQUIRE_SHARED(...) TSA_(acquire_shared_capability(__VA_ARGS__))
#define TRY_ACQUIRE(...) TSA_(try_acquire_capability(__VA_ARGS__))
#define RELEASE(...) TSA_(release_capability(__VA_ARGS__))
#define RELEASE_ANY(...) TSA_(release_generic_capability(__VA_ARGS__))
#define ASSERTS_HELD(...) TSA_(assert_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS TSA_(no_thread_safety_analysis)

#ifdef LOCK_DEBUG
#define LOCK_FN
#else
#define LOCK_FN static inline
#endif

struct CAPABILITY("mutex") mutex {
	pthread_mutex_t host;
	enum lock_rank rank;
};

struct CAPABILITY("rwlock") rwlock {
	pthread_rwlock_t host;
	enum lock_rank rank;
};

struct cond {
	pthread_cond_t host;
};

void mutex_init(struct mutex *m, enum lock_rank rank);
void mutex_destroy(struct mutex *m);

void rwlock_init(struct rwlock *l, enum lock_rank rank);
void rwlock_destroy(struct rwlock *l);

void cond_init(struct cond *c);
void cond_destroy(struct cond *c);
void cond_wait(struct cond *c, struct mutex *m) REQUIRES(m);
must_check int cond_timedwait(struct cond *c, struct mutex *m, uint64_t deadline_ns) REQUIRES(m);
void cond_signal(struct cond *c);
void cond_broadcast(struct cond *c);

const char *lock_rank_name(enum lock_rank rank);

/* Inline below, or checking functions in debug builds. */
LOCK_FN void mutex_lock(struct mutex *m) ACQUIRE(m);
LOCK_FN void mutex_lock_nested(struct mutex *m) ACQUIRE(m);
LOCK_FN must_check bool mutex_trylock(struct mutex *m) TRY_ACQUIRE(true, m);
LOCK_FN void mutex_unlock(struct mutex *m) RELEASE(m);
LOCK_FN void mutex_assert_held(const struct mutex *m) ASSERTS_HELD(m);
LOCK_FN void rwlock_rdlock(struct rwlock *l) ACQUIRE_SHARED(l);
LOCK_FN void rwlock_wrlock(struct rwlock *l) ACQUIRE(l);
LOCK_FN void rwlock_unlock(struct rwlock *l) RELEASE_ANY(l);

/* Asserts that this thread holds no lock: before sleeping, running a guest, dropping a reference. */
LOCK_FN void lock_assert_none_held(void);
/* Asserts that it holds none but the offset of an open file, which its own users alone wait for:
 * before a copy from or to a guest, which decides how long that takes. */
LOCK_FN void lock_assert_copy_ok(void);

#ifndef LOCK_DEBUG

static inline NO_THREAD_SAFETY_ANALYSIS void mutex_lock(struct mutex *m)
{
	int err = pthread_mutex_lock(&m->host);

	ASSERT(err == 0);
}

static inline NO_THREAD_SAFETY_ANALYSIS void mutex_lock_nested(struct mutex *m)
{
	int err = pthread_mutex_lock(&m->host);

	ASSERT(err == 0);
}

static inline NO_THREAD_SAFETY_ANALYSIS bool mutex_trylock(struct mutex *m)
{
	return pthread_mutex_trylock(&m->host) == 0;
}

static inline NO_THREAD_SAFETY_ANALYSIS void mutex_unlock(struct mutex *m)
{
	int err = pthread_mutex_unlock(&m->host);

	ASSERT(err == 0);
}

static inline NO_THREAD_SAFETY_ANALYSIS void mutex_assert_held(const struct mutex *m)
{
	(void)m;
}

static inline NO_THREAD_SAFETY_ANALYSIS void rwlock_rdlock(struct rwlock *l)
{
	int err = pthread_rwlock_rdlock(&l->host);

	ASSERT(err == 0);
}

static inline NO_THREAD_SAFETY_ANALYSIS void rwlock_wrlock(struct rwlock *l)
{
	int err = pthread_rwlock_wrlock(&l->host);

	ASSERT(err == 0);
}

static inline NO_THREAD_SAFETY_ANALYSIS void rwlock_unlock(struct rwlock *l)
{
	int err = pthread_rwlock_unlock(&l->host);

	ASSERT(err == 0);
}

static inline NO_THREAD_SAFETY_ANALYSIS void lock_assert_none_held(void)
{
}

static inline NO_THREAD_SAFETY_ANALYSIS void lock_assert_copy_ok(void)
{
}

#endif

#endif
