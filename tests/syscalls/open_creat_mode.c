/* tests/syscalls/open_creat_mode.c - open(2): the mode of a new file. */
#include "fs_check.h"

static void try(const char *name, mode_t mask, mode_t mode)
{
	char label[64];
	int fd;

	umask(mask);
	fd = open(name, O_WRONLY | O_CREAT, mode);
	snprintf(label, sizeof(label), "umask %03o, mode %o", mask, mode);
	show_fd(label, fd);
	show_mode(label, name);
	close(fd);
}

int main(void)
{
	char buf[8];
	int fd;

	try("a", 022, 0666);
	try("b", 077, 0777);
	try("c", 0, 0777);
	try("d", 027, 0604);
	try("e", 0777, 0777);
	try("f", 022, 0);
	try("g", 022, 04755);
	try("h", 022, 02755);
	try("i", 022, 01755);
	try("j", 022, 0100644);
	try("k", 022, 0177777);
	umask(0);
	/* The mode counts from the next open on. */
	fd = open("new", O_RDWR | O_CREAT | O_EXCL, 0);
	show_fd("mode 0, O_RDWR", fd);
	show("write", write(fd, "abc", 3));
	show_read("pread", pread(fd, buf, sizeof(buf), 0), buf);
	if (geteuid() != 0)
		show_fd("open again", open("new", O_RDONLY));
	show_mode("mode", "new");
	show_fd("O_CREAT over it", open("c", O_WRONLY | O_CREAT, 0600));
	show_mode("mode stays", "c");
	show_fd("creat over it", creat("c", 0600));
	show_mode("mode stays", "c");
	return 0;
}
