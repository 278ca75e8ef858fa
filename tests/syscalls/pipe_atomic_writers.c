/* tests/syscalls/pipe_atomic_writers.c - writes of at most PIPE_BUF bytes are not mixed. */
#include "fs_check.h"

#define WRITERS 3
#define RECORDS 60
#define LENGTH 1000

int main(void)
{
	char rec[LENGTH];
	int p[2], broken = 0, counts[WRITERS] = {0};
	size_t have = 0;
	ssize_t n;

	xpipe(p);
	for (int w = 0; w < WRITERS; w++)
		if (xfork() == 0) {
			int bad = 0;

			close(p[0]);
			memset(rec, 'a' + w, LENGTH);
			for (int i = 0; i < RECORDS; i++)
				bad += write(p[1], rec, LENGTH) != LENGTH;
			_exit(bad != 0);
		}
	close(p[1]);
	while ((n = read(p[0], rec + have, LENGTH - have)) > 0) {
		have += n;
		if (have < LENGTH)
			continue;
		for (int i = 1; i < LENGTH; i++)
			if (rec[i] != rec[0]) {
				broken++;
				break;
			}
		counts[rec[0] - 'a']++;
		have = 0;
	}
	for (int w = 0; w < WRITERS; w++)
		show_status("writer", xwait(-1));
	show_val("broken", broken);
	show_val("left over", have);
	for (int w = 0; w < WRITERS; w++)
		show_val("records", counts[w]);
	return 0;
}
