/* tests/syscalls/file_append_concurrent.c - O_APPEND: records of several processes stay whole. */
#include "fs_check.h"

#define WRITERS 3
#define RECORDS 100
#define LENGTH 37

int main(void)
{
	int counts[WRITERS] = {0}, broken = 0, out_of_order = 0, fd;
	char rec[LENGTH];

	write_file("f", "");
	for (int w = 0; w < WRITERS; w++)
		if (xfork() == 0) {
			int bad = 0;

			fd = xopen("f", O_WRONLY | O_APPEND, 0);
			for (int i = 0; i < RECORDS; i++) {
				memset(rec, 'A' + w, LENGTH);
				rec[1] = i;
				rec[LENGTH - 1] = '\n';
				if (write(fd, rec, LENGTH) != LENGTH)
					bad = 1;
			}
			_exit(bad);
		}
	for (int w = 0; w < WRITERS; w++)
		show_status("writer", xwait(-1));
	show_val("size", file_size("f"));
	fd = xopen("f", O_RDONLY, 0);
	while (read(fd, rec, LENGTH) == LENGTH) {
		int w = rec[0] - 'A';

		if (w < 0 || w >= WRITERS || rec[LENGTH - 1] != '\n') {
			broken++;
			continue;
		}
		for (int i = 2; i < LENGTH - 1; i++)
			if (rec[i] != rec[0]) {
				broken++;
				break;
			}
		if (rec[1] != counts[w])
			out_of_order++;
		counts[w]++;
	}
	show_val("broken", broken);
	show_val("out of order", out_of_order);
	for (int w = 0; w < WRITERS; w++)
		show_val("records", counts[w]);
	return 0;
}
