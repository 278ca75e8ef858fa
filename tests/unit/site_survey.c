/*
 * tests/unit/site_survey.c - platform/fastpath/site.h against the programs and libraries of this host
 *
 * Lets objdump disassemble files, and compares: each instruction's length must be what
 * site_insn_length() says, unless it says that it does not know. Then makes a plan for each syscall
 * instruction, one after the other, as if it had trapped with the number that the code in front of it
 * loads, carries it out in a copy, and counts those that have one, for a process with one thread and
 * for one with several. What is replaced must begin where an instruction does, and no jump in the
 * whole file may lead into it; at the end each site's jump must be found again.
 *
 * Usage: site_survey [-v] [FILE...]; without files, the C library and what else is usual. -v lists
 * the sites without a plan and the instructions that are not known. Exit status 77: no objdump.
 */
#include "platform/fastpath/site.h"
#include "platform/fastpath/insn.h"
#include "sentry/base/base.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TRAMPOLINES_AWAY (64ULL << 20)

struct code {
	uint64_t base; /* of the range of addresses that was seen */
	uint8_t *bytes;
	size_t size, room;
	size_t *insns; /* offsets */
	size_t nr_insns, insns_room;
	uint8_t *marks; /* a byte for each: MARK_* */
};

enum { MARK_INSN = 1, MARK_TARGET = 2 };

struct counts {
	size_t insns, unknown, wrong;
	size_t sites, mov[2], pad[2]; /* with one thread, with several */
	size_t misplaced, lost;
};

static bool verbose;

static void code_free(struct code *c)
{
	free(c->bytes);
	free(c->insns);
	free(c->marks);
	*c = (struct code){0};
}

static void *grow(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p) {
		perror("site_survey");
		exit(1);
	}
	return p;
}

/* Sections come in the order of their addresses; gaps between them are zeros. */
static void code_add(struct code *c, uint64_t addr, const uint8_t *bytes, size_t len)
{
	size_t at;

	if (c->nr_insns == 0)
		c->base = addr;
	if (addr < c->base || addr - c->base > (1U << 30))
		return;
	at = (size_t)(addr - c->base);
	if (at + len > c->room) {
		size_t room = (at + len) * 2;

		c->bytes = grow(c->bytes, room);
		memset(c->bytes + c->room, 0, room - c->room);
		c->room = room;
	}
	if (c->nr_insns == c->insns_room) {
		c->insns_room = c->insns_room * 2 + 1024;
		c->insns = grow(c->insns, c->insns_room * sizeof(*c->insns));
	}
	memcpy(c->bytes + at, bytes, len);
	c->size = MAX(c->size, at + len);
	c->insns[c->nr_insns++] = at;
}

static void check_length(const char *line, const uint8_t *bytes, size_t len, struct counts *n)
{
	bool stop;
	size_t mine = site_insn_length(bytes, len, &stop);

	n->insns++;
	n->unknown += mine == 0;
	n->wrong += mine != 0 && mine != len;
	if ((mine != 0 && mine != len) || (verbose && mine == 0))
		printf("length %zu: %s", mine, line);
}

/* One line of objdump: address, colon, tab, bytes in hexadecimal, tab, text. */
static void read_line(struct code *c, const char *line, struct counts *n)
{
	uint8_t bytes[16];
	unsigned int b;
	size_t len = 0;
	uint64_t addr;
	int used = 0; /* 0 where there is no colon */

	if (sscanf(line, " %" SCNx64 ":%n", &addr, &used) != 1 || used == 0 || line[used] != '\t')
		return;
	for (const char *p = line + used + 1; len < sizeof(bytes); p += 3) {
		if (!isxdigit((unsigned char)p[0]) || sscanf(p, "%2x", &b) != 1 || p[2] != ' ')
			break;
		bytes[len++] = (uint8_t)b;
	}
	if (len == 0)
		return;
	/* To objdump, fwait and lone prefixes belong to what follows. */
	if (!strstr(line, "(bad)") && !strstr(line, "rex") && !(bytes[0] == 0x9b && len > 1))
		check_length(line, bytes, len, n);
	code_add(c, addr, bytes, len);
}

/* The number that the nearest `mov $nr` before instruction @i loads; none: a usual one. */
static uint32_t number_at(const struct code *c, size_t i)
{
	for (size_t j = i; j-- > 0 && c->insns[j] + SITE_BEFORE >= c->insns[i];) {
		const uint8_t *p = c->bytes + c->insns[j];
		size_t len = c->insns[j + 1] - c->insns[j];
		uint32_t nr;

		if (!(len == 5 && p[0] == 0xb8) && !(len == 7 && memcmp(p, "\x48\xc7\xc0", 3) == 0))
			continue;
		memcpy(&nr, p + len - 4, sizeof(nr));
		return nr;
	}
	return 0;
}

/* Where instructions begin, and where direct jumps lead. */
static void mark(struct code *c)
{
	struct insn insn;

	c->marks = grow(NULL, c->size);
	memset(c->marks, 0, c->size);
	for (size_t i = 0; i < c->nr_insns; i++) {
		size_t at = c->insns[i];
		uint64_t target;

		c->marks[at] |= MARK_INSN;
		if (!insn_decode(c->bytes + at, c->size - at, &insn) || !insn.rel_size)
			continue;
		target = insn_target(&insn, c->bytes + at, at);
		if (target < c->size)
			c->marks[target] |= MARK_TARGET;
	}
}

/* Carries @plan out in @bytes. False: it hits something else than it should. */
static bool carry_out(const struct code *c, const struct site_plan *plan, uint64_t site,
		      uint8_t *bytes)
{
	bool ok = true;
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < plan->nr_writes; i++)
		first = MIN(first, plan->writes[i].addr);
	for (size_t i = 0; i < plan->nr_writes; i++) {
		const struct site_write *w = &plan->writes[i];

		for (size_t j = 0; j < w->len; j++) {
			uint64_t addr = w->addr + j;
			bool may_be_target = plan->method == SITE_MOV ? addr == first
								      : addr == site;

			ok &= may_be_target || !(c->marks[addr - c->base] & MARK_TARGET);
			bytes[addr - c->base] = w->bytes[j];
		}
		if (plan->method == SITE_MOV)
			ok &= c->marks[first - c->base] & MARK_INSN;
	}
	return ok;
}

static struct site_view view_of(const struct code *c, size_t i, const uint8_t *bytes, bool several)
{
	size_t at = c->insns[i];
	struct site_view v = {
		.site = c->base + at,
		.nr_before = MIN(at, (size_t)SITE_BEFORE),
		.at = bytes + at,
		.nr_at = MIN(c->size - at, (size_t)SITE_AFTER),
		.nr = number_at(c, i),
		.trampoline = c->base + c->size + TRAMPOLINES_AWAY + i * SITE_TRAMPOLINE_SIZE,
		.shim = 0x7fff00000000,
		.single_threaded = !several,
	};

	v.before = v.at - v.nr_before;
	return v;
}

static bool is_site(const struct code *c, size_t i)
{
	return c->size - c->insns[i] >= 2 && memcmp(c->bytes + c->insns[i], "\x0f\x05", 2) == 0;
}

static void plan_sites(const struct code *c, bool several, struct counts *n)
{
	_cleanup_free_ uint8_t *bytes = grow(NULL, c->size);
	_cleanup_free_ bool *planned = grow(NULL, c->nr_insns);
	struct site_plan plan;
	uint64_t trampoline;

	memcpy(bytes, c->bytes, c->size);
	for (size_t i = 0; i < c->nr_insns; i++) {
		struct site_view v = view_of(c, i, bytes, several);

		planned[i] = is_site(c, i) && site_plan_make(&v, &plan);
		if (!is_site(c, i))
			continue;
		n->sites += !several;
		n->mov[several] += plan.method == SITE_MOV;
		n->pad[several] += plan.method == SITE_PAD;
		if (!planned[i] && verbose)
			printf("%s: no plan: %" PRIx64 ", number %u\n",
			       several ? "several threads" : "one thread", v.site, v.nr);
		if (planned[i] && !carry_out(c, &plan, v.site, bytes)) {
			n->misplaced++;
			printf("misplaced: %" PRIx64 "\n", v.site);
		}
	}
	for (size_t i = 0; i < c->nr_insns; i++) {
		struct site_view v = view_of(c, i, bytes, several);

		if (!planned[i] || (site_jump(&v, &trampoline) && trampoline == v.trampoline))
			continue;
		n->lost++;
		printf("not found again: %" PRIx64 "\n", v.site);
	}
}

static double percent(size_t part, size_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void print_counts(const char *path, const struct counts *n)
{
	printf("%s: %zu instructions, %zu unknown, %zu wrong; %zu sites", path, n->insns,
	       n->unknown, n->wrong, n->sites);
	for (int several = 0; several < 2; several++)
		printf("; %s: %zu mov + %zu pad = %.1f %%",
		       several ? "several threads" : "one thread", n->mov[several], n->pad[several],
		       percent(n->mov[several] + n->pad[several], n->sites));
	printf("\n");
}

/* False: something is wrong. */
static bool survey(const char *path)
{
	_cleanup_free_ char *command = NULL;
	struct counts n = {0};
	struct code c = {0};
	char line[1024];
	FILE *f;

	if (access(path, R_OK) != 0)
		return true;
	if (asprintf(&command, "objdump -d -w '%s'", path) < 0)
		return false;
	f = popen(command, "r");
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		read_line(&c, line, &n);
	pclose(f);
	mark(&c);
	for (int several = 0; several < 2; several++)
		plan_sites(&c, several, &n);
	print_counts(path, &n);
	code_free(&c);
	return n.wrong == 0 && n.misplaced == 0 && n.lost == 0;
}

int main(int argc, char **argv)
{
	static const char *const usual[] = {
		"/lib/x86_64-linux-gnu/libc.so.6",
		"/lib64/libc.so.6",
		"/lib64/ld-linux-x86-64.so.2",
		"/lib/ld-musl-x86_64.so.1",
		"/bin/busybox",
		"/usr/local/go/bin/gofmt",
	};
	bool ok = true;
	int i = 1;

	if (system("objdump --version >/dev/null 2>&1") != 0)
		return 77;
	if (i < argc && strcmp(argv[i], "-v") == 0) {
		verbose = true;
		i++;
	}
	if (i == argc)
		for (size_t j = 0; j < ARRAY_SIZE(usual); j++)
			ok &= survey(usual[j]);
	for (; i < argc; i++)
		ok &= survey(argv[i]);
	return ok ? 0 : 1;
}
