/*
 * platform/notify/exec_name.c - names of guest programs in the guests' host root: execve as it stands
 *
 * Model: the host shall execute the stub, whatever the guest executes. The other way to bring that
 * about (attach_exec()) stops the thread and gives it another path. Here every path leads to the
 * stub: the guests' root, which is flat and read-only to them, gets a symbolic link for each name
 * that occurs in a path, to "." if something comes behind it and to the stub if it is the last. Then
 * the call goes on as the guest made it. /usr/bin/env is found by /usr -> ".", /bin -> ".",
 * /env -> "stub".
 *
 * Trust: the host reads the path a second time, from memory that another thread may have changed. There
 * is nothing but the stub to be found, so that this gives the stub, which then loads what the sentry
 * has checked, or an error, which the guest has brought about itself. Names come from paths under
 * which the sentry has found a program; there are at most NAMES_MAX of them, and they are never
 * removed. What does not fit goes the other way: names that are used both as directory and as
 * program; long ones; last names with a dot, which binfmt_misc(5) of the host may have ideas about.
 *
 * Locking: mu (LOCK_PLATFORM), over one host call that makes a link in memory.
 */
#include "platform/notify/exec_name.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "platform/policy/policy_fds.h"
#include "platform/stub/stub_abi.h"
#include "sentry/base/hash.h"
#include "sentry/base/lock.h"
#include "sentry/base/mem.h"

#define NAMES_MAX 1000
#define NAME_MAX_LEN 100
#define PARTS_MAX 30 /* the host follows 40 links in one path */

struct name {
	struct hash_node node;
	bool last;
	size_t len;
	char text[];
};

static struct {
	bool enabled;
	struct mutex mu;
	struct hash names GUARDED_BY(&mu);
	unsigned int nr GUARDED_BY(&mu);
} names;

void exec_name_init(bool enabled)
{
	mutex_init(&names.mu, LOCK_PLATFORM);
	hash_init(&names.names);
	names.enabled = enabled;
}

static const struct name *find_locked(const char *text, size_t len) REQUIRES(&names.mu)
{
	struct name *n;

	hash_for_each_possible(&names.names, n, node, hash_bytes(text, len))
		if (n->len == len && memcmp(n->text, text, len) == 0)
			return n;
	return NULL;
}

static bool add_locked(const char *text, size_t len, bool last) REQUIRES(&names.mu)
{
	struct name *n;

	if (names.nr >= NAMES_MAX)
		return false;
	n = mem_zalloc(sizeof(*n) + len + 1);
	if (!n)
		return false;
	memcpy(n->text, text, len);
	n->len = len;
	n->last = last;
	if (symlinkat(last ? &STUB_PATH[1] : ".", SENTRY_NAMES_DIR, n->text) < 0) {
		mem_free(n);
		return false;
	}
	hash_add(&names.names, &n->node, hash_bytes(text, len));
	names.nr++;
	return true;
}

static bool have_locked(const char *text, size_t len, bool last) REQUIRES(&names.mu)
{
	const struct name *n = find_locked(text, len);

	return n ? n->last == last : add_locked(text, len, last);
}

static bool is_dots(const char *text, size_t len)
{
	return (len == 1 && text[0] == '.') || (len == 2 && text[0] == '.' && text[1] == '.');
}

static bool suits(const char *text, size_t len, bool last)
{
	return len <= NAME_MAX_LEN && !(last && memchr(text, '.', len));
}

/* The part of a path at *at, and what is behind it. */
static const char *next_part(const char **at, size_t *ret_len)
{
	const char *part = *at + strspn(*at, "/");

	*ret_len = strcspn(part, "/");
	*at = part + *ret_len;
	return part;
}

bool exec_name_leads_to_stub(const char *path)
{
	const char *at = path;
	bool ok = names.enabled && *path != '\0';

	if (!ok)
		return false;
	mutex_lock(&names.mu);
	for (int i = 0; ok && *at; i++) {
		size_t len;
		const char *part = next_part(&at, &len);
		bool last = *at == '\0';

		if (is_dots(part, len) && !last)
			continue;
		ok = i < PARTS_MAX && len > 0 && suits(part, len, last) &&
		     have_locked(part, len, last);
	}
	mutex_unlock(&names.mu);
	return ok;
}
