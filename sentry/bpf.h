/*
 * sentry/bpf.h - classic BPF over struct seccomp_data: the programs of guests' seccomp filters
 *
 * Model: a program is checked once, by the rules of kernel/seccomp.c, and interpreted from then on. A
 * checked program only jumps forward and ends.
 */
#ifndef SENTRY_BPF_H
#define SENTRY_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

#include "sentry/base/base.h"

/* len > 0. */
must_check bool bpf_program_ok(const struct sock_filter *f, uint32_t len);
/* SECCOMP_RET_*, of a checked program. */
uint32_t bpf_run(const struct sock_filter *f, uint32_t len, const struct seccomp_data *data);
/* What it says to a number of x86-64 whatever the rest is; false: that depends on the rest. */
bool bpf_verdict_of_number(const struct sock_filter *f, uint32_t len, int nr, uint32_t *ret);

#endif
