/*
 * runsc-c/commands.h - the commands of `sandbox`: one cmd_<verb>.c each
 *
 * Each gets argv[0] = its own name and returns the exit status. Messages go to standard error and
 * begin with "sandbox <verb>: ".
 */
#ifndef RUNSC_C_COMMANDS_H
#define RUNSC_C_COMMANDS_H

#define RUNSC_C_VERSION "0.1.0" /* as in meson.build */

int cmd_run(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_syscalls(int argc, char **argv);
int cmd_help(int argc, char **argv);

/* The whole command line. */
int sandbox_main(int argc, char **argv);

#endif
