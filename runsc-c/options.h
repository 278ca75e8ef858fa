/*
 * runsc-c/options.h - options of a command line, and values in them
 *
 * Model: a command describes its options in a table. `--name VALUE` and `--name=VALUE` are the same;
 * a one-letter form may exist. Options end at the first argument that is none, or behind `--`. An
 * option whose value is optional takes one only in the form with `=`.
 *
 * Interface: parsers of values return 0 or -EINVAL and say in one phrase what would be right; the
 * caller puts option and value before it. Nothing is printed here but help.
 */
#ifndef RUNSC_C_OPTIONS_H
#define RUNSC_C_OPTIONS_H

#include <stdint.h>
#include <stdio.h>

#include "sentry/base/base.h"

enum option_value { OPTION_FLAG, OPTION_VALUE, OPTION_OPTIONAL };

struct option_error {
	char text[640];
};

struct option_spec {
	const char *name; /* without "--" */
	char letter;	  /* 0: none */
	enum option_value takes;
	const char *metavar; /* of the value, for help */
	const char *help;    /* lines separated by \n */
	/* value is NULL for flags, and for an optional one that is not there. May keep value. On
	 * -EINVAL it has written a message without option's name and value, or the whole one. */
	int (*set)(void *opts, char *value, struct option_error *err);
};

#define OPTIONS_HELP 1 /* --help or -h was found */

/* Returns 0 with *ret_next at the first argument behind the options, OPTIONS_HELP, or -EINVAL. */
must_check int options_parse(const struct option_spec *specs, size_t nr, int argc, char **argv,
			     void *opts, int *ret_next, struct option_error *err);
void options_print_help(FILE *f, const struct option_spec *specs, size_t nr);

must_check int parse_size(const char *s, uint64_t *ret, struct option_error *err);
must_check int parse_duration_ns(const char *s, int64_t *ret, struct option_error *err);
must_check int parse_u32(const char *s, uint32_t max, uint32_t *ret, struct option_error *err);
int option_fail(struct option_error *err, const char *fmt, ...) printf_like(2, 3); /* -EINVAL */

#endif
