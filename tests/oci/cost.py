#!/usr/bin/env python3
"""What a container costs under this runtime and under others: time of a whole life, and memory when idle.

Each figure is the median of --rounds; in each round every runtime has its turn, in an order that changes, so that
what else the machine does hits all alike. For a quiet machine, as root. Runtimes that are not installed, or
do not work here, are left out and said so.

crun refuses hosts where the old and the new hierarchy of cgroups are mixed: there what is done by hand is done
once more, by all, in a mount namespace without the new one.
"""
import argparse
import ctypes
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'bench'))

import docker_tests
from engines import Skip, make_image
from footprint import descendants, pss_kib


def interleaved(rounds, variants):
    """{name: median in ms}; variants: {name: function}. The first round does not count."""
    times = {name: [] for name in variants}
    for i in range(rounds + 1):
        order = list(variants)
        for name in order[i % len(order):] + order[:i % len(order)]:
            start = time.monotonic()
            variants[name]()
            if i:
                times[name].append((time.monotonic() - start) * 1000)
    return {name: statistics.median(t) for name, t in times.items()}


def show(what, medians, base):
    print(what)
    for name, ms in medians.items():
        print('  %-28s %8.1f ms   %+7.1f ms   %.2fx' % (name, ms, ms - medians[base], ms / medians[base]))
    sys.stdout.flush()


class Bundle:
    """create, start and delete by hand."""

    def __init__(self, directory, image, args):
        self.dir = tempfile.mkdtemp(dir=directory)
        subprocess.run(['cp', '-a', image, os.path.join(self.dir, 'rootfs')], check=True)
        self.args = args
        subprocess.run(['runc', 'spec'], cwd=self.dir, check=True)
        with open(os.path.join(self.dir, 'config.json')) as f:
            config = json.load(f)
        config['process'].update(terminal=False, args=['/bin/sleep', '1000'])
        # crun mounts none where old and new hierarchies are mixed.
        config['mounts'] = [m for m in config['mounts'] if m['type'] != 'cgroup']
        with open(os.path.join(self.dir, 'config.json'), 'w') as f:
            json.dump(config, f)

    def call(self, *args):
        with open(self.dir + '/errors', 'w+') as errors:  # no pipe: the container keeps it
            p = subprocess.run(self.args + ['--root', self.dir + '/state'] + list(args),
                               cwd=self.dir, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=errors)
            errors.seek(0)
            if p.returncode:
                raise Skip('%s: %s' % (args[0], errors.read()[-200:].strip()))

    def begin(self):
        self.call('create', '--bundle', self.dir, '--pid-file', self.dir + '/pid', 'c')
        self.call('start', 'c')

    def end(self):
        self.call('delete', '--force', 'c')

    def life(self):
        self.begin()
        self.end()

    def pid(self):
        with open(self.dir + '/pid') as f:
            return int(f.read())


def working(directory, image, runtimes):
    found = {}
    for name, args in runtimes.items():
        if not shutil.which(args[0]):
            print('%s: not installed' % name)
            continue
        b = Bundle(directory, image, args)
        try:
            b.life()
            found[name] = b
        except Skip as e:
            print('%s: does not work here: %s' % (name, e))
            subprocess.run(args + ['--root', b.dir + '/state', 'delete', '--force', 'c'],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return found


def by_hand(directory, image, runtime, rounds):
    bundles = working(directory, image, {
        'runsc-c': [runtime], 'runc': ['runc'], 'crun': ['crun'],
        'runsc-c, no cgroup': [runtime, '--cgroup-manager', 'disabled'],
        'crun, no cgroup': ['crun', '--cgroup-manager', 'disabled']})
    medians = interleaved(rounds, {name: b.life for name, b in bundles.items()})
    show('create + start + delete --force', medians,
         next(n for n in ('crun', 'crun, no cgroup', 'runc', 'runsc-c') if n in medians))
    print('idle container, proportional set size without its program')
    for name in ('runsc-c', 'runc'):
        if name not in bundles:
            continue
        bundles[name].begin()
        time.sleep(1)
        pids = descendants(bundles[name].pid())
        ours = [p for p in pids if open('/proc/%d/cmdline' % p).read().split('\0')[0] != '/bin/sleep']
        print('  %-28s %8.1f MiB' % (name, sum(pss_kib(p) for p in ours) / 1024))
        bundles[name].end()


UNIFIED = '/sys/fs/cgroup/unified'
CLONE_NEWNS, MNT_DETACH, MS_REC, MS_PRIVATE = 0x20000, 2, 0x4000, 0x40000


def by_hand_without_new_cgroups(*args):
    if not os.path.exists(UNIFIED + '/cgroup.procs'):
        return
    sys.stdout.flush()
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if (libc.unshare(CLONE_NEWNS) or libc.mount(None, b'/', None, MS_REC | MS_PRIVATE, None) or
                libc.umount2(UNIFIED.encode(), MNT_DETACH)):
            raise Skip('no mount namespace: %s' % os.strerror(ctypes.get_errno()))
        print('without %s:' % UNIFIED)
        by_hand(*args)
    except Skip as e:
        print('skipped: %s' % e)
    finally:
        sys.stdout.flush()
        os._exit(0)


def by_docker(directory, image, runtime, rounds):
    d = docker_tests.Docker(directory, runtime, image)
    try:
        for network in ('none', 'bridge'):
            medians = interleaved(rounds, {name: lambda n=name: d.ok(
                'run', '--rm', '--runtime', n, '--network', network, 'busybox', 'true')
                for name in ('runsc-c', 'runc')})
            show('docker run --rm --network %s busybox true' % network, medians, 'runc')
    finally:
        d.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--binary', default=os.path.join(ROOT, 'build', 'sandbox'))
    parser.add_argument('--rounds', type=int, default=20)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix='oci-', ignore_cleanup_errors=True) as directory:
        runtime = os.path.join(directory, 'runsc-c')
        shutil.copy(args.binary, runtime)
        image = make_image(directory)
        for part in (by_hand, by_hand_without_new_cgroups, by_docker):
            try:
                part(directory, image, runtime, args.rounds)
            except Skip as e:
                print('skipped: %s' % e)
    return 0


if __name__ == '__main__':
    sys.exit(main())
