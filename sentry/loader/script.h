/*
 * sentry/loader/script.h - the first line of "#!" scripts, and the arguments that they add
 *
 * Model: script_parse() splits the first SCRIPT_HEAD bytes of a file. struct script_args collects,
 * over nested scripts, what replaces argv[0] of the guest's call: the last interpreter first.
 *
 * Rules, as in Linux: "#!", blanks, the interpreter's path, and perhaps blanks and one argument that
 * goes to the end of the line without trailing blanks. The path must end within SCRIPT_HEAD bytes;
 * an argument may be cut there. A NUL ends either.
 *
 * Sources: fs/binfmt_script.c, execve(2) "Interpreter scripts".
 */
#ifndef SENTRY_LOADER_SCRIPT_H
#define SENTRY_LOADER_SCRIPT_H

#include "sentry/base/base.h"

#define SCRIPT_HEAD 256
#define SCRIPT_MAX_DEPTH 5

struct script_line {
	char interp[SCRIPT_HEAD];
	bool has_arg;
	char arg[SCRIPT_HEAD];
};

/* head: the start of the file, zero-padded. 0, or -ENOEXEC: no script, or no usable first line. */
must_check int script_parse(const char head[SCRIPT_HEAD], struct script_line *ret);

struct script_args {
	char *strings; /* one after the other, each with its NUL */
	size_t len;
	unsigned int nr; /* 0: no script was involved, argv[0] stays */
};

/* The file called path turned out to be the script *line. 0 or -ENOMEM. */
must_check int script_args_push(struct script_args *a, const char *path,
				const struct script_line *line);
void script_args_free(struct script_args *a);

#endif
