/* runsc-c/oci/rootless.c - see rootless.h */
#include "runsc-c/oci/rootless.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runsc-c/oci/container.h"

#define ALL_IDS 4294967295UL /* what the host's own user namespace maps */

static bool in_user_namespace(void)
{
	FILE *f = fopen("/proc/self/uid_map", "re");
	unsigned long inside = 0, outside = 0, count = ALL_IDS;
	bool read = f && fscanf(f, "%lu %lu %lu", &inside, &outside, &count) == 3;

	if (f)
		fclose(f);
	return read && (inside != 0 || outside != 0 || count != ALL_IDS);
}

bool oci_is_rootless(void)
{
	const char *asked = oci_globals.rootless;

	if (asked && strcmp(asked, "auto") != 0)
		return strcmp(asked, "true") == 0;
	return geteuid() != 0 || in_user_namespace();
}

/* Root of a container has /run to itself; an ordinary user's engine calls as root of its user namespace,
 * with the user's name and directories in the environment, or with no name at all. As runc has it. */
static bool is_users_own(void)
{
	const char *user = getenv("USER");

	return geteuid() != 0 || (in_user_namespace() && (!user || strcmp(user, "root") != 0));
}

const char *oci_default_root(void)
{
	static char path[PATH_MAX];
	const char *dir = getenv("XDG_RUNTIME_DIR");

	if (!is_users_own() || !dir || dir[0] != '/')
		return "/run/runsc-c";
	snprintf(path, sizeof(path), "%s/runsc-c", dir);
	return path;
}
