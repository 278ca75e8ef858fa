/* platform/notify/exec_channel.c - channels of a program from its first instruction on, see exec_channel.h */
#include "platform/notify/exec_channel.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "platform/fastpath/fast_mm.h"
#include "platform/notify/attach_fast.h"
#include "platform/notify/known_sites.h"
#include "platform/platform.h"
#include "sentry/base/mem.h"
#include "sentry/exec_plan.h"
#include "sentry/mem/usermem.h"

#define FD_CHANNELS 2

void exec_channel_offer(struct task *t, struct stub_plan *block)
{
	struct channel *ch = fast_wants_at_exec(t) ? channel_create(t) : NULL;

	if (!ch)
		return;
	if (t->kernel->platform->install_fd(t, ch->memfd, FD_CHANNELS) < 0) {
		channel_failed(t, ch, false);
		channel_put(ch);
		return;
	}
	fast_wake_poller();
	block->fast_fd = FD_CHANNELS;
	block->fast_size = ch->nr_places * CHANNEL_STRIDE;
	t->plat.exec_channel = ch;
}

/* The text of the program and its interpreter, where the stub has mapped it. */
static void add_text(struct known_sites *k, const struct exec_plan *plan,
		     const struct stub_fast_report *report)
{
	const struct stub_op *ops = (const void *)((const char *)plan->block + plan->block->ops);

	for (uint32_t i = 0; i < plan->block->nr_ops; i++) {
		const struct stub_op *op = &ops[i];
		const struct exec_file *ef = op->base == STUB_BASE_INTERP ? &plan->interp
									  : &plan->exe;
		uint64_t at = report->base[op->base % STUB_NR_BASES] + op->addr;
		struct hostproc_map map = {.start = at, .end = at + op->len, .offset = op->off};
		struct stat st;

		if ((op->kind != STUB_OP_MAP && op->kind != STUB_OP_PLACE &&
		     op->kind != STUB_OP_MAP_NEW) ||
		    (op->prot & (PROT_EXEC | PROT_WRITE)) != PROT_EXEC || ef->host_fd < 0 ||
		    fstat(ef->host_fd, &st) < 0)
			continue;
		map.ino = st.st_ino;
		map.major = major(st.st_dev);
		map.minor = minor(st.st_dev);
		(void)known_sites_add(k, &map);
	}
}

static void replace_sites(struct task *t, const struct stub_fast_report *report)
{
	_cleanup_free_ struct known_sites *k = NULL;

	if (report->region == 0 || report->region % 4096 || report->region > USER_ADDR_MAX)
		return;
	fast_add_region(t, report->region);
	k = known_sites_new(t);
	if (!k)
		return;
	add_text(k, t->exec_plan, report);
	known_sites_replace(k);
}

void exec_channel_loaded(struct task *t)
{
	struct channel *ch = TAKE_PTR(t->plat.exec_channel);
	struct stub_fast_report report;

	if (!ch)
		return;
	t->kernel->platform->install_fd(t, t->kernel->host_dummy_fd, FD_CHANNELS);
	memcpy(&report, ch->mem + CH_IN, sizeof(report));
	if (report.mapped) {
		attach_faults_handled(t, report.faults);
		channel_ready(t, ch);
		replace_sites(t, &report);
	} else {
		channel_failed(t, ch, true);
	}
	channel_put(ch);
}
