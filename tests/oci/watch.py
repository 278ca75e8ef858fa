#!/usr/bin/env python3
"""inotify in a container on what the host changes in its volumes, and on what it changes itself there.

Needs a C compiler (one static program is the whole image) and fanotify on the host. The last line is
`N passed, N failed`.
"""
import ctypes
import os
import sys
import time

from bundle_lib import Failure, TIMEOUT, expect, main

PROGRAM = r'''
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
static const struct { unsigned bit; const char *name; } bits[] = {
	{IN_MODIFY, "modify"}, {IN_ATTRIB, "attrib"}, {IN_CLOSE_WRITE, "written"}, {IN_MOVED_FROM, "from"},
	{IN_MOVED_TO, "to"}, {IN_CREATE, "create"}, {IN_DELETE, "delete"}, {IN_DELETE_SELF, "gone"},
	{IN_MOVE_SELF, "moved"}, {IN_IGNORED, "ignored"}, {IN_Q_OVERFLOW, "lost"}, {IN_ISDIR, "dir"}};
static unsigned first_cookie;
static void show(int fd) {
	char buf[65536]; ssize_t n = read(fd, buf, sizeof(buf));
	for (char *p = buf; n > 0 && p < buf + n;) {
		struct inotify_event *e = (void *)p;
		char line[600]; int len = sprintf(line, "%d", e->wd);
		if (e->cookie && !first_cookie) first_cookie = e->cookie;
		for (int i = 0; i < sizeof(bits) / sizeof(*bits); i++)
			if (e->mask & bits[i].bit) len += sprintf(line + len, " %s", bits[i].name);
		if (e->cookie) len += sprintf(line + len, " #%u", e->cookie - first_cookie);
		sprintf(line + len, " %s", e->len ? e->name : "-"); puts(line);
		p += sizeof(*e) + e->len; } }
int main(int argc, char **argv) {
	int fd = inotify_init1(0), i;
	unsigned mask = IN_ALL_EVENTS & ~(IN_OPEN | IN_ACCESS | IN_CLOSE_NOWRITE);
	setvbuf(stdout, NULL, _IONBF, 0);
	for (i = 1; i < argc && strcmp(argv[i], "do"); i++)
		printf("watch %d\n", inotify_add_watch(fd, argv[i], mask));
	for (i++; i + 1 < argc; i += 2) {
		const char *op = argv[i], *arg = argv[i + 1];
		if (!strcmp(op, "make")) close(open(arg, O_CREAT | O_WRONLY, 0644));
		if (!strcmp(op, "mkdir")) mkdir(arg, 0755);
		if (!strcmp(op, "unlink")) unlink(arg);
		if (!strcmp(op, "rm")) inotify_rm_watch(fd, atoi(arg));
		if (!strcmp(op, "many")) for (int n = 0; n < atoi(arg); n++) {
			char path[64]; sprintf(path, "/v/d%d", n); mkdir(path, 0755);
			if (inotify_add_watch(fd, path, mask) < 0) perror(path); } }
	puts("ready");
	for (;;) show(fd);
}
'''


class Volume:
    def __init__(self, host, *args, options=('rbind', 'rw')):
        self.host, self.dir = host, os.path.join(host.dir, 'volume')
        os.makedirs(self.dir + '/sub', exist_ok=True)
        with open(self.dir + '/file', 'w') as f:
            f.write('text\n')
        host.config['mounts'].append({'destination': '/v', 'type': 'bind', 'source': self.dir,
                                      'options': list(options)})
        host.config['process']['args'] = ['/bin/do'] + list(args)
        host.store()
        expect('create', (host.create('c1').returncode, host.errors()), (0, []))
        expect('start', host.call('start', 'c1').returncode, 0)
        self.seen('ready')

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text='x'):
        with open(self.path(name), 'w') as f:
            f.write(text)

    def seen(self, *lines):
        """All of these have come, in this order; what came."""
        end = time.monotonic() + TIMEOUT
        while True:
            out = self.host.output().splitlines()
            rest = iter(out)
            if all(line in rest for line in lines):
                return out
            if time.monotonic() > end:
                raise Failure('no %s in %s' % (lines[:9], out[-20:]))
            time.sleep(0.01)

    def all(self, last):
        """What came from "ready" to that."""
        out = self.seen('ready', last)
        return out[out.index('ready') + 1:]

    def end(self):
        expect('delete', self.host.call('delete', '--force', 'c1').returncode, 0)
        self.host.check_empty()


def host_can():
    """As the sentry asks for it: names and handles."""
    fd = ctypes.CDLL(None, use_errno=True).syscall(300, 0xe03, 0)
    if fd < 0:
        return False
    os.close(fd)
    return True


def test_names(host):
    v = Volume(host, '/v', '/v/sub')
    v.write('new')
    v.seen('1 create new', '1 written new')
    os.rename(v.path('new'), v.path('other'))
    v.seen('1 from #0 new', '1 to #0 other')
    os.rename(v.path('other'), v.path('sub/there'))
    v.seen('1 from #1 other', '2 to #1 there')
    os.mkdir(v.path('made'))
    v.seen('1 create dir made')
    os.rmdir(v.path('made'))
    v.seen('1 delete dir made')
    os.unlink(v.path('sub/there'))
    expect('all', [line for line in v.all('2 delete there') if 'modify' not in line],
           ['1 create new', '1 written new', '1 from #0 new', '1 to #0 other', '1 from #1 other',
            '2 to #1 there', '1 create dir made', '1 delete dir made', '2 delete there'])
    v.end()


def test_contents(host):
    v = Volume(host, '/v', '/v/file', options=('rbind', 'ro'))
    with open(v.path('file'), 'a') as f:
        f.write('more\n')
    v.seen('1 modify file', '1 written file')
    v.seen('2 modify -', '2 written -')
    os.chmod(v.path('file'), 0o600)
    v.seen('1 attrib file')
    v.seen('2 attrib -')
    v.write('next')
    os.rename(v.path('next'), v.path('file'))  # as editors and Kubernetes do
    v.seen('1 from #0 next', '1 to #0 file')
    v.end()


def test_end(host):
    """Of what is watched itself: its watch is over."""
    v = Volume(host, '/v/file', '/v/sub')
    os.unlink(v.path('file'))
    v.seen('1 attrib -')
    os.rmdir(v.path('sub'))
    v.end()


def test_own_changes_once(host):
    """Those of the container are told by the sentry alone."""
    v = Volume(host, '/v', 'do', 'make', '/v/mine', 'mkdir', '/v/dir', 'unlink', '/v/mine')
    v.write('last')
    expect('all', [line for line in v.all('1 written last') if 'modify' not in line],
           ['1 create mine', '1 written mine', '1 create dir dir', '1 delete mine', '1 create last',
            '1 written last'])
    v.end()


def test_removed_watch(host):
    v = Volume(host, '/v', '/v/sub', 'do', 'rm', '2')
    v.write('sub/unseen')
    v.write('seen')
    out = v.all('1 written seen')
    if any(line.startswith('2 ') and line != '2 ignored -' for line in out):
        raise Failure('%s' % out)
    v.end()


def test_another_container(host):
    """What one writes the other hears."""
    v = Volume(host, '/v')
    host.config['process']['args'] = ['/bin/do', 'do', 'make', '/v/other', 'mkdir', '/v/others']
    host.store()
    expect('create', host.create('c2').returncode, 0)
    expect('start', host.call('start', 'c2').returncode, 0)
    v.seen('1 create other', '1 written other', '1 create dir others')
    host.call('delete', '--force', 'c2')
    v.end()


def test_single_file(host):
    """A file that is a mount of its own, as engines have for /etc/hosts."""
    file = os.path.join(host.dir, 'hosts')
    with open(file, 'w') as f:
        f.write('a\n')
    host.config['mounts'].append({'destination': '/hosts', 'type': 'bind', 'source': file,
                                  'options': ['bind', 'ro']})
    v = Volume(host, '/hosts')
    with open(file, 'a') as f:
        f.write('b\n')
    v.seen('1 modify -', '1 written -')
    v.end()


def test_many(host):
    v = Volume(host, '/v', 'do', 'many', '300')
    for i in range(300):
        v.write('d%d/f' % i)
    v.seen(*['%d written f' % (i + 2) for i in range(300)])
    v.end()


def all_tests():
    if not host_can():
        print('skipped: no fanotify on this host')
        return []
    return [(n[5:], f) for n, f in sorted(globals().items()) if n.startswith('test_')]


if __name__ == '__main__':
    sys.exit(main(__doc__, PROGRAM, all_tests()))
