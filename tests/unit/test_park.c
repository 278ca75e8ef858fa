/*
 * tests/unit/test_park.c - sentry/park.c, wait.c, timer.c and event.c together: no wake-up is lost,
 * no call is resumed twice, whatever races
 *
 * Fake tasks run fake calls ("take a token, wait if there is none") on several workers, with
 * wake-ups by tokens, deadlines and signals at random. The end is reached only if every wake-up
 * arrived.
 */
#include "sentry/park.h"

#include <pthread.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "sentry/abi/errno_internal.h"
#include "sentry/kernel.h"
#include "sentry/task.h"
#include "tests/unit/unit.h"

#define NR_TASKS 64
#define NR_WORKERS 4
#define CALLS_PER_TASK 2000

struct fake {
	struct task t;
	atomic_int running; /* resume() at work: never twice */
	atomic_int drops;
	long tokens, timeouts, signals;
	unsigned int seed;
	atomic_bool finished;
};

static struct kernel kernel;
static struct fake *fakes;
static struct wait_queue wq;
static struct mutex token_mu;
static long token_count, token_taken;
static atomic_int nr_finished;

/* ---- what park.c and event.c need of the rest ---- */

struct task *task_get(struct task *t)
{
	ref_get(&t->ref);
	return t;
}

void task_put(struct task *t)
{
	if (ref_put(&t->ref))
		ASSERT(false); /* the test holds one */
}

static void run_calls(struct fake *f, long first);

void task_resume_parked(struct task *t)
{
	struct fake *f = container_of(t, struct fake, t);
	long r = park_resume(t);

	if (r != SYS_PARKED)
		run_calls(f, r);
	task_put(t);
}

static void drain(void)
{
	struct task *t;

	while ((t = runq_pop()))
		task_resume_parked(t);
}

/* ---- the fake call ---- */

static long take_token(void)
{
	long r = -EAGAIN;

	mutex_lock(&token_mu);
	if (token_count > 0) {
		token_count--;
		token_taken++;
		r = 1;
	}
	mutex_unlock(&token_mu);
	return r;
}

static void fake_drop(struct task *t)
{
	atomic_fetch_add(&container_of(t, struct fake, t)->drops, 1);
}

static long fake_resume(struct task *t, unsigned int reasons)
{
	struct fake *f = container_of(t, struct fake, t);
	long r;

	ASSERT(atomic_fetch_add(&f->running, 1) == 0);
	for (;;) {
		r = take_token();
		if (r != -EAGAIN)
			break;
		if (reasons & WAKE_TIMEOUT) {
			r = -ETIMEDOUT;
			break;
		}
		if (reasons & WAKE_SIGNAL) {
			r = -EINTR;
			break;
		}
		atomic_fetch_sub(&f->running, 1);
		if (park_commit(t, &reasons))
			return SYS_PARKED;
		ASSERT(atomic_fetch_add(&f->running, 1) == 0);
	}
	park_end(t);
	atomic_fetch_sub(&f->running, 1);
	return r;
}

static long fake_call(struct fake *f)
{
	struct task *t = &f->t;
	long r = take_token();

	if (r != -EAGAIN)
		return r;
	park_begin(t, fake_resume, fake_drop, f);
	park_add_wait(t, &wq, POLLIN);
	if (rand_r(&f->seed) % 4 == 0)
		park_set_deadline(t, clock_now_ns(CLOCK_MONOTONIC) + rand_r(&f->seed) % 200000);
	return fake_resume(t, 0);
}

/* Counts a result and makes calls until one parks or all are done. */
static void run_calls(struct fake *f, long r)
{
	for (;;) {
		if (r == 1)
			f->tokens++;
		else if (r == -ETIMEDOUT)
			f->timeouts++;
		else if (r == -EINTR)
			f->signals++;
		if (f->tokens == CALLS_PER_TASK) {
			atomic_store(&f->finished, true);
			atomic_fetch_add(&nr_finished, 1);
			return;
		}
		r = fake_call(f);
		if (r == SYS_PARKED)
			return;
	}
}

/* A worker starts its share of tasks, then makes tokens and wakes, like a writer would. */
static void *worker(void *arg)
{
	long index = (long)arg;
	unsigned int seed = (unsigned int)index + 99;

	for (int i = (int)index; i < NR_TASKS; i += NR_WORKERS) {
		run_calls(&fakes[i], 0);
		drain();
	}
	while (atomic_load(&nr_finished) < NR_TASKS) {
		struct fake *f = &fakes[rand_r(&seed) % NR_TASKS];

		if (rand_r(&seed) % 16 == 0) {
			park_wake(&f->t, WAKE_SIGNAL);
		} else {
			mutex_lock(&token_mu);
			if (token_count < 8)
				token_count += 1 + rand_r(&seed) % 2;
			mutex_unlock(&token_mu);
			wait_wake(&wq, POLLIN);
		}
		drain();
	}
	return NULL;
}

static void *event_thread(void *arg)
{
	(void)arg;
	event_thread_main(&kernel);
	return NULL;
}

static void fakes_new(void)
{
	fakes = calloc(NR_TASKS, sizeof(*fakes));
	assert_non_null(fakes);
	for (int i = 0; i < NR_TASKS; i++) {
		ref_init(&fakes[i].t.ref, 1);
		park_init(&fakes[i].t);
		fakes[i].seed = (unsigned int)i + 1;
	}
	atomic_store(&nr_finished, 0);
	token_count = token_taken = 0;
}

static void every_wakeup_arrives(void **state)
{
	pthread_t threads[NR_WORKERS];
	long tokens = 0, timeouts = 0, signals = 0;

	fakes_new();
	alarm(120);
	for (long i = 0; i < NR_WORKERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, worker, (void *)i), 0);
	for (int i = 0; i < NR_WORKERS; i++)
		pthread_join(threads[i], NULL);
	alarm(0);
	for (int i = 0; i < NR_TASKS; i++) {
		assert_true(atomic_load(&fakes[i].finished));
		tokens += fakes[i].tokens;
		timeouts += fakes[i].timeouts;
		signals += fakes[i].signals;
		assert_int_equal(ref_count(&fakes[i].t.ref), 1);
		assert_int_equal(atomic_load(&fakes[i].t.park.word), 0);
	}
	assert_int_equal(tokens, token_taken);
	assert_int_equal(tokens, (long)NR_TASKS * CALLS_PER_TASK);
	assert_true(timeouts > 0 && signals > 0);
	assert_true(runq_empty());
	assert_false(wait_has_waiters(&wq));
	free(fakes);
}

/* A deadline alone brings a parked call back, by the event thread. */
static void deadline_fires(void **state)
{
	struct fake *f;
	int64_t start = clock_now_ns(CLOCK_MONOTONIC);

	fakes_new();
	f = &fakes[0];
	f->tokens = CALLS_PER_TASK - 1;
	park_begin(&f->t, fake_resume, fake_drop, f);
	park_add_wait(&f->t, &wq, POLLIN);
	park_set_deadline(&f->t, start + 20000000);
	f->seed = 0;
	if (fake_resume(&f->t, 0) != SYS_PARKED)
		fail();
	while (!atomic_load(&f->drops))
		usleep(100);
	assert_true(clock_now_ns(CLOCK_MONOTONIC) - start >= 20000000);
	while (atomic_load(&nr_finished) == 0) { /* the next fake call waits for a token */
		mutex_lock(&token_mu);
		token_count = 1;
		mutex_unlock(&token_mu);
		wait_wake(&wq, POLLIN);
		drain();
	}
	free(fakes);
}

static long never_resume(struct task *t, unsigned int reasons)
{
	(void)t;
	(void)reasons;
	ASSERT(false);
	return 0;
}

static void abort_ends_parked_and_later_parks(void **state)
{
	unsigned int reasons = 0;
	struct fake *f;

	fakes_new();
	f = &fakes[0];
	park_begin(&f->t, never_resume, fake_drop, f);
	park_add_wait(&f->t, &wq, POLLIN);
	assert_true(park_commit(&f->t, &reasons));
	assert_true(park_is_parked(&f->t));
	park_abort(&f->t);
	park_wake(&f->t, WAKE_READY);
	assert_ptr_equal(runq_pop(), &f->t);
	assert_null(runq_pop());
	assert_int_equal(park_resume(&f->t), -EINTR);
	task_put(&f->t);
	assert_int_equal(atomic_load(&f->drops), 1);
	assert_false(wait_has_waiters(&wq));

	park_begin(&f->t, never_resume, fake_drop, f);
	assert_false(park_commit(&f->t, &reasons));
	assert_true(reasons & WAKE_SIGNAL);
	park_end(&f->t);
	assert_int_equal(atomic_load(&f->drops), 2);
	free(fakes);
}

static void wake_before_commit_is_kept(void **state)
{
	unsigned int reasons = 0;
	struct fake *f;

	fakes_new();
	f = &fakes[0];
	park_wake(&f->t, WAKE_SIGNAL); /* no park: for nobody */
	park_begin(&f->t, never_resume, fake_drop, f);
	park_add_wait(&f->t, &wq, POLLIN);
	wait_wake(&wq, POLLOUT); /* not asked for */
	wait_wake(&wq, POLLIN);
	assert_true(runq_empty());
	assert_false(park_commit(&f->t, &reasons));
	assert_int_equal(reasons, WAKE_READY);
	assert_true(park_commit(&f->t, &reasons));
	wait_wake(&wq, POLLHUP); /* always */
	assert_ptr_equal(runq_pop(), &f->t);
	task_put(&f->t);
	atomic_fetch_and(&f->t.park.word, 0x100u);
	park_end(&f->t);
	free(fakes);
}

/* ---- timers ---- */

static atomic_int timer_fired;
static struct timer cancel_me;

static void slow_timer(struct timer *tm)
{
	(void)tm;
	usleep(20000);
	atomic_fetch_add(&timer_fired, 1);
}

static void cancel_waits_for_a_running_timer(void **state)
{
	for (int i = 0; i < 5; i++) {
		atomic_store(&timer_fired, 0);
		timer_init(&cancel_me, slow_timer);
		timer_arm(&cancel_me, clock_now_ns(CLOCK_MONOTONIC));
		usleep(5000);
		timer_cancel(&cancel_me);
		assert_int_equal(atomic_load(&timer_fired), 1);
	}
	timer_arm(&cancel_me, clock_now_ns(CLOCK_MONOTONIC) + 50000000);
	assert_true(timer_cancel_nowait(&cancel_me));
	assert_false(timer_cancel_nowait(&cancel_me));
	usleep(60000);
	assert_int_equal(atomic_load(&timer_fired), 1);
}

static int order[3], order_len;
static struct timer order_timers[3];

static void order_timer(struct timer *tm)
{
	order[order_len++] = (int)(tm - order_timers);
}

static void timers_fire_in_order(void **state)
{
	int64_t now = clock_now_ns(CLOCK_MONOTONIC);

	for (int i = 0; i < 3; i++)
		timer_init(&order_timers[i], order_timer);
	timer_arm(&order_timers[2], now + 30000000);
	timer_arm(&order_timers[0], now + 10000000);
	timer_arm(&order_timers[1], now + 40000000);
	timer_arm(&order_timers[1], now + 20000000); /* moved */
	usleep(100000);
	for (int i = 0; i < 3; i++)
		timer_cancel(&order_timers[i]);
	assert_int_equal(order_len, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(order[i], i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wake_before_commit_is_kept),
		cmocka_unit_test(abort_ends_parked_and_later_parks),
		cmocka_unit_test(timers_fire_in_order),
		cmocka_unit_test(cancel_waits_for_a_running_timer),
		cmocka_unit_test(deadline_fires),
		cmocka_unit_test(every_wakeup_arrives),
	};
	pthread_t thread;
	int failed;

	mutex_init(&token_mu, LOCK_PIPE);
	wait_queue_init(&wq);
	if (event_init(&kernel) < 0 || pthread_create(&thread, NULL, event_thread, NULL))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	atomic_store(&kernel.exiting, true);
	event_kick();
	pthread_join(thread, NULL);
	return failed;
}
