#!/usr/bin/env python3
"""What containers share with each other, with strangers, and with a newer file of the program.

Pods: namespaces by path, as the engines of Kubernetes give them. Cgroups in which others are. An upgrade:
another file takes the runtime's name while containers run.

Needs a C compiler (one static program is the whole image). The last line is `N passed, N failed`.
"""
import json
import os
import shutil
import subprocess
import sys
import time

from bundle_lib import TIMEOUT, Failure, expect, main
from bundles import PROGRAM

POD = {'io.kubernetes.cri.container-type': 'container', 'io.kubernetes.cri.sandbox-id': 'c1'}


def started(host, *ops, name='c1'):
    host.config['process']['args'] = ['/bin/do'] + list(ops)
    host.store()
    pid_file = os.path.join(host.dir, 'pid-' + name)
    p = host.create(name, '--pid-file', pid_file)
    expect('create', (p.returncode, host.errors()), (0, []))
    expect('start', host.call('start', name).returncode, 0)
    with open(pid_file) as f:
        return int(f.read())


def path_of(host, kind, pid):
    """The configuration's namespace becomes that of a process."""
    for ns in host.config['linux']['namespaces']:
        if ns['type'] == kind:
            ns['path'] = '/proc/%d/ns/%s' % (pid, {'network': 'net'}.get(kind, kind))


def warnings(host):
    return [e['msg'] for e in host.logged() if e['level'] == 'warning']


def refused(host, pattern):
    host.store()
    p = host.call('run', '--bundle', host.bundle, 'c2')
    if p.returncode != 1 or pattern not in p.stderr:
        raise Failure('%d: %s' % (p.returncode, p.stderr))


def test_pod(host):
    """The second container has no name of its own: it is the pod's. Network, too, is the pod's."""
    if os.geteuid() != 0:
        return
    host.config['hostname'] = 'the-pod'
    pid = started(host, 'sleep', '100')
    del host.config['hostname']
    host.config['annotations'] = POD
    for kind in ('uts', 'ipc', 'network'):
        path_of(host, kind, pid)
    p = host.run('show', '/proc/sys/kernel/hostname', 'show', '/proc/net/dev', name='c2')
    expect('status', p.returncode, 0)
    expect('name', p.stdout.split('\n')[0], 'the-pod')
    if not any('ipc' in w and '/dev/shm' in w for w in warnings(host)):
        raise Failure('no warning: %s' % warnings(host))
    if any('uts' in w for w in warnings(host)):
        raise Failure('%s' % warnings(host))
    path_of(host, 'pid', pid)
    refused(host, 'joining a pid namespace')
    host.call('delete', '--force', 'c1')
    host.check_empty()


def test_ipc_of_a_container(host):
    """Asked for by name, and impossible."""
    pid = started(host, 'sleep', '100')
    path_of(host, 'ipc', pid)
    refused(host, 'a volume on /dev/shm')
    host.call('delete', '--force', 'c1')
    host.check_empty()


def test_wrong_types(host):
    """Also of what is not used."""
    host.config['annotations'] = POD
    good = json.dumps(host.config)
    for kind in ('ipc', 'uts', 'network'):
        host.config = json.loads(good)
        path_of(host, kind, os.getpid())
        for ns in host.config['linux']['namespaces']:
            if ns['type'] == kind:
                ns['path'] = '/proc/self/ns/user'
        refused(host, kind + ': /proc/self/ns/user is no ' + kind + ' namespace')
        for ns in host.config['linux']['namespaces']:
            if ns['type'] == kind:
                ns['path'] = '/nowhere'
        refused(host, kind + ': /nowhere: No such file')
    host.check_empty()


def test_names_of_the_host(host):
    del host.config['hostname']
    host.config['linux']['namespaces'] = [n for n in host.config['linux']['namespaces']
                                          if n['type'] != 'uts']
    p = host.run('show', '/proc/sys/kernel/hostname')
    expect('name', p.stdout, os.uname().nodename + '\n')


def test_names_for_hooks(host):
    """Who enters the container's uts namespace on the host finds its name."""
    if os.geteuid() != 0:
        return
    pid = started(host, 'sleep', '100')
    out = subprocess.run(['nsenter', '--uts', '-t', str(pid), 'uname', '-n'],
                         stdout=subprocess.PIPE, text=True, timeout=TIMEOUT)
    expect('name', out.stdout, 'box\n')
    host.call('delete', '--force', 'c1')


# ---- cgroups ----

def hierarchies():
    top = '/sys/fs/cgroup'
    if os.path.exists(top + '/cgroup.procs'):
        return [top]
    return [os.path.join(top, n) for n in os.listdir(top)
            if os.path.exists(os.path.join(top, n, 'cgroup.procs')) and
            not os.path.islink(os.path.join(top, n))]


def leave(directories):
    for d in directories:
        end = time.monotonic() + 30
        while os.path.isdir(d):
            try:
                os.rmdir(d)
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)


def test_cgroup_with_a_stranger(host):
    """None is used in which others are; who comes later is not killed by delete."""
    if os.geteuid() != 0 or not hierarchies():
        return
    name = 'runsc-c-shared-%d' % os.getpid()
    directories = [os.path.join(h, name) for h in hierarchies()]
    stranger = subprocess.Popen(['sleep', '1000'])
    host.config['linux']['cgroupsPath'] = '/' + name
    try:
        pid = started(host, 'kill', '10', 'sleep', '100')
        directories = [d for d in directories if os.path.isdir(d)]  # a mixed host's new one is not used
        for d in directories:
            with open(os.path.join(d, 'cgroup.procs'), 'w') as f:
                f.write(str(stranger.pid))
        expect('delete', host.call('delete', '--force', 'c1').returncode, 0)
        os.waitpid(pid, 0)
        expect('the stranger', stranger.poll(), None)
        for d in directories:
            with open(os.path.join(d, 'cgroup.procs')) as f:
                expect(d, f.read(), '%d\n' % stranger.pid)
        expect('warnings', ['stays' in w for w in warnings(host) if name in w], [True])
        refused(host, 'in use')
        expect('the stranger', stranger.poll(), None)
    finally:
        stranger.kill()
        stranger.wait()
        leave(directories)
    host.check_empty()


def test_frozen_cgroup(host):
    """Create would wait for ever; and does not let go what another has stopped."""
    top = '/sys/fs/cgroup/freezer'
    if os.geteuid() != 0 or not os.path.isdir(top):
        return
    d = os.path.join(top, 'runsc-c-frozen-%d' % os.getpid())
    os.mkdir(d)
    try:
        with open(d + '/freezer.state', 'w') as f:
            f.write('FROZEN')
        host.config['linux']['cgroupsPath'] = '/' + os.path.basename(d)
        refused(host, 'is frozen')
        with open(d + '/freezer.state') as f:
            expect('state', f.read(), 'FROZEN\n')
    finally:
        leave([d])
    host.check_empty()


# ---- upgrade ----

def replace(source, target):
    """As a package manager does."""
    shutil.copy(source, target + '.new')
    os.rename(target + '.new', target)


def test_upgrade(host):
    """The old file is gone; the new one's commands work on what the old one made."""
    program = os.path.realpath(host.runtime)
    host.runtime = os.path.join(host.dir, 'runsc-c')
    replace(program, host.runtime)
    pids = [started(host, *(['kill', '10'] * 5 + ['sleep', '100']), name='c1'),
            started(host, 'sleep', '100', name='c2')]
    host.store()
    expect('create', host.create('c3').returncode, 0)
    proxy = subprocess.Popen([host.runtime, '--root', host.root, 'exec', 'c1', '/bin/do', 'sleep', '2',
                              'say', 'old'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    time.sleep(0.3)
    replace(program, host.runtime)
    for pid in pids:
        expect('file', os.readlink('/proc/%d/exe' % pid).endswith(' (deleted)'), True)
    expect('state', json.loads(host.call('state', 'c1').stdout)['status'], 'running')
    p = host.call('exec', 'c1', '/bin/do', 'kill', '10', 'say', 'new', 'exit', '7')
    expect('exec', (p.returncode, p.stdout), (7, 'new\n'))
    expect('exec of the old one', proxy.communicate(timeout=TIMEOUT)[0], b'old\n')
    expect('its end', proxy.returncode, 0)
    if not json.loads(host.call('ps', '--format', 'json', 'c1').stdout):
        raise Failure('ps')
    stats = json.loads(host.call('events', '--stats', 'c1').stdout)
    expect('events', stats['type'], 'stats')
    expect('start of a created one', host.call('start', 'c3').returncode, 0)
    if os.geteuid() == 0:
        for command, status in (('pause', 'paused'), ('resume', 'running')):
            expect(command, host.call(command, 'c2').returncode, 0)
            expect(command, json.loads(host.call('state', 'c2').stdout)['status'], status)
        expect('update', host.call('update', '--pids-limit', '100', 'c2').returncode, 0)
    expect('kill', host.call('kill', 'c1', 'TERM').returncode, 0)
    expect('end', os.waitstatus_to_exitcode(os.waitpid(pids[0], 0)[1]), 3)
    for name in ('c1', 'c2', 'c3'):
        expect('delete', host.call('delete', '--force', name).returncode, 0)
    host.check_empty()


def all_tests():
    return [(n[5:], f) for n, f in sorted(globals().items()) if n.startswith('test_')]


if __name__ == '__main__':
    sys.exit(main(__doc__, PROGRAM, all_tests()))
