/*
 * runsc-c/run_options.h - what the command line of `sandbox run` says, before it is looked into
 */
#ifndef RUNSC_C_RUN_OPTIONS_H
#define RUNSC_C_RUN_OPTIONS_H

#include "netstack/socket/inet.h"
#include "runsc-c/options.h"
#include "runsc-c/rootfs.h"
#include "sentry/kernel.h"
#include "sentry/base/log.h"

struct run_options {
	struct rootfs_config rootfs; /* what the options say; the rest is filled by cmd_run.c */
	char **env;		     /* K=V or K, in order; grows */
	size_t nr_env;
	bool clear_env;
	const char *cwd;
	const char *user;
	const char *hostname;
	enum inet_mode network;
	uint64_t memory;
	uint32_t pids;
	int64_t timeout_ns;
	bool no_init;
	bool no_io_uring;
	const char *platform; /* NULL: auto */
	bool forward_none;
	enum fast_mode fast_path;
	bool strace;
	const char *strace_file; /* NULL: standard error */
	enum log_level log_level;
	const char *log_file;
	char **argv; /* the command */
};

/* 0, OPTIONS_HELP, or -EINVAL with a message. The strings of argv are borrowed and changed. */
must_check int run_options_parse(int argc, char **argv, struct run_options *o,
				 struct option_error *err);
void run_options_free(struct run_options *o);
void run_options_help(FILE *f);

#endif
