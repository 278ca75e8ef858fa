/*
 * runsc-c/doctor.h - the checks of `sandbox doctor`
 *
 * Model: each check looks at one thing of the host, by trying it where it can be tried, and fills a
 * finding: its state, what was seen, and what that means or how to allow it. Checks change nothing on
 * the host; what they try happens in child processes.
 */
#ifndef RUNSC_C_DOCTOR_H
#define RUNSC_C_DOCTOR_H

#include <stddef.h>

#include "sentry/base/base.h"

enum finding_state {
	FINDING_OK,
	FINDING_NOTE,	  /* worth knowing */
	FINDING_DEGRADED, /* works, with less */
	FINDING_MISSING,  /* something cannot work */
};

struct finding {
	enum finding_state state;
	char seen[128];
	char meaning[384];
};

struct doctor_check {
	const char *name;
	void (*run)(struct finding *f);
};

extern const struct doctor_check doctor_system_checks[]; /* doctor_system.c: versions, settings */
extern const size_t doctor_nr_system_checks;
extern const struct doctor_check doctor_probes[]; /* doctor_probes.c: by behaviour */
extern const size_t doctor_nr_probes;
extern const struct doctor_check doctor_engines[]; /* doctor_engines.c: Docker and its like */
extern const size_t doctor_nr_engines;

void finding_set(struct finding *f, enum finding_state state, const char *seen_fmt, ...)
	printf_like(3, 4);
void finding_meaning(struct finding *f, const char *fmt, ...) printf_like(2, 3);

#endif
