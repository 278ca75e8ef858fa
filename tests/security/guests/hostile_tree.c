/*
 * tests/security/guests/hostile_tree.c - uses everything that a hostile tree at DIR offers
 *
 *	hostile_tree DIR SECONDS
 */
#include "tests/security/guests/attack.h"

#include <sys/socket.h>
#include <sys/un.h>

static const char *dir;

static const char *in_dir(const char *name)
{
	static char buf[4096];

	snprintf(buf, sizeof(buf), "%s/%s", dir, name);
	return buf;
}

static void try_open(const char *name)
{
	const int flags[] = {O_RDONLY | O_NONBLOCK, O_WRONLY | O_NONBLOCK, O_RDWR | O_NONBLOCK,
			     O_PATH};
	char buf[256];

	for (int i = 0; i < 4; i++) {
		int fd = open(in_dir(name), flags[i] | O_NOCTTY);
		ssize_t n;

		if (fd < 0)
			continue;
		n = read(fd, buf, sizeof(buf) - 1);
		if (n > 0) {
			buf[n] = '\0';
			if (strstr(buf, "SECRET"))
				FINDING("%s shows what lies outside", name);
		}
		if (flags[i] != O_PATH && write(fd, "x", 1) < 0)
			errno = 0;
		close(fd);
	}
}

static void try_socket(const char *name)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		return;
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/%s", dir, name);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		FINDING("connected to a socket of the host");
	close(fd);
}

/* The driver renames sub/deep in and out of the tree meanwhile. */
static void try_escape(double end)
{
	const char *const paths[] = {"sub/deep/a/../../../../secret",
				     "sub/deep/../../../secret",
				     "sub/deep/a/../../../secret",
				     "sub/flip/secret",
				     "sub/flip/../secret",
				     "sub/deep/a/b/../../../../../secret"};

	while (now() < end)
		for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
			try_open(paths[i]);
}

int main(int argc, char **argv)
{
	const char *const names[] = {"fifo",	  "null",      "mem",	 "link-abs", "link-up",
				     "link-proc", "link-fifo", "socket", "shadow"};

	if (argc < 3)
		return 2;
	dir = argv[1];
	ready();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		try_open(names[i]);
	try_socket("socket");
	chmod(in_dir("plain"), 06777);
	chown(in_dir("plain"), 0, 0);
	chmod(in_dir("plain"), 06777);
	mknod(in_dir("new-null"), S_IFCHR | 0666, 0x103);
	mknod(in_dir("new-mem"), S_IFBLK | 0666, 0x800);
	close(open(in_dir("new-suid"), O_CREAT | O_RDWR, 06777));
	symlink("/etc/shadow", in_dir("new-link"));
	try_escape(now() + atof(argv[2]));
	puts("done");
	return findings != 0;
}
