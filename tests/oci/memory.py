#!/usr/bin/env python3
"""Containers without an engine that use more memory than they may: who is killed, who is told, who goes on.

Needs root and a memory controller, else all is skipped; and a C compiler (one static program is the whole
image). `--runtime /usr/sbin/runc` runs what does not look at the sentry with another runtime. The last line is
`N passed, N failed`.
"""
import json
import os
import subprocess
import sys
import time

from bundle_lib import TIMEOUT, Failure, expect, main
from shared import hierarchies, leave

PROGRAM = r'''
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
static void eat(const char *mib) {
	size_t n = strtoul(mib, NULL, 10) << 20;
	char *p = mmap(NULL, n, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(p, 1, n); }
static void adjust(const char *v) {
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);
	if (fd < 0 || write(fd, v, strlen(v)) < 0) puts(strerror(errno)); close(fd); }
static void gather(void) {
	int status; pid_t pid;
	while ((pid = wait(&status)) > 0)
		printf("%d %s %d\n", pid, WIFSIGNALED(status) ? "signal" : "status",
		       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status)); }
int main(int argc, char **argv) {
	setvbuf(stdout, NULL, _IONBF, 0);
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *op = argv[i], *arg = argv[i + 1];
		if (!strcmp(op, "say")) puts(arg);
		if (!strcmp(op, "exit")) return atoi(arg);
		if (!strcmp(op, "sleep")) sleep(atoi(arg));
		if (!strcmp(op, "eat")) eat(arg);
		if (!strcmp(op, "adj")) adjust(arg);
		if (!strcmp(op, "child") && fork() == 0) { /* MIB,ADJUSTMENT */
			if (strchr(arg, ',')) adjust(strchr(arg, ',') + 1);
			eat(arg); puts("full"); pause(); }
		if (!strcmp(op, "gather")) { gather(); pause(); } }
	return 0;
}
'''


def may_lower(host):
    host.config['process']['capabilities'] = {
        s: ['CAP_SYS_RESOURCE'] for s in ('bounding', 'effective', 'permitted')}


def memory_of(host):
    """The container's directory."""
    for h in hierarchies():
        for name in ('memory.oom_control', 'memory.events'):
            path = h + host.config['linux']['cgroupsPath']
            if os.path.exists(os.path.join(path, name)):
                return path
    raise Failure('no cgroup with memory')


def limited(host, mib, *ops):
    host.config['linux']['cgroupsPath'] = '/runsc-c-memory-%d' % os.getpid()
    host.config['linux']['resources'] = {'memory': {'limit': mib << 20, 'swap': mib << 20}}
    host.config['process']['args'] = ['/bin/do'] + list(ops)
    host.store()


def started(host, mib, *ops):
    limited(host, mib, *ops)
    pid_file = os.path.join(host.dir, 'pid')
    p = host.create('c1', '--pid-file', pid_file)
    expect('create', (p.returncode, host.errors()), (0, []))
    expect('start', host.call('start', 'c1').returncode, 0)
    with open(pid_file) as f:
        return int(f.read())


def output(host, what):
    end = time.monotonic() + TIMEOUT
    while what not in host.output():
        if time.monotonic() > end:
            raise Failure('no "%s" in: %s' % (what, host.output()))
        time.sleep(0.02)


def status(host):
    return json.loads(host.call('state', 'c1').stdout)['status']


def finish(host):
    expect('delete', host.call('delete', '--force', 'c1').returncode, 0)
    host.check_empty()


def kills(host):
    for name in ('memory.oom_control', 'memory.events'):
        path = os.path.join(memory_of(host), name)
        if os.path.exists(path):
            with open(path) as f:
                return int(dict(line.split() for line in f)['oom_kill'])


def watched(host):
    return subprocess.Popen([host.runtime, '--root', host.root, 'events', 'c1'],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)


def told(events):
    for line in events.stdout:
        if json.loads(line)['type'] == 'oom':
            return
    raise Failure('nobody was told')


def test_child(host):
    """The fat one dies, its parent goes on; `events` tells of it."""
    started(host, 64, 'sleep', '2', 'child', '100,0', 'gather', '')
    events = watched(host)
    output(host, 'signal 9')
    expect('state', status(host), 'running')
    expect('kills', kills(host), 1)
    told(events)
    finish(host)
    events.communicate(timeout=TIMEOUT)


def test_exec(host):
    started(host, 64, 'child', '10', 'gather', '')
    output(host, 'full')
    expect('exec', host.call('exec', 'c1', '/bin/do', 'eat', '100').returncode, 137)
    expect('exec', host.call('exec', 'c1', '/bin/do', 'eat', '10', 'exit', '5').returncode, 5)
    expect('state', status(host), 'running')
    expect('kills', kills(host), 1)
    expect('ended', 'signal' in host.output(), False)
    finish(host)


def test_first(host):
    """With it all end; its children, too; `events` tells why."""
    pid = started(host, 64, 'child', '10', 'sleep', '2', 'eat', '100')
    events = watched(host)
    expect('status', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) in (137, -9), True)
    told(events)
    finish(host)
    events.communicate(timeout=TIMEOUT)


def chosen(host, spared, victim):
    """Of two that fill it up the second is killed for a third one."""
    started(host, 128, 'child', spared, 'child', victim, 'sleep', '1', 'gather', '')
    until = time.monotonic() + TIMEOUT
    while host.output().count('full') < 2 and time.monotonic() < until:
        time.sleep(0.02)
    expect('exec', host.call('exec', 'c1', '/bin/do', 'eat', '60', 'exit', '5').returncode, 5)
    output(host, 'signal')
    expect('ended', [line.split()[1:] for line in host.output().splitlines() if 'signal' in line],
           [['signal', '9']])
    expect('state', status(host), 'running')
    with open(os.path.join(memory_of(host), 'cgroup.procs')) as f:
        sizes = [resident(int(pid)) >> 10 for pid in f.read().split()]
    kept = int(spared.split(',')[0])
    if not any(kept <= n < kept + 10 for n in sizes):
        raise Failure('%s MiB are left' % sizes)
    finish(host)


def resident(pid):
    with open('/proc/%d/statm' % pid) as f:
        return int(f.read().split()[1]) << 2


def test_asked_for(host):
    """The smaller one, which has asked for it."""
    chosen(host, '60,0', '40,1000')


def test_spared(host):
    """One that has asked not to be."""
    may_lower(host)
    chosen(host, '50,-1000', '46,0')


def score(pid):
    with open('/proc/%d/oom_score_adj' % pid) as f:
        return int(f.read())


def test_scores(host):
    """The sentry comes after all guests, whatever they are to have; and guests have that where they may."""
    may_lower(host)
    for value in (None, -998, -1, 0, 500, 1000):
        host.config['process'].pop('oomScoreAdj', None)
        if value is not None:
            host.config['process']['oomScoreAdj'] = value
        sentry = started(host, 64, 'child', '1', 'child', '1,1000', 'child', '1,-1000', 'gather', '')
        end = time.monotonic() + TIMEOUT
        while host.output().count('full') < 3 and time.monotonic() < end:
            time.sleep(0.02)
        own = score(sentry)
        with open(os.path.join(memory_of(host), 'cgroup.procs')) as f:
            pids = [int(pid) for pid in f.read().split()]
        # There is one besides that only forks, and has next to no memory.
        guests = sorted(score(pid) for pid in pids if pid != sentry and resident(pid) > 100)
        if len(guests) != 4 or min(guests) <= own or max(guests) != 1000:
            raise Failure('asked for %s: guests %s, sentry %d' % (value, guests, own))
        if value == 500:
            expect('the first', (own, guests.count(500)), (200, 2))
        os.unlink(os.path.join(host.dir, 'out'))
        finish(host)


def all_tests():
    if os.geteuid() != 0 or not any(
            os.path.exists(h + '/memory.oom_control') or 'memory' in controllers(h)
            for h in hierarchies()):
        print('skipped: no root, or no memory controller')
        return []
    return [(n[5:], f) for n, f in sorted(globals().items()) if n.startswith('test_')]


def controllers(hierarchy):
    try:
        with open(hierarchy + '/cgroup.controllers') as f:
            return f.read().split()
    except FileNotFoundError:
        return []


if __name__ == '__main__':
    sys.exit(main(__doc__, PROGRAM, all_tests()))
