#!/usr/bin/env python3
"""Cgroups that this host has not: the new hierarchy alone, and systemd's names.

What is written into the files of the new hierarchy, and read from them, is tried with a directory in place of a
running container's cgroup. Joining, freezing, killing and removing are tried with the kernel's own, in mount
namespaces that have nothing else; it has no controllers where the old hierarchies have them. Of systemd
only its path names are tried: the runtime makes directories itself and talks to nobody.

Needs root and a C compiler, else all is skipped. The last line is `N passed, N failed`.
"""
import json
import os
import re
import subprocess
import sys

from bundle_lib import Failure, expect, main
from bundles import PROGRAM
from shared import hierarchies, leave, started

NEW = '''umount -R /sys/fs/cgroup && mount -t tmpfs none /sys/fs/cgroup && mkdir /sys/fs/cgroup/new &&
mount -t cgroup2 none /sys/fs/cgroup/new'''
SYSTEMD = 'mkdir -p /run/systemd && mount -t tmpfs none /run/systemd && mkdir /run/systemd/system'
STAND_IN = {
    'memory.max': 'max\n', 'memory.swap.max': '', 'memory.low': '', 'memory.high': '', 'memory.current': '5000000\n',
    'memory.swap.current': '4096\n', 'memory.stat': 'anon 3000000\nfile 1500000\n', 'memory.peak': '6000000\n',
    'memory.events': 'low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\n',
    'cpu.weight': '', 'cpu.max': '', 'cpu.max.burst': '', 'cpu.idle': '', 'cpuset.cpus': '', 'cpuset.mems': '',
    'cpu.stat': 'usage_usec 70\nuser_usec 40\nsystem_usec 30\nnr_periods 5\nnr_throttled 2\nthrottled_usec 9\n',
    'pids.max': '', 'pids.current': '7\n', 'io.max': '', 'io.weight': '', 'hugetlb.2MB.max': '',
    'cgroup.freeze': '0', 'cgroup.events': 'populated 1\nfrozen 0\n',
}


def in_namespace(host, preparation):
    """All further commands run where that was done."""
    path = os.path.join(host.dir, 'wrapped')
    with open(path, 'w') as f:
        f.write('#!/bin/sh\n'
                'exec unshare --mount --propagation private sh -c \'%s || exit 99; exec "$@"\' sh %s "$@"\n' %
                (preparation, host.runtime))
    os.chmod(path, 0o755)
    host.runtime = path


class StandIn:
    """A running container whose cgroup is a directory."""

    def __init__(self, host, files=STAND_IN):
        self.dir = os.path.join(host.dir, 'cgroup')
        os.makedirs(self.dir)
        for name, text in files.items():
            self.put(name, text)
        started(host, 'sleep', '100')
        self.host, self.state = host, os.path.join(host.root, 'c1', 'state.json')
        self.real = self.swap([self.dir])

    def swap(self, directories):
        with open(self.state) as f:
            state = json.load(f)
        key = next(k for k in state if 'cgroup' in k and isinstance(state[k], list))
        before, state[key] = state[key], directories
        with open(self.state, 'w') as f:
            json.dump(state, f)
        return before

    def put(self, name, text):
        with open(os.path.join(self.dir, name), 'w') as f:
            f.write(text)

    def get(self, name):
        with open(os.path.join(self.dir, name)) as f:
            return f.read()

    def update(self, resources):
        path = os.path.join(self.host.dir, 'resources.json')
        with open(path, 'w') as f:
            json.dump(resources, f)
        p = self.host.call('update', '--resources', path, 'c1')
        expect('update', (p.returncode, p.stderr), (0, ''))

    def end(self):
        self.swap(self.real)
        expect('delete', self.host.call('delete', '--force', 'c1').returncode, 0)
        self.host.check_empty()


def test_values(host):
    c = StandIn(host)
    c.update({
        'memory': {'limit': 64 << 20, 'swap': 96 << 20, 'reservation': 32 << 20},
        'cpu': {'shares': 2048, 'quota': 50000, 'period': 200000, 'burst': 1000, 'idle': 1, 'cpus': '0', 'mems': '0'},
        'pids': {'limit': 20},
        'blockIO': {'weight': 300, 'throttleReadBpsDevice': [{'major': 8, 'minor': 0, 'rate': 1048576}]},
        'hugepageLimits': [{'pageSize': '2MB', 'limit': 4194304}],
        'unified': {'memory.high': '60000000'},
    })
    want = {'memory.max': str(64 << 20), 'memory.swap.max': str(32 << 20), 'memory.low': str(32 << 20),
            'cpu.weight': '79', 'cpu.max': '50000 200000', 'cpu.max.burst': '1000', 'cpu.idle': '1',
            'cpuset.cpus': '0', 'cpuset.mems': '0', 'pids.max': '84', 'io.weight': '2930',
            'io.max': '8:0 rbps=1048576', 'hugetlb.2MB.max': '4194304', 'memory.high': '60000000'}
    expect('files', {name: c.get(name).rstrip('\n') for name in want}, want)
    expect('log', [e['msg'] for e in host.logged()], [])
    c.end()


def test_no_limits(host):
    """Where there are any they are taken away."""
    c = StandIn(host)
    c.update({'memory': {'limit': -1, 'swap': -1}, 'cpu': {'quota': -1, 'period': 100000}, 'pids': {'limit': -1}})
    for name in ('memory.max', 'memory.swap.max', 'pids.max'):
        expect(name, c.get(name).strip(), 'max')
    expect('cpu.max', c.get('cpu.max'), 'max 100000')
    c.end()


def test_weights(host):
    """cpu.shares from 2 to 262144 are cpu.weight from 1 to 10000; bfq's weight is the number itself."""
    c = StandIn(host, dict(STAND_IN, **{'io.bfq.weight': ''}))
    for shares, weight in ((2, '1'), (1024, '39'), (262144, '10000')):
        c.put('cpu.weight', '')
        c.update({'cpu': {'shares': shares}})
        expect('weight of %d' % shares, c.get('cpu.weight'), weight)
    c.update({'blockIO': {'weight': 300}})
    expect('weights', (c.get('io.bfq.weight'), c.get('io.weight')), ('300', ''))
    c.end()


def test_in_use(host):
    """No less memory than there is in use, if that is to be checked."""
    c = StandIn(host)
    path = os.path.join(host.dir, 'r.json')
    with open(path, 'w') as f:
        json.dump({'memory': {'limit': 4000000, 'checkBeforeUpdate': True}}, f)
    p = host.call('update', '--resources', path, 'c1')
    expect('update', (p.returncode, 'memory.limit' in p.stderr, c.get('memory.max')), (1, True, 'max\n'))
    c.end()


def test_absent(host):
    """Named in warnings."""
    c = StandIn(host, {n: t for n, t in STAND_IN.items() if not n.startswith(('memory.', 'cpu.'))})
    path = os.path.join(host.dir, 'r.json')
    with open(path, 'w') as f:
        json.dump({'memory': {'limit': 4000000}, 'cpu': {'shares': 5}}, f)
    expect('update', host.call('update', '--resources', path, 'c1').returncode, 0)
    said = ' '.join(e['msg'] for e in host.logged() if e['level'] == 'warning')
    if 'memory.limit' not in said or 'cpu.shares' not in said:
        raise Failure(said)
    c.end()


def test_statistics(host):
    c = StandIn(host)
    data = json.loads(host.call('events', '--stats', 'c1').stdout)['data']
    expect('memory', {k: data['memory']['usage'][k] for k in ('usage', 'max')}, {'usage': 5000000, 'max': 6000000})
    expect('cache', data['memory']['cache'], 1500000)
    expect('swap', data['memory']['swap']['usage'], 4096)
    expect('pids', data['pids']['current'], 7)
    expect('cpu', (data['cpu']['usage'], data['cpu']['throttling']),
           ({'total': 70000, 'kernel': 30000, 'user': 40000},
            {'periods': 5, 'throttledPeriods': 2, 'throttledTime': 9000}))
    c.end()


def test_pause(host):
    c = StandIn(host)
    c.put('cgroup.events', 'populated 1\nfrozen 1\n')
    expect('pause', host.call('pause', 'c1').returncode, 0)
    expect('file', c.get('cgroup.freeze'), '1')
    expect('status', json.loads(host.call('state', 'c1').stdout)['status'], 'paused')
    c.put('cgroup.events', 'populated 1\nfrozen 0\n')
    expect('resume', host.call('resume', 'c1').returncode, 0)
    expect('status', json.loads(host.call('state', 'c1').stdout)['status'], 'running')
    c.end()


# ---- the kernel's ----

def new_hierarchy():
    """Where it is mounted here, to look at; None: nowhere."""
    with open('/proc/self/mounts') as f:
        found = [line.split()[1] for line in f if line.split()[2] == 'cgroup2']
    return found[0] if found else None


def test_new_hierarchy(host):
    top = new_hierarchy()
    if not top:
        return
    name = 'runsc-c-new-%d' % os.getpid()
    here = os.path.join(top, name)
    in_namespace(host, NEW)
    host.config['linux']['cgroupsPath'] = '/%s/inner' % name
    try:
        pid = started(host, 'kill', '10', 'sleep', '100')
        with open(here + '/inner/cgroup.procs') as f:
            expect('in it', str(pid) in f.read().split(), True)
        for command, status, frozen in (('pause', 'paused', '1'), ('resume', 'running', '0')):
            p = host.call(command, 'c1')
            expect(command, (p.returncode, p.stderr), (0, ''))
            expect('status', json.loads(host.call('state', 'c1').stdout)['status'], status)
            with open(here + '/inner/cgroup.freeze') as f:
                expect('file', f.read().strip(), frozen)
        expect('exec', host.call('exec', 'c1', '/bin/do', 'exit', '4').returncode, 4)
        expect('pause', host.call('pause', 'c1').returncode, 0)
        expect('delete of a paused one', host.call('delete', '--force', 'c1').returncode, 0)
        expect('left', os.path.exists(here + '/inner'), False)
    finally:
        host.call('delete', '--force', 'c1')
        leave([here])
    host.check_empty()


# ---- systemd ----

def test_systemd_names(host):
    name = 'runsc%d' % os.getpid()
    in_namespace(host, SYSTEMD)
    host.options = host.options + ['--systemd-cgroup']
    host.config['linux']['cgroupsPath'] = '%s-part.slice:pre:%s' % (name, 'box')
    slices = [os.path.join(h, name + '.slice') for h in hierarchies()]
    try:
        pid = started(host, 'sleep', '100')
        with open('/proc/%d/cgroup' % pid) as f:
            paths = {line.strip().split(':', 2)[2] for line in f if name in line}
        expect('path', paths, {'/{0}.slice/{0}-part.slice/pre-box.scope'.format(name)})
        expect('delete', host.call('delete', '--force', 'c1').returncode, 0)
        for s in slices:
            expect('left', os.path.exists('%s/%s-part.slice/pre-box.scope' % (s, name)), False)
    finally:
        host.call('delete', '--force', 'c1')
        leave(['%s/%s-part.slice' % (s, name) for s in slices] + slices)
    host.check_empty()


def test_systemd_refused(host):
    for path, why in (('a:b', 'slice:prefix:name'), ('a/b.slice:p:n', 'invalid slice name'),
                      ('plain:p:n', 'invalid slice name')):
        host.config['linux']['cgroupsPath'] = path
        host.store()
        saved = host.runtime, host.options
        in_namespace(host, SYSTEMD)
        host.options = host.options + ['--systemd-cgroup']
        p = host.call('run', '--bundle', host.bundle, 'c1')
        host.runtime, host.options = saved
        if p.returncode != 1 or why not in p.stderr:
            raise Failure('%s: %d: %s' % (path, p.returncode, p.stderr))
    host.check_empty()


def test_no_systemd(host):
    if os.path.isdir('/run/systemd/system'):
        return
    host.options = host.options + ['--systemd-cgroup']
    host.store()
    p = host.call('run', '--bundle', host.bundle, 'c1')
    if p.returncode != 1 or not re.search('systemd not running', p.stderr):
        raise Failure('%d: %s' % (p.returncode, p.stderr))
    host.check_empty()


def all_tests():
    if os.geteuid() != 0 or subprocess.run(['unshare', '--mount', 'true'], stderr=subprocess.DEVNULL).returncode:
        print('skipped: no root, or no mount namespaces')
        return []
    return [(n[5:], f) for n, f in sorted(globals().items()) if n.startswith('test_')]


if __name__ == '__main__':
    sys.exit(main(__doc__, PROGRAM, all_tests()))
