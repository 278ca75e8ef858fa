/* tests/syscalls/path_trailing.c - trailing slashes and dots for the calls that make and remove. */
#include "fs_check.h"

int main(void)
{
	struct stat st;

	write_file("f", "x");
	xmkdir("d", 0755);
	xmkdir("e", 0755);
	xsymlink("d", "dl");
	xsymlink("f", "fl");
	xsymlink("new", "nl");
	show("stat f/.", stat("f/.", &st));
	show("stat fl/", stat("fl/", &st));
	show("stat dl/.", stat("dl/.", &st));
	show("lstat dl/", lstat("dl/", &st));
	show_str("is a", type_name(st.st_mode));
	show("chmod f/", chmod("f/", 0600));
	show("chmod dl/", chmod("dl/", 0700));
	show("access fl/", access("fl/", F_OK));
	show("truncate f/", truncate("f/", 0));
	show("mkdir n1/", mkdir("n1/", 0755));
	show("mkdir n2/.", mkdir("n2/.", 0755));
	show("mkdir nl/", mkdir("nl/", 0755));
	show("symlink n3/", symlink("x", "n3/"));
	show("link f n4/", link("f", "n4/"));
	show("mkfifo n5/", mkfifo("n5/", 0644));
	show("creat n6/", creat("n6/", 0644));
	show("creat n6/.", creat("n6/.", 0644));
	show("rename d n7/", rename("d", "n7/"));
	show("rename n7/ d/", rename("n7/", "d/"));
	show("rename f n8/", rename("f", "n8/"));
	show("rename dl/ n9", rename("dl/", "n9"));
	show("unlink f/", unlink("f/"));
	show("unlink fl/", unlink("fl/"));
	show("unlink d/", unlink("d/"));
	show("rmdir dl/", rmdir("dl/"));
	show("rmdir e/.", rmdir("e/."));
	show("rmdir e/", rmdir("e/"));
	show("readlink dl/", readlink("dl/", (char[8]){0}, 8));
	show("execve f/", execl("f/", "f", NULL));
	show("chdir f/", chdir("f/"));
	show_names("names", ".");
	return 0;
}
