/*
 * sentry/base/list.h - intrusive circular doubly linked list
 *
 * Model: a struct list is either a head or a node embedded in an object. Both are always
 * initialised; an unlinked node points to itself, so list_empty(&obj->node) tells whether an object
 * is on no list, and list_del of an unlinked node does nothing.
 *
 * Interface: list_add and list_add_tail take the node first, then the head. list_first_entry needs a
 * non-empty list; the _or_null forms do not. In list_for_each_entry_safe the current entry may be
 * removed (and freed) inside the body, its neighbours may not.
 *
 * Locking: the caller's.
 */
#ifndef SENTRY_BASE_LIST_H
#define SENTRY_BASE_LIST_H

#include "sentry/base/base.h"

struct list {
	struct list *next, *prev;
};

/* struct list head = LIST_HEAD_INIT(head); */
// clang-format off
#define LIST_HEAD_INIT(name) {&(name), &(name)}
// clang-format on

static inline void list_init(struct list *l)
{
	l->next = l;
	l->prev = l;
}

static inline bool list_empty(const struct list *head)
{
	return head->next == head;
}

static inline void list_insert_between_(struct list *node, struct list *prev, struct list *next)
{
	prev->next = node;
	node->prev = prev;
	node->next = next;
	next->prev = node;
}

/* Puts an unlinked @node first (after @head, which may also be any linked node). */
static inline void list_add(struct list *node, struct list *head)
{
	list_insert_between_(node, head, head->next);
}

/* Puts an unlinked @node last (before @head, which may also be any linked node). */
static inline void list_add_tail(struct list *node, struct list *head)
{
	list_insert_between_(node, head->prev, head);
}

static inline void list_del(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

static inline void list_move_tail(struct list *node, struct list *head)
{
	list_del(node);
	list_add_tail(node, head);
}

/* Moves all of @from, in order, to the end of @to; @from is empty afterwards. */
static inline void list_splice_tail(struct list *from, struct list *to)
{
	if (list_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}

#define list_entry(node, type, member) container_of(node, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member)                                               \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(pos, member) list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev_entry(pos, member) list_entry((pos)->member.prev, __typeof__(*(pos)), member)

#define list_for_each_entry(pos, head, member)                                                     \
	for ((pos) = list_first_entry(head, __typeof__(*(pos)), member); &(pos)->member != (head); \
	     (pos) = list_next_entry(pos, member))

#define list_for_each_entry_reverse(pos, head, member)                                             \
	for ((pos) = list_last_entry(head, __typeof__(*(pos)), member); &(pos)->member != (head);  \
	     (pos) = list_prev_entry(pos, member))

#define list_for_each_entry_safe(pos, tmp, head, member)                                           \
	for ((pos) = list_first_entry(head, __typeof__(*(pos)), member),                           \
	    (tmp) = list_next_entry(pos, member);                                                  \
	     &(pos)->member != (head); (pos) = (tmp), (tmp) = list_next_entry(tmp, member))

#endif
