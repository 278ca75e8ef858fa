/*
 * platform/notify/attach_call.h - platform.h's call_native for the notify platform
 */
#ifndef PLATFORM_NOTIFY_ATTACH_CALL_H
#define PLATFORM_NOTIFY_ATTACH_CALL_H

#include <stdint.h>

struct task;

int attach_call_native(struct task *t, int nr, uint64_t args[6],
		       long (*done)(struct task *t, long result, uint64_t args[6]));

#endif
