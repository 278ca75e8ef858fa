/*
 * platform/notify/exec_channel.h - channels of a program from its first instruction on
 *
 * Model: a program that is known to make many calls (platform/fastpath/program.c) is not made to earn its
 * channel: the stub maps it with the program (platform/stub/fast.c), and the sites that are known in the
 * program and its interpreter are replaced before anything runs there.
 *
 * Protocol:
 *  hello   exec_channel_offer(): a channel that is NEW, its memory as host fd 2 of the new program, and
 *          its size in the plan. The host's table of descriptors is the program's own then.
 *  stub    maps it, takes the handlers of faults, sets slot 0 and %gs, and reports in the channel.
 *  loaded  exec_channel_loaded(): the host fd is overwritten, or the program's children, perhaps with
 *          fewer rights, could map the channel by it. The report is copied once. If it says that all went well the channel
 *          is READY, and the sites are replaced (known_sites.c). Else the program has none, and no
 *          other is tried in that address space.
 * A program that dies in between, or executes another, takes its channel with it (fast_exec(),
 * fast_task_removed()).
 *
 * Trust: the report is the guest's word about its own memory, as everything in a channel. What is
 * written where it says is written to the memory of that guest, as it could itself.
 */
#ifndef PLATFORM_NOTIFY_EXEC_CHANNEL_H
#define PLATFORM_NOTIFY_EXEC_CHANNEL_H

struct stub_plan;
struct task;

/* The exec is committed, t's hello is held: its plan may get a channel. Once for each exec. */
void exec_channel_offer(struct task *t, struct stub_plan *block);
/* The stub's last call is held; t->exec_plan is still there. */
void exec_channel_loaded(struct task *t);

#endif
