/* tests/syscalls/getdents64_basic.c - getdents64(2): records, types, small buffers, errors. */
#include "fs_check.h"

struct entry {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

static int by_line(const void *a, const void *b)
{
	return strcmp(a, b);
}

int main(void)
{
	static char buf[4096], lines[32][64];
	struct stat st;
	int fd, n, bad = 0, count = 0, p[2];

	xmkdir("d", 0755);
	write_file("d/file", "x");
	xmkdir("d/sub", 0755);
	xsymlink("x", "d/sym");
	must(mkfifo("d/fifo", 0600));
	must(mknod("d/sock", S_IFSOCK | 0600, 0));
	write_file("d/a name of some length", "x");
	fd = xopen("d", O_RDONLY, 0);
	n = raw(SYS_getdents64, fd, buf, sizeof(buf));
	show_true("bytes", n > 0);
	for (int at = 0; at < n;) {
		struct entry *e = (struct entry *)(buf + at);

		if (e->reclen % 8 || e->reclen < 19 + strlen(e->name) + 1)
			bad++;
		if (strcmp(e->name, "..") && strcmp(e->name, "."))
			if (fstatat(fd, e->name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
			    st.st_ino != e->ino)
				bad++;
		snprintf(lines[count++], 64, "%s: %s", e->name, type_name((mode_t)e->type << 12));
		at += e->reclen;
	}
	qsort(lines, count, sizeof(lines[0]), by_line);
	for (int i = 0; i < count; i++)
		say("%s", lines[i]);
	show_val("bad records", bad);
	show("at the end", raw(SYS_getdents64, fd, buf, sizeof(buf)));
	show("seek", lseek(fd, 0, SEEK_SET));
	show_true("as many again", raw(SYS_getdents64, fd, buf, sizeof(buf)) == n);
	/* One record at a time. */
	lseek(fd, 0, SEEK_SET);
	count = 0;
	while ((n = raw(SYS_getdents64, fd, buf, 48)) > 0)
		for (int at = 0; at < n; count++)
			at += ((struct entry *)(buf + at))->reclen;
	show("end", n);
	show_val("records", count);
	lseek(fd, 0, SEEK_SET);
	show("buffer too small", raw(SYS_getdents64, fd, buf, 10));
	show("no buffer", raw(SYS_getdents64, fd, buf, 0));
	show("bad buffer", raw(SYS_getdents64, fd, bad_addr(), 4096));
	xmkdir("e", 0755);
	fd = xopen("e", O_RDONLY, 0);
	show_true("empty directory", raw(SYS_getdents64, fd, buf, sizeof(buf)) == 48);
	lseek(fd, 0, SEEK_SET);
	show("rmdir", rmdir("e"));
	show("removed directory", raw(SYS_getdents64, fd, buf, sizeof(buf)));
	show("file", raw(SYS_getdents64, xopen("d/file", O_RDONLY, 0), buf, sizeof(buf)));
	show("closed", raw(SYS_getdents64, closed_fd(), buf, sizeof(buf)));
	xpipe(p);
	show("pipe", raw(SYS_getdents64, p[0], buf, sizeof(buf)));
	return 0;
}
