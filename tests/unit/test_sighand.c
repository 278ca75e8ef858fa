/*
 * tests/unit/test_sighand.c - sentry/sighand.c
 */
#include "sentry/sighand.h"
#include "sentry/task.h"
#include "tests/unit/unit.h"

#include <signal.h>
#include <string.h>

static const struct sighand_action act = {.handler = 0x1234, .mask = 5};

static void setup(struct process *p)
{
	memset(p, 0, sizeof(*p));
	mutex_init(&p->mu, LOCK_PROCESS);
}

static void nothing_is_remembered_at_first(void **state)
{
	struct process p, child;

	setup(&p);
	setup(&child);
	assert_null(sighand_get(&p));
	assert_int_equal(sighand_inherit(&child, &p, false), 0);
	assert_null(child.sighand);
}

static void copies_go_their_own_way(void **state)
{
	struct process p, child;
	struct sighand *h, *c;
	struct sighand_action got;

	setup(&p);
	setup(&child);
	h = sighand_make(&p);
	assert_ptr_equal(h, p.sighand);
	assert_false(sighand_action_get(h, SIGHAND_NR, &got));
	sighand_action_set(h, SIGHAND_NR, &act);
	h->no_restart = 1;
	assert_int_equal(sighand_inherit(&child, &p, false), 0);
	c = sighand_get(&child);
	assert_ptr_not_equal(c, h);
	assert_int_equal(c->no_restart, 1);
	assert_true(sighand_action_get(c, SIGHAND_NR, &got));
	assert_memory_equal(&got, &act, sizeof(act));
	sighand_action_set(c, SIGINT, &act);
	assert_false(sighand_action_get(h, SIGINT, &got));
	sighand_put(c);
	sighand_put(h);
	sighand_exec(&p);
	sighand_exec(&child);
	assert_null(p.sighand);
}

/* Either of the two may be the first to have something to remember. */
static void shared_ones_are_made_for_both(void **state)
{
	struct process p, child;

	setup(&p);
	setup(&child);
	assert_int_equal(sighand_inherit(&child, &p, true), 0);
	assert_non_null(p.sighand);
	assert_ptr_equal(child.sighand, p.sighand);
	sighand_exec(&child);
	assert_non_null(p.sighand);
	sighand_exec(&p);
}

static void one_shot_handlers_are_not_known(void **state)
{
	struct sighand_action once = {.handler = 0x1234, .flags = SA_RESETHAND}, got;
	struct process p;
	struct sighand *h;

	setup(&p);
	h = sighand_make(&p);
	sighand_action_set(h, SIGINT, &act);
	sighand_action_set(h, SIGINT, &once);
	assert_false(sighand_action_get(h, SIGINT, &got));
	sighand_put(h);
	sighand_exec(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_remembered_at_first),
		cmocka_unit_test(copies_go_their_own_way),
		cmocka_unit_test(shared_ones_are_made_for_both),
		cmocka_unit_test(one_shot_handlers_are_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
