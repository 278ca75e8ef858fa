/*
 * fs/proc/hosttext.h - rewriting the host's texts about a guest thread into the guest's
 *
 * Interface: apart from the show functions of proc.h, so that tests can feed texts.
 */
#ifndef FS_PROC_HOSTTEXT_H
#define FS_PROC_HOSTTEXT_H

#include "fs/proc/proc.h"

struct mapname;

char proc_state_letter(char host, const struct proc_ids *ids, struct proc_pid *pp, struct task *t);

/* Where the fields of stat come from that are not the host's. */
struct stat_source {
	struct proc_pid *pp;
	struct task *reader;
	struct proc_ids ids;
	bool may; /* see addresses */
	uint64_t rsslim;
};
/* The host's line from behind the name on (it is cut into words), rewritten. */
void stat_translate(struct strbuf *sb, char *host, const struct stat_source *s);

/* One row of a host's maps or smaps. */
struct maps_line {
	uint64_t start, end, offset;
	char perms[5];
	unsigned int major, minor;
	uint64_t ino;
	const char *name; /* "" if there is none */
};
bool maps_line_parse(const char *line, struct maps_line *ret);
void maps_line_print(struct strbuf *sb, const struct maps_line *l);

/* Copies the lines of the host's status that tell about memory and signals; the caller's function
 * writes those that it knows and returns true. Lines that neither know are dropped. */
void status_translate(struct strbuf *sb, char *host,
		      bool (*own)(struct strbuf *sb, const char *key, void *ctx), void *ctx);

#endif
