/*
 * runsc-c/cmd_help.c - which command is meant; help and version
 *
 * The program has two names. As `sandbox` it has the commands below; as `runsc-c` it is an OCI
 * runtime (oci/cli.c).
 */
#include "runsc-c/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "runsc-c/oci/container.h"
#include "runsc-c/sandbox.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

static const struct command commands[] = {
	{"run", cmd_run, "run a command in a sandbox"},
	{"doctor", cmd_doctor, "what this host allows, and what would be used"},
	{"syscalls", cmd_syscalls,
	 "the system calls that guests have, and those that reach the host"},
	{"help", cmd_help, "this text, or the help of a command"},
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static void usage(FILE *f)
{
	fprintf(f, "usage: sandbox COMMAND [OPTIONS] ...\n\n"
		   "Runs programs under a userspace kernel: every system call of theirs is "
		   "answered by\n"
		   "the sandbox or is on a short list of harmless ones.\n\ncommands:\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(f, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fprintf(f, "\noptions:\n"
		   "  --version  version of this program and of the kernel that guests see\n"
		   "  --help     this text; `sandbox COMMAND --help` for a command's options\n\n"
		   "example:\n"
		   "  sandbox run -- sh -c 'id; ls -l /'\n");
}

int cmd_help(int argc, char **argv)
{
	const struct command *c = argc > 1 ? find_command(argv[1]) : NULL;
	char *help[] = {argc > 1 ? argv[1] : NULL, (char *)"--help", NULL};

	if (argc > 1 && !c) {
		fprintf(stderr, "sandbox: no such command: %s (see `sandbox --help`)\n", argv[1]);
		return EXIT_OURS;
	}
	if (c && c->run != cmd_help)
		return c->run(2, help);
	usage(stdout);
	return 0;
}

static int print_version(const char *program)
{
	printf("%s %s\nkernel for guests: %s %s %s\n", program, RUNSC_C_VERSION, GUEST_SYSNAME,
	       GUEST_RELEASE, GUEST_MACHINE);
	return 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What is opened later must not land on a standard descriptor. */
static void fill_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

int sandbox_main(int argc, char **argv)
{
	const struct command *c;

	fill_standard_fds();
	if (argc > 0 && strcmp(base_name(argv[0]), "runsc-c") == 0)
		return oci_main(argc, argv);
	if (argc < 2) {
		usage(stderr);
		return EXIT_OURS;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return print_version("sandbox");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return cmd_help(1, argv + 1);
	c = find_command(argv[1]);
	if (!c) {
		fprintf(stderr,
			argv[1][0] == '-'
				? "sandbox: no such option: %s (see `sandbox --help`)\n"
				: "sandbox: no such command: %s (see `sandbox --help`; to "
				  "run a program: sandbox run PROGRAM)\n",
			argv[1]);
		return EXIT_OURS;
	}
	return c->run(argc - 1, argv + 1);
}
