#!/usr/bin/env python3
"""By hand, as root: SIGKILL of any process of ours at random points of a container's life, and many
containers. Whatever was killed: the next commands answer, `delete --force` clears all, and nothing is left:
no processes, mounts, cgroups, files.

The last line is `N passed, N failed`; a failure prints the seed of its point.
"""
import ctypes
import glob
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

import bundle_lib
from bundle_lib import Failure, Host
from features import PROGRAM

POINTS = 50
KINDS = ('create', 'start', 'exec', 'run', 'delete', 'kill')


def ours():
    """Descendants, whoever adopted them: we are a subreaper."""
    parents = {}
    for name in os.listdir('/proc'):
        if not name.isdigit():
            continue
        try:
            with open('/proc/%s/stat' % name) as f:
                rest = f.read().rsplit(')', 1)[1].split()
        except OSError:
            continue
        if rest[0] != 'Z':
            parents.setdefault(int(rest[1]), []).append(int(name))
    found, look = [], [os.getpid()]
    while look:
        children = parents.get(look.pop(), [])
        found += children
        look += children
    return found


SHOT = {}


def describe(pid):
    """Its name, and whether it is a process of a sandbox."""
    try:
        inside = os.readlink('/proc/%d/ns/pid' % pid) != os.readlink('/proc/self/ns/pid')
        with open('/proc/%d/comm' % pid) as f:
            return '%s%s' % (f.read().strip(), ' in a sandbox' if inside else '')
    except OSError:
        return 'one that has just ended'


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def mounts():
    with open('/proc/self/mountinfo') as f:
        return sorted(f.read().split('\n'))


def cgroups(path):
    return [d for d in glob.glob('/sys/fs/cgroup/*' + path + '*') +
            glob.glob('/sys/fs/cgroup' + path + '*') if os.path.isdir(d)]


class Point:
    def __init__(self, host, seed):
        self.host, self.rng = host, random.Random(seed)
        self.path = '/runsc-c-kill-%d-%d' % (os.getpid(), seed)
        host.config['linux']['cgroupsPath'] = self.path
        host.config['linux']['resources'] = {'pids': {'limit': 100}, 'memory': {'limit': 1 << 28}}
        host.config['process']['args'] = ['/bin/do', 'sleep', '1000']
        host.store()

    def popen(self, *args):
        command = [self.host.runtime, '--root', self.host.root, '--log', self.host.log]
        return subprocess.Popen(command + self.host.options + list(args), cwd=self.host.dir,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def call(self, *args):
        p = self.host.call(*args, stdout=None)
        if p.returncode:
            raise Failure('%s: %d: %s' % (args[0], p.returncode, self.host.output()[-300:]))

    def prepare(self, kind):
        create = ['create', '--bundle', self.host.bundle, 'c1']
        if kind not in ('create', 'run'):
            self.call(*create)
        if kind in ('exec', 'kill'):
            self.call('start', 'c1')
        return {'create': create, 'start': ['start', 'c1'],
                'exec': ['exec', 'c1', '/bin/do', 'sleep', '1000'],
                'run': ['run', '--bundle', self.host.bundle, 'c1'],
                'kill': ['kill', 'c1', 'TERM'],
                'delete': ['delete', '--force', 'c1']}[kind]

    def shoot(self, p):
        """One process of ours, at a random moment."""
        end = time.monotonic() + self.rng.expovariate(100)
        while time.monotonic() < end:
            pass
        victims = ours()
        if victims:
            victim = self.rng.choice(sorted(victims))
            SHOT[describe(victim)] = SHOT.get(describe(victim), 0) + 1
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(self.rng.uniform(0, 0.05))
        return p

    def check_state(self):
        p = self.host.call('state', 'c1')
        if p.returncode == 0:
            state = json.loads(p.stdout)
            if state['status'] not in ('creating', 'created', 'running', 'stopped'):
                raise Failure('status %s' % state['status'])
            if state['status'] != 'stopped' and state['pid'] and \
                    not os.path.exists('/proc/%d' % state['pid']):
                raise Failure('%s, but process %d is not there' % (state['status'], state['pid']))
        elif 'does not exist' not in p.stderr:
            raise Failure('state: %s' % p.stderr)
        if self.host.call('list').returncode:
            raise Failure('list fails')

    def run(self, kind, before):
        p = self.popen(*self.prepare(kind))
        self.shoot(p)
        self.check_state()
        d = self.host.call('delete', '--force', 'c1')
        if d.returncode:
            raise Failure('delete: %s' % d.stderr)
        end = time.monotonic() + 30
        p.wait(30)
        # A create that goes on after the deletion has something to delete again.
        self.host.call('delete', '--force', 'c1')
        while time.monotonic() < end:
            reap()
            if not ours():
                break
            time.sleep(0.01)
        self.check_clean(before)

    def check_clean(self, before):
        left = ours()
        if left:
            raise Failure('processes left: %s' % left)
        if os.path.isdir(self.host.root) and os.listdir(self.host.root):
            raise Failure('left in the state directory: %s' % os.listdir(self.host.root))
        if cgroups(self.path):
            raise Failure('cgroups left: %s' % cgroups(self.path))
        if mounts() != before:
            raise Failure('mounts left')


def one_point(host, seed, before):
    point = Point(host, seed)
    point.run(KINDS[seed % len(KINDS)], before)


def many(host, before, in_a_row, at_once):
    point = Point(host, 0)
    host.config['process']['args'] = ['/bin/do', 'exit', '3']
    host.store()
    for i in range(in_a_row):
        point.call('create', '--bundle', host.bundle, 'c1')
        point.call('start', 'c1')
        point.call('delete', '--force', 'c1')
        reap()
    del host.config['linux']['cgroupsPath']
    host.store()
    runs = [point.popen('run', '--bundle', host.bundle, 'm%d' % i) for i in range(at_once)]
    codes = [p.wait() for p in runs]
    if codes != [3] * at_once:
        raise Failure('exit codes: %s' % codes)
    reap()
    point.check_clean(before)


def clean_up(host):
    host.call('delete', '--force', 'c1')
    for pid in ours():
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def main():
    options = sys.argv[1:]
    points = int(options[0]) if options else POINTS
    first = int(options[1]) if len(options) > 1 else random.randrange(100000)
    ctypes.CDLL(None).prctl(bundle_lib.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix='oci-') as directory:
        runtime = os.path.join(directory, 'runsc-c')
        os.symlink(os.path.join(bundle_lib.ROOT, 'build', 'sandbox'), runtime)
        program = bundle_lib.compile_program(directory, PROGRAM)
        tests = [('point %d (%s)' % (seed, KINDS[seed % len(KINDS)]),
                  lambda h, b, s=seed: one_point(h, s, b))
                 for seed in range(first, first + points)]
        tests.append(('200 in a row, 50 at once', lambda h, b: many(h, b, 200, 50)))
        for name, test in tests:
            host = Host(runtime, program, [])
            before = mounts()
            try:
                test(host, before)
                passed += 1
            except (Failure, subprocess.TimeoutExpired, OSError, ValueError, KeyError) as e:
                failed += 1
                print('FAILED %s: %s' % (name, e), flush=True)
                clean_up(host)
            host.close()
    print('killed: ' + ', '.join('%s %d' % s for s in sorted(SHOT.items())))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
