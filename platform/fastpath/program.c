/*
 * platform/fastpath/program.c - which programs make many calls, as far as their former runs tell
 *
 * Model: a small table of programs (the names that were executed, by their address in the sentry: if
 * that is used again for another name, the guess is wrong once) a thread of which made MANY_CALLS
 * calls that can go over channels. The next run begins with a channel (notify/exec_channel.h), or gets it
 * after a few traps. A program whose first thread makes fewer than FEW_CALLS leaves the table.
 *
 * Locking: fast.mu.
 */
#include "platform/fastpath/fast_mm.h"
#include "sentry/task.h"

#define MANY_CALLS 100
#define FEW_CALLS 50
#define NR_PROGRAMS 64

/* How many threads runs have had at once is forgotten by one in so many runs: they differ, and a channel too
 * few costs a mapping whose descriptor the host makes room for, which takes 10 ms when there are threads. */
#define THREADS_UNIT 8

static struct program {
	uintptr_t id;
	uint32_t threads; /* in THREADS_UNITs */
} programs[NR_PROGRAMS];
static uint32_t next_program;

uintptr_t fast_program_of(struct process *p)
{
	uintptr_t id;

	mutex_lock(&p->mu);
	id = (uintptr_t)p->exe.dentry;
	mutex_unlock(&p->mu);
	return id;
}

static struct program *find_locked(uintptr_t id)
{
	for (uint32_t i = 0; id && i < NR_PROGRAMS; i++)
		if (programs[i].id == id)
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

uint32_t fast_program_threads_locked(uintptr_t id)
{
	struct program *known = find_locked(id);

	return known ? (known->threads + THREADS_UNIT - 1) / THREADS_UNIT : 0;
}

/* All that could have gone over a channel. */
static uint32_t calls_of(const struct task *t)
{
	const struct channel *ch = t->plat.channel;
	uint32_t hits =
		ch ? atomic_load_explicit(&ch->hits, memory_order_relaxed) - ch->hits_of_others : 0;

	return hits + t->plat.all_traps;
}

void fast_program_note_locked(struct task *t)
{
	uint32_t calls = calls_of(t);
	struct program *known = find_locked(t->plat.program);
	bool leads = t->tid == t->process->pid;

	if (!t->plat.program)
		return;
	if (calls >= MANY_CALLS && !known) {
		known = &programs[next_program];
		*known = (struct program){.id = t->plat.program};
		next_program = (next_program + 1) % NR_PROGRAMS;
	} else if (known && calls < FEW_CALLS && leads) {
		known->id = 0;
	}
	if (known && leads && t->process->fast_mm)
		known->threads = MAX(t->process->fast_mm->threads_seen * THREADS_UNIT,
				     known->threads - (known->threads > 0));
	t->plat.all_traps = 0;
}
