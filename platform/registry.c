/*
 * platform/registry.c - the platforms by name, and which one to use, see platform.h
 *
 * A platform that is not in this build is a null reference: its symbol is weak.
 */
#include <errno.h>
#include <string.h>

#include "platform/platform.h"
#include "sentry/base/strbuf.h"

/* Best first. */
static const struct platform *const platforms[] = {&platform_notify, &platform_ptrace};

const struct platform *platform_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(platforms); i++) {
		const struct platform *p = platforms[i];

		if (p && p->name && strcmp(p->name, name) == 0)
			return p;
	}
	return NULL;
}

const struct platform *platform_choose(struct strbuf *why)
{
	for (size_t i = 0; i < ARRAY_SIZE(platforms); i++) {
		const struct platform *p = platforms[i];

		if (!p)
			continue;
		if (why->len)
			strbuf_puts(why, "; ");
		if (!p->probe || p->probe(why) == 0) {
			strbuf_printf(why, "%s works here", p->name);
			return p;
		}
	}
	if (!why->len)
		strbuf_puts(why, "this build has none");
	return NULL;
}
