/* sentry/loader/rtld.c - patches for glibc's dynamic linker, see rtld.h */
#include "sentry/loader/rtld.h"

#include <string.h>
#include <sys/syscall.h>

#include "sentry/base/lock.h"
#include "sentry/base/mem.h"

#define TEXT_MAX (1 << 20)
#define HEAD_MAX (16 << 10)
#define NR_KEPT 4
#define SITE_LEN 7
#define MIN_ROOM 512
#define JMP_LEN 5
#define NEAR 16 /* bytes in front in which the number of an open is set */

struct key {
	uint64_t dev, ino, size;
	struct timespec mtime, ctime;
};

static struct {
	struct mutex mu;
	struct {
		struct key key;
		struct rtld_patch patch;
		bool used;
	} kept[NR_KEPT] GUARDED_BY(&mu);
	unsigned int next GUARDED_BY(&mu);
} cache = {.mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_PLATFORM}};

/* ---- bytes ---- */

struct maker {
	const uint8_t *text;
	size_t len;
	uint64_t vaddr;
	uint64_t slot;	     /* where the stub's address will be */
	uint64_t trampoline; /* where the next one will be */
	uint64_t end;
	uint8_t trampolines[RTLD_PATCH_MAX];
	size_t trampolines_len;
	struct rtld_patch *out;
	unsigned int opens, closes;
	bool full;
};

static void put_part(struct maker *m, uint64_t addr, const uint8_t *bytes, size_t len)
{
	struct stub_patch head = {.addr = (uint32_t)addr, .len = (uint32_t)len};
	struct rtld_patch *out = m->out;

	if (m->full || out->size + sizeof(head) + len > sizeof(out->bytes)) {
		m->full = true;
		return;
	}
	memcpy(out->bytes + out->size, &head, sizeof(head));
	out->size += (uint32_t)sizeof(head);
	if (len)
		memcpy(out->bytes + out->size, bytes, len);
	out->size += (uint32_t)len;
}

static void put_code(struct maker *m, const void *code, size_t len)
{
	if (m->trampoline + len > m->end || m->trampolines_len + len > sizeof(m->trampolines)) {
		m->full = true;
		return;
	}
	memcpy(m->trampolines + m->trampolines_len, code, len);
	m->trampolines_len += len;
	m->trampoline += len;
}

/* An instruction that ends in the distance to target. */
static void put_relative(struct maker *m, const void *code, size_t len, uint64_t target)
{
	int32_t distance = (int32_t)(target - (m->trampoline + len + sizeof(distance)));

	put_code(m, code, len);
	put_code(m, &distance, sizeof(distance));
}

static void put_way_to_stub(struct maker *m, uint64_t back)
{
	put_relative(m, "\x48\x8d\x0d", 3, back); /* lea back(%rip), %rcx */
	put_relative(m, "\xff\x25", 2, m->slot);  /* jmp *slot(%rip) */
}

static void put_jump(struct maker *m, uint64_t site)
{
	uint8_t jump[JMP_LEN] = {0xe9};
	int32_t distance = (int32_t)(m->trampoline - (site + JMP_LEN));

	memcpy(jump + 1, &distance, sizeof(distance));
	put_part(m, site, jump, sizeof(jump));
}

/* ---- sites ---- */

static bool matches(const struct maker *m, size_t at, const char *bytes, size_t len)
{
	return at + len <= m->len && memcmp(m->text + at, bytes, len) == 0;
}

static bool number_set_before(const struct maker *m, size_t at)
{
	for (size_t back = 5; back <= NEAR && back <= at; back++)
		if (matches(m, at - back, "\xb8\x01\x01\x00\x00", 5)) /* mov $openat, %eax */
			return true;
	return false;
}

static bool is_wanted(uint32_t nr)
{
	return nr == SYS_read || nr == SYS_close || nr == SYS_fstat || nr == SYS_lseek ||
	       nr == SYS_mmap || nr == SYS_pread64 || nr == SYS_openat || nr == SYS_newfstatat;
}

/* A site at that place, whose first instruction is moved into the trampoline. */
static bool is_site(struct maker *m, size_t at)
{
	uint32_t nr;

	if (!matches(m, at + SITE_LEN - 2, "\x0f\x05", 2))
		return false;
	if (matches(m, at, "\xbf\x9c\xff\xff\xff", 5) && number_set_before(m, at)) {
		m->opens++;
		return true;
	}
	if (m->text[at] != 0xb8)
		return false;
	memcpy(&nr, m->text + at + 1, sizeof(nr));
	m->opens += nr == SYS_openat;
	m->closes += nr == SYS_close;
	return is_wanted(nr);
}

static void add_site(struct maker *m, size_t at)
{
	uint64_t site = m->vaddr + at;

	put_jump(m, site);
	put_code(m, m->text + at, SITE_LEN - 2);
	put_way_to_stub(m, site + SITE_LEN);
}

static const char read_site[] = "\x31\xc0\x0f\x05\x48\x3d\x00\xf0\xff\xff";
#define READ_SITE_LEN (sizeof(read_site) - 1)
#define WAY_LEN 13 /* of put_way_to_stub() */

static void add_read(struct maker *m, size_t at)
{
	uint64_t site = m->vaddr + at;

	put_jump(m, site);
	put_code(m, read_site, 2);
	put_way_to_stub(m, m->trampoline + WAY_LEN);
	put_code(m, read_site + 4, READ_SITE_LEN - 4);
	put_relative(m, "\xe9", 1, site + READ_SITE_LEN);
}

void rtld_patch_make(const uint8_t *text, size_t len, size_t room, uint64_t vaddr,
		     struct rtld_patch *ret)
{
	struct maker m = {
		.text = text,
		.len = len,
		.vaddr = vaddr,
		.slot = ALIGN_UP(vaddr + len, 16),
		.end = vaddr + len + room,
		.out = ret,
	};
	uint64_t first = m.slot + 8;

	m.trampoline = first;
	ret->size = 0;
	put_part(&m, m.slot, NULL, 0);
	for (size_t at = 0; at + SITE_LEN <= len; at++) {
		if (is_site(&m, at)) {
			add_site(&m, at);
			at += SITE_LEN - 1;
		} else if (matches(&m, at, read_site, READ_SITE_LEN)) {
			add_read(&m, at);
			at += READ_SITE_LEN - 1;
		}
	}
	put_part(&m, first, m.trampolines, m.trampolines_len);
	if (m.full || !m.opens || !m.closes)
		ret->size = 0;
}

/* ---- files ---- */

static bool is_glibcs(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash ? slash + 1 : path, "ld-linux-x86-64.so.2") == 0;
}

/* By a name that it exports, in its first pages. */
static bool has_its_symbols(const struct elf_source *src)
{
	static const char name[] = "_rtld_global";
	_cleanup_free_ char *head = mem_alloc(HEAD_MAX);
	ssize_t n = head ? src->read(src->ctx, head, HEAD_MAX, 0) : -1;

	return n > 0 && memmem(head, (size_t)n, name, sizeof(name));
}

static const Elf64_Phdr *find_text(const struct elf_image *img)
{
	const Elf64_Phdr *text = NULL;

	for (unsigned int i = 0; i < img->eh.e_phnum; i++) {
		const Elf64_Phdr *ph = &img->phdrs[i];

		if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_X))
			continue;
		if (text || (ph->p_flags & PF_W) || ph->p_filesz > TEXT_MAX ||
		    ph->p_memsz != ph->p_filesz || ph->p_vaddr > TEXT_MAX)
			return NULL;
		text = ph;
	}
	return text;
}

static void make_from_file(const struct elf_image *img, const struct elf_source *src,
			   struct rtld_patch *ret)
{
	const Elf64_Phdr *ph = find_text(img);
	_cleanup_free_ uint8_t *text = NULL;
	size_t room, len;

	ret->size = 0;
	if (!ph || !has_its_symbols(src))
		return;
	len = ph->p_filesz;
	room = ALIGN_UP(ph->p_vaddr + len, ELF_PAGE) - (ph->p_vaddr + len);
	if (room < MIN_ROOM)
		return;
	text = mem_zalloc(len + room);
	if (!text || src->read(src->ctx, text, len + room, (int64_t)ph->p_offset) < (ssize_t)len)
		return;
	for (size_t i = 0; i < room; i++)
		if (text[len + i])
			return;
	rtld_patch_make(text, len, room, ph->p_vaddr, ret);
}

static bool same(const struct key *a, const struct key *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->mtime.tv_sec == b->mtime.tv_sec && a->mtime.tv_nsec == b->mtime.tv_nsec &&
	       a->ctime.tv_sec == b->ctime.tv_sec && a->ctime.tv_nsec == b->ctime.tv_nsec;
}

static bool find_kept(const struct key *key, struct rtld_patch *ret)
{
	bool found = false;

	mutex_lock(&cache.mu);
	for (unsigned int i = 0; i < NR_KEPT && !found; i++) {
		found = cache.kept[i].used && same(&cache.kept[i].key, key);
		if (found)
			*ret = cache.kept[i].patch;
	}
	mutex_unlock(&cache.mu);
	return found;
}

void rtld_patch_get(const char *path, const struct kstat *st, const struct elf_image *img,
		    const struct elf_source *src, struct rtld_patch *ret)
{
	struct key key = {st->dev, st->ino, st->size, st->mtime, st->ctime};
	unsigned int i;

	ret->size = 0;
	if (!is_glibcs(path) || find_kept(&key, ret))
		return;
	make_from_file(img, src, ret);
	mutex_lock(&cache.mu);
	i = cache.next++ % NR_KEPT;
	cache.kept[i].key = key;
	cache.kept[i].patch = *ret;
	cache.kept[i].used = true;
	mutex_unlock(&cache.mu);
}
