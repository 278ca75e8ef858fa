/* tests/syscalls/pty_raw.c - pseudo-terminal in raw mode: every byte, both ways. */
#include "pty_check.h"

int main(void)
{
	unsigned char all[256], back[256];
	struct pty t = open_pty();
	size_t have = 0;
	ssize_t n;

	make_raw(t.slave);
	type(t.master, "to the slave\n\x03\x04\x1a\r");
	expect("slave", t.slave, 17);
	type(t.slave, "to the master\n\x03\x04\r");
	expect("master", t.master, 17);
	for (int i = 0; i < 256; i++)
		all[i] = i;
	show("write all bytes", write(t.master, all, 256));
	while (have < 256 && (n = read(t.slave, back + have, 256 - have)) > 0)
		have += n;
	show_true("the same on the slave", !memcmp(all, back, 256));
	show("write all bytes", write(t.slave, all, 256));
	have = 0;
	while (have < 256 && (n = read(t.master, back + have, 256 - have)) > 0)
		have += n;
	show_true("the same on the master", !memcmp(all, back, 256));
	expect_nothing("nothing else, slave", t.slave);
	expect_nothing("nothing else, master", t.master);
	show("write nothing", write(t.master, "", 0));
	show("read nothing", read(t.slave, back, 0));
	show("lseek", lseek(t.slave, 0, SEEK_SET));
	show("pread", pread(t.slave, back, 1, 0));
	show("bad pointer", write(t.master, bad_addr(), 4));
	return 0;
}
