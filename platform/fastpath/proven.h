/*
 * platform/fastpath/proven.h - syscall sites of files that have been replaced before
 *
 * Model: a site that was replaced is a syscall instruction, since a processor trapped there, and it
 * could be replaced: both hold for every process that maps the same bytes of the same file. So a process
 * that gets a channel has all its known sites replaced at once, and does not have to find them one by one,
 * by some ten traps each. An entry has the file on the host, the offset in it and the bytes around the
 * instruction, which must be the same.
 *
 * Who proves for whom: a guest can jump into the middle of an instruction whose bytes look like a
 * site. That must not change the code of a process that it has no power over. So an entry counts for
 * processes with the same ids and capabilities only, and neither proves nor counts where the program runs
 * with other ids than its caller's or is confined by Landlock; guests with seccomp filters have
 * no channels.
 *
 * Locking: mu (LOCK_FASTPATH, innermost of its kind: nothing is called under it).
 */
#ifndef PLATFORM_FASTPATH_PROVEN_H
#define PLATFORM_FASTPATH_PROVEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/fastpath/site.h"
#include "sentry/hostproc.h"

struct task;

#define PROVEN_MAX 512	  /* the oldest makes room */
#define PROVEN_AFTER 8	  /* bytes that are compared, with SITE_BEFORE in front of them */
#define PROVEN_AT_ONCE 64 /* sites of one process */

struct proven_owner {
	uint32_t uid, gid;
	uint64_t caps;
};

struct proven_site {
	struct proven_owner owner;
	uint64_t dev, ino; /* of the host */
	uint64_t offset;
	uint32_t nr; /* of the call that trapped there */
	uint8_t before[SITE_BEFORE], after[PROVEN_AFTER];
};

void proven_init(void);
/* False: t neither proves nor profits. */
bool proven_owner_of(struct task *t, struct proven_owner *ret);
/* The site that v shows, as it was before, in that mapping. */
void proven_add(const struct proven_owner *owner, const struct hostproc_map *map,
		const struct site_view *v);
/* Sites of that owner in a mapping, added to those that are there: the new number of them, at most max. */
size_t proven_list(const struct proven_owner *owner, const struct hostproc_map *map,
		   struct proven_site *sites, uint64_t *addresses, size_t nr, size_t max);
/* Are these bytes the ones that were proven? */
bool proven_matches(const struct proven_site *site, const struct site_view *v);

#endif
