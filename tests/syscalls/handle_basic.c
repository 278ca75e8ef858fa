/*
 * tests/syscalls/handle_basic.c - name_to_handle_at(2), open_by_handle_at(2): a file found again by
 * its handle, after a rename, not after it was removed; errors
 */
#include "check.h"

struct handle {
	unsigned int bytes;
	int type;
	char body[128];
};

static void make_errors(struct handle *h)
{
	int id;

	h->bytes = 129;
	show("large", raw(SYS_name_to_handle_at, AT_FDCWD, "f", h, &id, 0));
	h->bytes = 128;
	show("flags", raw(SYS_name_to_handle_at, AT_FDCWD, "f", h, &id, -1));
	show("handle", raw(SYS_name_to_handle_at, AT_FDCWD, "f", BAD_PTR, &id, 0));
	show("id", raw(SYS_name_to_handle_at, AT_FDCWD, "f", h, BAD_PTR, 0));
	show("name", raw(SYS_name_to_handle_at, AT_FDCWD, "no", h, &id, 0));
	show("empty", raw(SYS_name_to_handle_at, AT_FDCWD, "", h, &id, 0));
	show("proc", raw(SYS_name_to_handle_at, AT_FDCWD, "/proc/version", h, &id, 0));
}

int main(void)
{
	struct handle h = {0}, l = {128}, again = {128};
	char text[8] = "";
	int id, fd;

	/* On /dev/shm: the native file system of the working directory may have no handles. */
	if (chdir("/dev/shm") < 0 || mkdir("handle_basic", 0700) < 0 || chdir("handle_basic") < 0)
		die("directory");
	write_file("f", "hello");
	if (symlink("f", "l") < 0)
		die("symlink");
	show("how long", raw(SYS_name_to_handle_at, AT_FDCWD, "f", &h, &id, 0));
	show_true("length", h.bytes > 0 && h.bytes <= 128);
	show("handle", raw(SYS_name_to_handle_at, AT_FDCWD, "f", &h, &id, 0));
	show("of the link", raw(SYS_name_to_handle_at, AT_FDCWD, "l", &l, &id, 0));
	show("through the link",
	     raw(SYS_name_to_handle_at, AT_FDCWD, "l", &again, &id, AT_SYMLINK_FOLLOW));
	show_true("same", again.bytes == h.bytes && !memcmp(again.body, h.body, h.bytes));
	show_true("other", l.bytes == h.bytes && memcmp(l.body, h.body, h.bytes) != 0);
	make_errors(&again);
	if (geteuid() == 0) {
		if (rename("f", "g") < 0)
			die("rename");
		fd = show_fd("open", raw(SYS_open_by_handle_at, AT_FDCWD, &h, O_RDONLY));
		show("read", read(fd, text, sizeof(text) - 1));
		show_str("text", text);
		close(fd);
		show_fd("link", raw(SYS_open_by_handle_at, AT_FDCWD, &l, O_RDONLY));
		show_fd("fd", raw(SYS_open_by_handle_at, -1, &h, O_RDONLY));
		show_fd("handle", raw(SYS_open_by_handle_at, AT_FDCWD, BAD_PTR, O_RDONLY));
		again.bytes = 0;
		show_fd("no bytes", raw(SYS_open_by_handle_at, AT_FDCWD, &again, O_RDONLY));
		again.bytes = 200;
		show_fd("many bytes", raw(SYS_open_by_handle_at, AT_FDCWD, &again, O_RDONLY));
		fd = open("/proc", O_RDONLY);
		show_fd("elsewhere", raw(SYS_open_by_handle_at, fd, &h, O_RDONLY));
		l.bytes = 128;
		show("of a directory", raw(SYS_name_to_handle_at, AT_FDCWD, "..", &l, &id, 0));
		fd = show_fd("directory", raw(SYS_open_by_handle_at, AT_FDCWD, &l, O_RDONLY));
		show_fd("name in it", openat(fd, "handle_basic/g", O_RDONLY));
		show_fd("to write", raw(SYS_open_by_handle_at, AT_FDCWD, &l, O_RDWR));
		unlink("g");
		show_fd("removed, open", raw(SYS_open_by_handle_at, AT_FDCWD, &h, O_RDONLY));
		if (close_range(3, ~0U, 0) < 0)
			die("close_range");
		show_fd("removed", raw(SYS_open_by_handle_at, AT_FDCWD, &h, O_RDONLY));
	} else {
		show_fd("user", raw(SYS_open_by_handle_at, AT_FDCWD, &h, O_RDONLY));
		unlink("f");
	}
	unlink("l");
	rmdir("../handle_basic");
	return 0;
}
