/*
 * runsc-c/tar.c - unpacks an archive into the root of a task; see tar.h
 *
 * Sources: POSIX pax(1) (ustar and extended headers), the GNU tar manual (long names, base-256
 * numbers). A member replaces what is there before it, unless both are directories.
 */
#include "runsc-c/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "fs/vfs/file.h"
#include "fs/vfs/vfs.h"
#include "runsc-c/tar_internal.h"
#include "sentry/base/mem.h"
#include "sentry/mem/uio.h"

#define BLOCK 512
#define PIECE 65536
#define EXTENDED_MAX (1 << 20)

struct tar_header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], chksum[8];
	char typeflag;
	char linkname[100], magic[6], version[2], uname[32], gname[32];
	char devmajor[8], devminor[8], prefix[155], pad[12];
};
STATIC_ASSERT_SIZE(struct tar_header, BLOCK);

struct member {
	char type;
	uint32_t mode, uid, gid, dev_major, dev_minor;
	uint64_t size;
	int64_t mtime;
	char path[PATH_MAX], link[PATH_MAX];
};

/* What an extended header said about the next member. */
struct overrides {
	char *path, *link;
	bool has_size, has_uid, has_gid, has_mtime;
	uint64_t size, uid, gid;
	int64_t mtime;
};

struct tar {
	struct task *t;
	struct tar_stream *in;
	struct tar_error *err;
	struct overrides next;
	char *buf; /* PIECE bytes */
};

static int fail(struct tar *tar, int err, const char *fmt, ...) printf_like(3, 4);

static int fail(struct tar *tar, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(tar->err->text, sizeof(tar->err->text), fmt, ap);
	va_end(ap);
	return err;
}

/* ---- headers ---- */

/* Octal, or base 256 with the top bit set. False: neither, or too large. */
static bool parse_number(const char *field, size_t len, uint64_t *ret)
{
	const unsigned char *p = (const unsigned char *)field;
	uint64_t v = 0;
	size_t i = 0;

	if (p[0] & 0x80) {
		v = p[0] & 0x7f;
		for (i = 1; i < len; i++) {
			if (v >> 55)
				return false;
			v = v << 8 | p[i];
		}
		*ret = v;
		return true;
	}
	while (i < len && p[i] == ' ')
		i++;
	for (; i < len && p[i] >= '0' && p[i] <= '7'; i++) {
		if (v >> 60)
			return false;
		v = v << 3 | (p[i] - '0');
	}
	*ret = v;
	return i == len || p[i] == '\0' || p[i] == ' ';
}

static bool checksum_ok(const struct tar_header *h)
{
	const unsigned char *p = (const unsigned char *)h;
	uint64_t want, sum = 0;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= offsetof(struct tar_header, chksum) &&
				       i < offsetof(struct tar_header, typeflag)
			       ? ' '
			       : p[i];
	return parse_number(h->chksum, sizeof(h->chksum), &want) && want == sum;
}

static bool all_zero(const void *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((const char *)p)[i])
			return false;
	return true;
}

static int copy_path(char *dst, const char *prefix, size_t prefix_len, const char *name,
		     size_t name_len)
{
	prefix_len = strnlen(prefix, prefix_len);
	name_len = strnlen(name, name_len);
	if (prefix_len + 1 + name_len >= PATH_MAX)
		return -ENAMETOOLONG;
	if (prefix_len) {
		memcpy(dst, prefix, prefix_len);
		dst[prefix_len++] = '/';
	}
	memcpy(dst + prefix_len, name, name_len);
	dst[prefix_len + name_len] = '\0';
	return 0;
}

static int parse_header(struct tar *tar, const struct tar_header *h, struct member *m)
{
	bool ustar = memcmp(h->magic, "ustar", 6) == 0; /* GNU: "ustar " and no prefix */
	uint64_t mode, uid, gid, mtime, major_nr, minor_nr;
	struct overrides *o = &tar->next;
	int err;

	if (!parse_number(h->mode, sizeof(h->mode), &mode) ||
	    !parse_number(h->uid, sizeof(h->uid), &uid) ||
	    !parse_number(h->gid, sizeof(h->gid), &gid) ||
	    !parse_number(h->size, sizeof(h->size), &m->size) ||
	    !parse_number(h->mtime, sizeof(h->mtime), &mtime))
		return fail(tar, -EBADMSG, "a header has a bad number");
	if (!parse_number(h->devmajor, sizeof(h->devmajor), &major_nr) ||
	    !parse_number(h->devminor, sizeof(h->devminor), &minor_nr))
		major_nr = minor_nr = 0;
	m->type = h->typeflag;
	m->mode = mode & 07777;
	m->uid = (uint32_t)(o->has_uid ? o->uid : uid);
	m->gid = (uint32_t)(o->has_gid ? o->gid : gid);
	m->dev_major = (uint32_t)major_nr;
	m->dev_minor = (uint32_t)minor_nr;
	if (o->has_size)
		m->size = o->size;
	m->mtime = o->has_mtime ? o->mtime : (int64_t)mtime;
	if (o->path)
		err = copy_path(m->path, "", 0, o->path, PATH_MAX);
	else
		err = copy_path(m->path, h->prefix, ustar ? sizeof(h->prefix) : 0, h->name,
				sizeof(h->name));
	if (err == 0)
		err = copy_path(m->link, "", 0, o->link ? o->link : h->linkname,
				o->link ? PATH_MAX : sizeof(h->linkname));
	if (err < 0)
		return fail(tar, err, "a name is too long");
	if (m->size > INT64_MAX - BLOCK)
		return fail(tar, -EBADMSG, "%s: a bad size", m->path);
	return 0;
}

static void drop_overrides(struct tar *tar)
{
	mem_free(tar->next.path);
	mem_free(tar->next.link);
	tar->next = (struct overrides){0};
}

/* ---- data ---- */

static int read_exactly(struct tar *tar, void *buf, size_t size)
{
	ssize_t n = tar_stream_read(tar->in, buf, size);

	if (n < 0)
		return fail(tar, (int)n,
			    n == -EBADMSG ? "the compressed data is damaged" : "reading");
	return (size_t)n == size ? 0 : fail(tar, -EBADMSG, "the archive ends in the middle");
}

static int skip(struct tar *tar, uint64_t size)
{
	while (size > 0) {
		size_t n = MIN(size, (uint64_t)PIECE);
		int err = read_exactly(tar, tar->buf, n);

		if (err < 0)
			return err;
		size -= n;
	}
	return 0;
}

static uint64_t padding(uint64_t size)
{
	return ALIGN_UP(size, (uint64_t)BLOCK) - size;
}

/* The data of an extended header, NUL-terminated; the caller frees it. */
static int read_extended(struct tar *tar, uint64_t size, char **ret)
{
	char *data;
	int err;

	if (size > EXTENDED_MAX)
		return fail(tar, -EBADMSG, "an extended header is too large");
	data = mem_alloc(size + 1);
	if (!data)
		return fail(tar, -ENOMEM, "out of memory");
	data[size] = '\0';
	err = read_exactly(tar, data, size);
	if (err == 0)
		err = skip(tar, padding(size));
	if (err < 0)
		mem_free(data);
	else
		*ret = data;
	return err;
}

static void replace(char **where, char *with)
{
	mem_free(*where);
	*where = with;
}

static void pax_record(struct overrides *o, const char *key, const char *value)
{
	if (strcmp(key, "path") == 0) {
		replace(&o->path, mem_strdup(value));
	} else if (strcmp(key, "linkpath") == 0) {
		replace(&o->link, mem_strdup(value));
	} else if (strcmp(key, "size") == 0) {
		o->size = strtoull(value, NULL, 10);
		o->has_size = true;
	} else if (strcmp(key, "uid") == 0) {
		o->uid = strtoull(value, NULL, 10);
		o->has_uid = true;
	} else if (strcmp(key, "gid") == 0) {
		o->gid = strtoull(value, NULL, 10);
		o->has_gid = true;
	} else if (strcmp(key, "mtime") == 0) {
		o->mtime = strtoll(value, NULL, 10);
		o->has_mtime = true;
	}
}

/* "<length> <key>=<value>\n", the length being that of the whole record. */
static int parse_pax(struct tar *tar, char *data, size_t size)
{
	while (size > 0) {
		char *end, *key, *eq;
		unsigned long len = strtoul(data, &end, 10);

		if (len < 5 || len > size || *end != ' ' || data[len - 1] != '\n' ||
		    end + 1 >= data + len)
			return fail(tar, -EBADMSG, "a bad extended header");
		key = end + 1;
		data[len - 1] = '\0';
		eq = strchr(key, '=');
		if (!eq)
			return fail(tar, -EBADMSG, "a bad extended header");
		*eq = '\0';
		pax_record(&tar->next, key, eq + 1);
		data += len;
		size -= len;
	}
	return 0;
}

/* 1: it was a header about the next member. */
static int extended(struct tar *tar, const struct member *m)
{
	char *data = NULL;
	int err;

	if (!strchr("xgLK", m->type) || !m->type)
		return 0;
	err = read_extended(tar, m->size, &data);
	if (err < 0)
		return err;
	if (m->type == 'L') {
		replace(&tar->next.path, data);
	} else if (m->type == 'K') {
		replace(&tar->next.link, data);
	} else {
		if (m->type == 'x')
			err = parse_pax(tar, data, m->size);
		mem_free(data);
	}
	return err < 0 ? err : 1;
}

/* ---- members ---- */

/* In place: no leading slashes or "./", no empty or "." components, no "..". "" is the root. */
static int clean_path(char *path)
{
	char *out = path;

	for (char *s = path; *s;) {
		size_t len = strcspn(s, "/");

		if (len == 2 && s[0] == '.' && s[1] == '.')
			return -EINVAL;
		if (len > 0 && !(len == 1 && s[0] == '.')) {
			if (out != path)
				*out++ = '/';
			memmove(out, s, len);
			out += len;
		}
		s += len;
		s += strspn(s, "/");
	}
	*out = '\0';
	return 0;
}

static int make_parents(struct tar *tar, char *path)
{
	for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		int err;

		*slash = '\0';
		err = vfs_mkdir(tar->t, AT_FDCWD, path, 0755);
		*slash = '/';
		if (err < 0 && err != -EEXIST)
			return err;
	}
	return 0;
}

static int write_file(struct tar *tar, const struct member *m)
{
	uint64_t left = m->size;
	struct file *f;
	int err;

	err = vfs_open(tar->t, AT_FDCWD, m->path, O_WRONLY | O_CREAT | O_EXCL, 0600, 0, &f);
	if (err < 0)
		return fail(tar, err, "%s", m->path);
	while (left > 0 && err == 0) {
		size_t n = MIN(left, (uint64_t)PIECE);
		struct uio u;

		err = read_exactly(tar, tar->buf, n);
		if (err < 0)
			break;
		uio_init_kernel(&u, tar->buf, n);
		while (u.left > 0 && err == 0) {
			ssize_t w = file_write(f, &u, 0);

			if (w <= 0)
				err = fail(tar, w < 0 ? (int)w : -EIO, "%s", m->path);
		}
		left -= n;
	}
	file_put(f);
	return err < 0 ? err : skip(tar, padding(m->size));
}

static int set_attributes(struct tar *tar, const struct member *m)
{
	struct iattr attr = {
		.valid = IATTR_UID | IATTR_GID | IATTR_ATIME | IATTR_MTIME | IATTR_FORCE,
		.mode = m->mode,
		.uid = m->uid,
		.gid = m->gid,
		.atime.tv_sec = m->mtime,
		.mtime.tv_sec = m->mtime,
	};
	struct path p;
	int err;

	if (m->type != '2')
		attr.valid |= IATTR_MODE;
	err = path_lookup(tar->t, AT_FDCWD, *m->path ? m->path : "/",
			  m->type == '5' ? LOOKUP_FOLLOW : 0, &p);
	if (err < 0)
		return err;
	err = vfs_setattr(tar->t, &p, &attr);
	path_put(&p);
	return err;
}

static int make_member(struct tar *tar, struct member *m)
{
	struct task *t = tar->t;
	int err;

	switch (m->type) {
	case '5':
		err = *m->path ? vfs_mkdir(t, AT_FDCWD, m->path, 0700) : 0;
		return err == -EEXIST ? 0 : err;
	case '1':
		err = clean_path(m->link);
		return err < 0 ? err : vfs_link(t, AT_FDCWD, m->link, AT_FDCWD, m->path, 0);
	case '2': return vfs_symlink(t, m->link, AT_FDCWD, m->path);
	case '3':
		return vfs_mknod(t, AT_FDCWD, m->path, S_IFCHR | 0600,
				 makedev(m->dev_major, m->dev_minor));
	case '4':
		return vfs_mknod(t, AT_FDCWD, m->path, S_IFBLK | 0600,
				 makedev(m->dev_major, m->dev_minor));
	default: return vfs_mknod(t, AT_FDCWD, m->path, S_IFIFO | 0600, 0);
	}
}

/* One member; its data is consumed. */
static int unpack_member(struct tar *tar, struct member *m)
{
	bool regular = !m->type || m->type == '0' || m->type == '7';
	size_t len = strlen(m->path);
	int err;

	if (regular && len && m->path[len - 1] == '/') { /* V7's way to say directory */
		regular = false;
		m->type = '5';
	}
	if (!regular && !strchr("123456", m->type)) {
		if (m->type == 'S' || m->type == 'M')
			return fail(tar, -EOPNOTSUPP,
				    "%s: sparse or split members are not supported", m->path);
		return skip(tar, m->size + padding(m->size)); /* vendors' own */
	}
	err = clean_path(m->path);
	if (err < 0)
		return fail(tar, err, "%s: a name with .. in it", m->path);
	if (!*m->path && m->type != '5')
		return fail(tar, -EINVAL, "a member without a name");
	err = make_parents(tar, m->path);
	if (err == 0 && m->type != '5') {
		err = vfs_unlink(tar->t, AT_FDCWD, m->path, 0);
		err = err == -ENOENT ? 0 : err;
	}
	if (err == 0 && regular)
		err = write_file(tar, m);
	else if (err == 0)
		err = make_member(tar, m);
	if (err < 0)
		return *tar->err->text ? err : fail(tar, err, "%s", m->path);
	if (m->type != '1')
		err = set_attributes(tar, m);
	if (err < 0)
		return fail(tar, err, "%s: attributes", m->path);
	/* A link's size is its file's in some archives, without data. */
	return regular || m->type == '1' ? 0 : skip(tar, m->size + padding(m->size));
}

static int unpack_all(struct tar *tar, struct member *m)
{
	for (bool any = false;; any = true) {
		struct tar_header h;
		ssize_t n = tar_stream_read(tar->in, &h, sizeof(h));
		int err;

		if (n == 0)
			return any ? 0 /* no end mark: many archives are cut so */
				   : fail(tar, -EBADMSG,
					  "the archive is empty, or cut off at once");
		if (n < 0)
			return fail(tar, (int)n, "reading");
		if (n != BLOCK)
			return fail(tar, -EBADMSG, "the archive ends in the middle");
		if (all_zero(&h, sizeof(h)))
			return 0;
		if (!checksum_ok(&h))
			return fail(tar, -EBADMSG, "not a tar archive, or a damaged one");
		err = parse_header(tar, &h, m);
		if (err == 0)
			err = extended(tar, m);
		if (err == 0) {
			err = unpack_member(tar, m);
			drop_overrides(tar);
		}
		if (err < 0)
			return err;
	}
}

int tar_unpack(struct task *t, int fd, struct tar_error *err)
{
	struct tar tar = {.t = t, .err = err};
	struct member *m = mem_alloc(sizeof(*m));
	int r;

	err->text[0] = '\0';
	tar.buf = mem_alloc(PIECE);
	if (!m || !tar.buf)
		r = fail(&tar, -ENOMEM, "out of memory");
	else
		r = tar_stream_open(fd, &tar.in);
	if (r == -EPROTONOSUPPORT)
		fail(&tar, r, "compressed with gzip, which this build cannot read");
	if (r == 0) {
		r = unpack_all(&tar, m);
		tar_stream_close(tar.in);
	}
	drop_overrides(&tar);
	mem_free(tar.buf);
	mem_free(m);
	return r;
}
