/* tests/syscalls/path_limits.c - path resolution: NAME_MAX, PATH_MAX, symlinks with long text. */
#include "fs_check.h"

int main(void)
{
	static char path[9000];
	char name[300];
	struct stat st;
	size_t len;

	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	show("mkdir of 255", mkdir(name, 0755));
	snprintf(path, sizeof(path), "%s/%s", name, name);
	show("file of 255 in it", creat(path, 0644) >= 0 ? 0 : -1);
	show("unlink", unlink(path));
	name[255] = 'n';
	name[256] = '\0';
	show("256", mkdir(name, 0755));
	snprintf(path, sizeof(path), "%s/x", name);
	show("256 in the middle", stat(path, &st));
	snprintf(path, sizeof(path), "missing/%s", name);
	show("256 after a missing one", stat(path, &st));
	snprintf(path, sizeof(path), "./%s", name);
	show("256 after a dot", stat(path, &st));

	/* "./././f" of any length. */
	write_file("f", "x");
	for (len = 0; len < 8000; len += 2)
		memcpy(path + len, "./", 2);
	strcpy(path + 4094, "f");
	show("path of 4095", stat(path, &st));
	memcpy(path + 4093, "//f", 4);
	show("path of 4096", stat(path, &st));
	memset(path, '/', 5000);
	path[5000] = '\0';
	show("5000 slashes", stat(path, &st));
	path[4095] = '\0';
	show("4095 slashes", stat(path, &st));
	path[4096] = '\0';
	show_fd("open", open(path, O_RDONLY));
	show("mkdir", mkdir(path, 0755));
	show("unlink", unlink(path));
	show("execve", execl(path, "x", NULL));
	show("symlink", symlink("x", path));
	/* Each symlink brings a new budget. */
	for (len = 0; len < 4000; len += 2)
		memcpy(path + len, "./", 2);
	strcpy(path + 4000, "f");
	show("symlink with 4001 characters", symlink(path, "long"));
	show("through it", stat("long", &st));
	memset(path, '/', 4000);
	for (len = 0; len < 4000; len += 2)
		memcpy(path + len, "./", 2);
	strcpy(path + 4000, "long");
	show("4004 characters to it", stat(path, &st));
	show("pathconf NAME_MAX", pathconf(".", _PC_NAME_MAX));
	show("pathconf PATH_MAX", pathconf(".", _PC_PATH_MAX));
	return 0;
}
