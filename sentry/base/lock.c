/*
 * sentry/base/lock.c - set-up of locks, conditions, and the order check of debug builds
 *
 * The check keeps, per thread, an array of held locks in the order they were taken. It is not sorted
 * (mutex_trylock may break the order, and unlocking need not be last in, first out), so a new lock is
 * compared with all of them; there are never many.
 */
#include "sentry/base/lock.h"

#include <stdio.h>
#include <time.h>

#define LOCK_RANK_NAME_(name, reason) [name] = #name,

static const char *const rank_names[LOCK_RANK_COUNT] = {[LOCK_UNRANKED] = "LOCK_UNRANKED",
							LOCK_RANKS(LOCK_RANK_NAME_)};

const char *lock_rank_name(enum lock_rank rank)
{
	return (unsigned int)rank < LOCK_RANK_COUNT ? rank_names[rank] : "(no rank)";
}

static void check_rank(enum lock_rank rank)
{
	ASSERT(rank > LOCK_UNRANKED && rank < LOCK_RANK_COUNT);
}

void mutex_init(struct mutex *m, enum lock_rank rank)
{
	int err = pthread_mutex_init(&m->host, NULL);

	ASSERT(err == 0);
	check_rank(rank);
	m->rank = rank;
}

void mutex_destroy(struct mutex *m)
{
	int err = pthread_mutex_destroy(&m->host);

	ASSERT(err == 0); /* EBUSY: somebody holds it */
	m->rank = LOCK_UNRANKED;
}

void rwlock_init(struct rwlock *l, enum lock_rank rank)
{
	int err = pthread_rwlock_init(&l->host, NULL);

	ASSERT(err == 0);
	check_rank(rank);
	l->rank = rank;
}

void rwlock_destroy(struct rwlock *l)
{
	int err = pthread_rwlock_destroy(&l->host);

	ASSERT(err == 0);
	l->rank = LOCK_UNRANKED;
}

void cond_init(struct cond *c)
{
	pthread_condattr_t attr;
	int err = pthread_condattr_init(&attr);

	ASSERT(err == 0);
	err = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	ASSERT(err == 0);
	err = pthread_cond_init(&c->host, &attr);
	ASSERT(err == 0);
	pthread_condattr_destroy(&attr);
}

void cond_destroy(struct cond *c)
{
	int err = pthread_cond_destroy(&c->host);

	ASSERT(err == 0);
}

void cond_signal(struct cond *c)
{
	int err = pthread_cond_signal(&c->host);

	ASSERT(err == 0);
}

void cond_broadcast(struct cond *c)
{
	int err = pthread_cond_broadcast(&c->host);

	ASSERT(err == 0);
}

#ifdef LOCK_DEBUG

#define HELD_MAX 32

struct held {
	const void *lock;
	enum lock_rank rank;
};

static _Thread_local struct held held[HELD_MAX];
static _Thread_local unsigned int held_count;

static _Noreturn void order_failed(const char *what, enum lock_rank rank, enum lock_rank other)
{
	char buf[256];

	snprintf(buf, sizeof(buf), "lock order: %s %s (%d), held: %s (%d)", what,
		 lock_rank_name(rank), (int)rank, lock_rank_name(other), (int)other);
	assert_failed(buf, "sentry/base/lock_order.h", 0, "lock");
}

static int held_index(const void *lock)
{
	for (unsigned int i = 0; i < held_count; i++)
		if (held[i].lock == lock)
			return (int)i;
	return -1;
}

static void check_order(const void *lock, enum lock_rank rank, bool nested)
{
	if (rank <= LOCK_UNRANKED || rank >= LOCK_RANK_COUNT)
		order_failed("lock that was not initialised:", rank, LOCK_UNRANKED);
	for (unsigned int i = 0; i < held_count; i++) {
		if (held[i].lock == lock)
			order_failed("taken twice:", rank, held[i].rank);
		if (held[i].rank > rank || (held[i].rank == rank && !nested))
			order_failed("taking", rank, held[i].rank);
	}
}

static void held_push(const void *lock, enum lock_rank rank)
{
	if (held_count == HELD_MAX)
		order_failed("too many locks, taking", rank, held[held_count - 1].rank);
	held[held_count].lock = lock;
	held[held_count].rank = rank;
	held_count++;
}

static void held_remove(const void *lock, enum lock_rank rank)
{
	int i = held_index(lock);

	if (i < 0)
		order_failed("unlocking what is not held:", rank, LOCK_UNRANKED);
	for (held_count--; (unsigned int)i < held_count; i++)
		held[i] = held[i + 1];
}

void lock_assert_none_held(void)
{
	if (held_count)
		order_failed("no lock may be held here;", LOCK_UNRANKED, held[held_count - 1].rank);
}

void lock_assert_copy_ok(void)
{
	for (unsigned int i = 0; i < held_count; i++)
		if (held[i].rank != LOCK_FILE_POS)
			order_failed("guest memory copied;", LOCK_UNRANKED, held[i].rank);
}

void mutex_assert_held(const struct mutex *m)
{
	if (held_index(m) < 0)
		order_failed("not held:", m->rank, LOCK_UNRANKED);
}

static void mutex_lock_checked(struct mutex *m, bool nested)
{
	int err;

	check_order(m, m->rank, nested);
	err = pthread_mutex_lock(&m->host);
	ASSERT(err == 0);
	held_push(m, m->rank);
}

void mutex_lock(struct mutex *m)
{
	mutex_lock_checked(m, false);
}

void mutex_lock_nested(struct mutex *m)
{
	mutex_lock_checked(m, true);
}

bool mutex_trylock(struct mutex *m)
{
	if (pthread_mutex_trylock(&m->host) != 0)
		return false;
	held_push(m, m->rank);
	return true;
}

void mutex_unlock(struct mutex *m)
{
	int err;

	held_remove(m, m->rank);
	err = pthread_mutex_unlock(&m->host);
	ASSERT(err == 0);
}

void rwlock_rdlock(struct rwlock *l)
{
	int err;

	check_order(l, l->rank, false);
	err = pthread_rwlock_rdlock(&l->host);
	ASSERT(err == 0);
	held_push(l, l->rank);
}

void rwlock_wrlock(struct rwlock *l)
{
	int err;

	check_order(l, l->rank, false);
	err = pthread_rwlock_wrlock(&l->host);
	ASSERT(err == 0);
	held_push(l, l->rank);
}

void rwlock_unlock(struct rwlock *l)
{
	int err;

	held_remove(l, l->rank);
	err = pthread_rwlock_unlock(&l->host);
	ASSERT(err == 0);
}

/* Waiting takes the mutex again at its end, under whatever else is held. */
static void check_wait(const struct mutex *m)
{
	mutex_assert_held(m);
	for (unsigned int i = 0; i < held_count; i++)
		if (held[i].lock != m && held[i].rank >= m->rank)
			order_failed("waiting on", m->rank, held[i].rank);
}

#else

static void check_wait(const struct mutex *m)
{
	(void)m;
}

#endif

void cond_wait(struct cond *c, struct mutex *m)
{
	int err;

	check_wait(m);
	err = pthread_cond_wait(&c->host, &m->host);
	ASSERT(err == 0);
}

int cond_timedwait(struct cond *c, struct mutex *m, uint64_t deadline_ns)
{
	struct timespec ts = {.tv_sec = (time_t)(deadline_ns / 1000000000),
			      .tv_nsec = (long)(deadline_ns % 1000000000)};
	int err;

	check_wait(m);
	err = pthread_cond_timedwait(&c->host, &m->host, &ts);
	ASSERT(err == 0 || err == ETIMEDOUT);
	return -err;
}
