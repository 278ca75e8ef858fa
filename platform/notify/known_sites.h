/*
 * platform/notify/known_sites.h - replaces the sites of a held thread's process that other processes have proven
 *
 * Model: platform/fastpath/proven.h says which sites of a file are known. They are compared all, then
 * replaced all, by code_mem.h: the thread is held (or attached), and no other runs in its memory. A
 * trampoline needs a region within reach: who may map one does so before.
 *
 * When: with the channel of a new program, for the program and its interpreter (exec_channel.h); with the
 * trap that follows the mapping of a library, whose address the call said; with a channel that an
 * attachment sets up; and with the first site of a library that traps, if nothing was known of its
 * mapping.
 */
#ifndef PLATFORM_NOTIFY_KNOWN_SITES_H
#define PLATFORM_NOTIFY_KNOWN_SITES_H

#include <sys/types.h>

#include "platform/fastpath/proven.h"
#include "platform/fastpath/site.h"

struct task;

struct known_sites {
	struct task *t;
	struct proven_owner owner;
	struct proven_site sites[PROVEN_AT_ONCE];
	uint64_t at[PROVEN_AT_ONCE];
	size_t nr;
	bool attached; /* t is, and not held by its call */
};

/* The address that trampolines lead to. */
uint64_t site_shim_address(void);
struct site_bytes {
	uint8_t before[SITE_BEFORE], at[SITE_AFTER];
};
/* Up to the end of the site's page at least; what lies beyond, if it can be read. */
void site_read(pid_t tid, uint64_t site, struct site_bytes *b, struct site_view *v);
/* Trampoline and site are written. v->trampoline is set. */
bool site_write_plan(int code_fd, const struct site_view *v, const struct site_plan *plan);
/* Does a jump lead from the site to one of our trampolines? It may have been made before a fork. */
bool site_is_ours(pid_t tid, const struct site_view *v);
/* C libraries find out by the address whether a thread that is to be cancelled waits in a call, or
 * unwind from there: what waits in a trampoline would escape them. */
bool site_make_plan(const struct site_view *v, bool alone, struct site_plan *plan);

/* To be freed; NULL: t has no use for proofs. */
struct known_sites *known_sites_new(struct task *t);
/* Those in a mapping of text; true: there is no room for more. */
bool known_sites_add(struct known_sites *k, const struct hostproc_map *map);
/* All that are as they were when they were proven, and have a region within reach. */
void known_sites_replace(struct known_sites *k);

/* t is alone in its memory and held: those in that mapping. */
void known_sites_of_text(struct task *t, const struct hostproc_map *map);
/* The mapping that t's last call has made, if it was one of text; does nothing otherwise. */
void known_sites_of_new_text(struct task *t);
/* t, with a channel, is about to map that. */
void known_sites_note_mmap(struct task *t, const uint64_t *args, int host_fd);

#endif
