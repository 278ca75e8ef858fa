/*
 * tests/syscalls/uid_fsuid.c - setfsuid(2), setfsgid(2): the id for files: who owns new ones, who
 * may open them; follows the effective uid. Root only.
 */
#include "check.h"
#include <sys/fsuid.h>

int main(void)
{
	struct stat st;

	if (geteuid() != 0)
		return 0;
	chmod(".", 0777);
	write_file("secret", "x");
	chmod("secret", 0600);
	show("setfsgid", setfsgid(200));
	show("setfsuid", setfsuid(1000));
	show("setfsuid returns the old one", setfsuid(-1));
	show_val("effective uid", geteuid());
	show_fd("open of root's file", open("secret", O_RDONLY));
	close(open("new", O_CREAT | O_WRONLY, 0600));
	stat("new", &st);
	say("new file: uid %d gid %d", st.st_uid, st.st_gid);
	show("setfsuid back", setfsuid(0));
	show_fd("open of root's file", open("secret", O_RDONLY));
	setfsuid(1000);
	show("seteuid sets it too", seteuid(2000));
	show("fsuid", setfsuid(-1));
	show("seteuid", seteuid(0));
	show("fsuid", setfsuid(-1));
	return 0;
}
