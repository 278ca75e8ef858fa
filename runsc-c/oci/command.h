/* runsc-c/oci/command.h - what the commands of `runsc-c` share: options and arguments */
#ifndef RUNSC_C_OCI_COMMAND_H
#define RUNSC_C_OCI_COMMAND_H

#include "runsc-c/oci/error.h"
#include "runsc-c/options.h"

struct oci_usage {
	const char *arguments, *text; /* for --help */
	const struct option_spec *specs;
	size_t nr_specs;
	int min_args, max_args; /* besides the options */
};

/* Options may stand before and behind the arguments (but not behind `--`). ret_args: max_args entries,
 * NULL where there is none. 0, OPTIONS_HELP (printed), or -errno. */
must_check int oci_options(const struct oci_usage *u, int argc, char **argv, void *opts,
			   char **ret_args, struct oci_error *err);
/* A flag of the Go kind: value is NULL, true, or false. */
int oci_set_true(bool *b, const char *v, struct option_error *err);
int oci_parse_signal(const char *s); /* -1: there is none */

#endif
