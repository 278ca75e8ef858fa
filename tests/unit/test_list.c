/*
 * tests/unit/test_list.c - sentry/base/list.h
 */
#include "sentry/base/list.h"
#include "tests/unit/unit.h"

struct item {
	int value;
	struct list node;
};

/* The values, first to last, as the digits of a number; checks the back links too. */
static int digits(struct list *head)
{
	struct item *it;
	int forward = 0, backward = 0, scale = 1;

	list_for_each_entry(it, head, node)
		forward = forward * 10 + it->value;
	list_for_each_entry_reverse(it, head, node) {
		backward += it->value * scale;
		scale *= 10;
	}
	assert_int_equal(forward, backward);
	return forward;
}

static void add_puts_first_and_add_tail_last(void **state)
{
	struct list head = LIST_HEAD_INIT(head);
	struct item a = {.value = 1}, b = {.value = 2}, c = {.value = 3};

	assert_true(list_empty(&head));
	assert_null(list_first_entry_or_null(&head, struct item, node));
	list_add(&b.node, &head);
	list_add(&a.node, &head);
	list_add_tail(&c.node, &head);
	assert_int_equal(digits(&head), 123);
	assert_ptr_equal(list_first_entry(&head, struct item, node), &a);
	assert_ptr_equal(list_last_entry(&head, struct item, node), &c);
}

static void del_unlinks_and_may_repeat(void **state)
{
	struct list head = LIST_HEAD_INIT(head);
	struct item a = {.value = 1}, b = {.value = 2};

	list_add_tail(&a.node, &head);
	list_add_tail(&b.node, &head);
	list_del(&a.node);
	list_del(&a.node);
	assert_true(list_empty(&a.node));
	assert_int_equal(digits(&head), 2);
}

static void safe_loop_allows_removal(void **state)
{
	struct list head = LIST_HEAD_INIT(head);
	struct item items[5], *it, *tmp;

	for (int i = 0; i < 5; i++) {
		items[i].value = i + 1;
		list_add_tail(&items[i].node, &head);
	}
	list_for_each_entry_safe(it, tmp, &head, node)
		if (it->value % 2)
			list_del(&it->node);
	assert_int_equal(digits(&head), 24);
}

static void splice_and_move_keep_order(void **state)
{
	struct list from = LIST_HEAD_INIT(from), to = LIST_HEAD_INIT(to);
	struct item items[4];

	for (int i = 0; i < 4; i++) {
		items[i].value = i + 1;
		list_add_tail(&items[i].node, i < 2 ? &to : &from);
	}
	list_splice_tail(&from, &to);
	assert_true(list_empty(&from));
	assert_int_equal(digits(&to), 1234);
	list_splice_tail(&from, &to);
	assert_int_equal(digits(&to), 1234);
	list_move_tail(&items[0].node, &to);
	assert_int_equal(digits(&to), 2341);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add_puts_first_and_add_tail_last),
		cmocka_unit_test(del_unlinks_and_may_repeat),
		cmocka_unit_test(safe_loop_allows_removal),
		cmocka_unit_test(splice_and_move_keep_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
