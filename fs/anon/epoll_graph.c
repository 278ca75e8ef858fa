/*
 * fs/anon/epoll_graph.c - epolls that watch epolls: no cycles, bounded depth and fan-out
 *
 * Model: a wake-up of a file runs up through all epolls that watch it, an epoll's poll runs down
 * through those it watches. Both are recursive, so the graph must be acyclic, at most EP_MAX_NESTS
 * deep, and the number of upward paths from one file is bounded per length, as in
 * fs/eventpoll.c (path_limits there): else a guest could make one wake-up cost arbitrary time.
 *
 * Locking: graph_mu (LOCK_EPOLL_NEST) is held from the check until the new edge is in place; every
 * edge between epolls is added under it. Walks down take the ep->mu of one epoll at a time to copy
 * its edges; walks up hold epi_links_mu.
 */
#include "fs/anon/epoll_impl.h"

#include "sentry/base/mem.h"

#define EP_MAX_NESTS 4

static struct mutex graph_mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_EPOLL_NEST};
static uint64_t walk GUARDED_BY(&graph_mu); /* counts the walks down */

/* Greatest length of a chain of epolls below ep; -ELOOP if it reaches forbidden or is too deep.
 * A shared part is visited once: its depth is remembered for this walk. */
static int depth_below(struct epoll *ep, const struct epoll *forbidden, int depth)
{
	struct epitem *epi;
	int deepest = 0;

	if (depth > EP_MAX_NESTS)
		return -ELOOP;
	if (ep->seen == walk)
		return ep->below;
	mutex_lock_nested(&ep->mu);
	rb_for_each_entry(epi, &ep->items, node) {
		struct epoll *below;
		int d;

		if (!file_is_epoll(epi->file))
			continue;
		below = epi->file->data;
		d = below == forbidden ? -ELOOP : depth_below(below, forbidden, depth + 1);
		if (d < 0) {
			deepest = d;
			break;
		}
		deepest = MAX(deepest, d + 1);
	}
	mutex_unlock(&ep->mu);
	ep->seen = walk;
	ep->below = deepest;
	return deepest;
}

/* Length of the longest chain of epolls above f. */
static int depth_above_locked(const struct file *f, int depth) REQUIRES(&epi_links_mu)
{
	struct epitem *epi;
	int highest = 0;

	if (depth > EP_MAX_NESTS)
		return depth;
	list_for_each_entry(epi, &f->epitems, file_node) {
		int d = depth_above_locked(epi->ep->file, depth + 1) + 1;

		highest = MAX(highest, d);
		if (highest > EP_MAX_NESTS)
			break;
	}
	return highest;
}

/* Counts the paths from f upwards by their length; false when a limit is passed. */
static bool count_paths_locked(const struct file *f, int depth, unsigned int *counts)
	REQUIRES(&epi_links_mu)
{
	static const unsigned int limits[EP_MAX_NESTS + 1] = {1000, 500, 100, 50, 10};
	struct epitem *epi;

	if (depth > EP_MAX_NESTS)
		return false;
	list_for_each_entry(epi, &f->epitems, file_node) {
		const struct file *up = epi->ep->file;

		if (list_empty(&up->epitems)) {
			if (++counts[depth] > limits[depth] && depth > 0)
				return false;
		} else if (!count_paths_locked(up, depth + 1, counts)) {
			return false;
		}
	}
	return true;
}

static int check_nesting(struct epoll *ep, struct epoll *target)
{
	int below, above;

	walk++;
	below = depth_below(target, ep, 0);
	if (below < 0)
		return below;
	mutex_lock(&epi_links_mu);
	above = depth_above_locked(ep->file, 0);
	mutex_unlock(&epi_links_mu);
	return above + 1 + below > EP_MAX_NESTS ? -ELOOP : 0;
}

/* The paths that the new edge adds are those above ep, one longer. */
static int check_paths(struct epoll *ep, struct file *target)
{
	unsigned int counts[EP_MAX_NESTS + 1] = {0};
	bool ok;

	mutex_lock(&epi_links_mu);
	ok = count_paths_locked(ep->file, 1, counts) && count_paths_locked(target, 0, counts);
	mutex_unlock(&epi_links_mu);
	return ok ? 0 : -EINVAL;
}

int epoll_graph_begin(struct epoll *ep, struct file *target, bool *ret_locked)
{
	int err = 0;

	*ret_locked = false;
	if (!file_is_epoll(target)) {
		bool watched;

		mutex_lock(&epi_links_mu);
		watched = !list_empty(&ep->file->epitems);
		mutex_unlock(&epi_links_mu);
		if (!watched)
			return 0; /* a leaf: the plain case */
	}
	mutex_lock(&graph_mu);
	if (file_is_epoll(target))
		err = check_nesting(ep, target->data);
	if (err == 0)
		err = check_paths(ep, target);
	if (err < 0)
		mutex_unlock(&graph_mu);
	else
		*ret_locked = true;
	return err;
}

void epoll_graph_end(bool locked)
{
	if (locked)
		mutex_unlock(&graph_mu);
}
