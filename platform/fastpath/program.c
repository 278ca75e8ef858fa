/*
 * platform/fastpath/program.c - which programs make many calls, as far as their former runs tell
 *
 * Model: a small table of programs (the names that were executed, by their address in the sentry: if
 * that is used again for another name, the guess is wrong once) whose last run with a channel had
 * MANY_HITS calls served. The next one gets its channel after a few traps. A program that got its
 * channel so and made fewer than FEW_HITS calls leaves the table.
 *
 * Locking: fast.mu.
 */
#include "platform/fastpath/fast_mm.h"
#include "sentry/task.h"

#define MANY_HITS 150
#define FEW_HITS 40
#define NR_PROGRAMS 64

static uintptr_t programs[NR_PROGRAMS];
static uint32_t next_program;

uintptr_t fast_program_of(struct process *p)
{
	uintptr_t id;

	mutex_lock(&p->mu);
	id = (uintptr_t)p->exe.dentry;
	mutex_unlock(&p->mu);
	return id;
}

static uintptr_t *find_locked(uintptr_t id)
{
	for (uint32_t i = 0; id && i < NR_PROGRAMS; i++)
		if (programs[i] == id)
			return &programs[i];
	return NULL;
}

bool fast_program_is_busy(uintptr_t id)
{
	bool busy;

	mutex_lock(&fast.mu);
	busy = find_locked(id) != NULL;
	mutex_unlock(&fast.mu);
	return busy;
}

void fast_program_note_locked(const struct channel *ch)
{
	uint32_t hits = atomic_load_explicit(&ch->hits, memory_order_relaxed) - ch->hits_of_others;
	uintptr_t *known = find_locked(ch->program);

	if (!ch->program)
		return;
	if (hits >= MANY_HITS && !known) {
		programs[next_program] = ch->program;
		next_program = (next_program + 1) % NR_PROGRAMS;
	} else if (known && ch->was_early && hits < FEW_HITS) {
		*known = 0;
	}
}
