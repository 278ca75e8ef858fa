#!/usr/bin/env python3
"""Bundles without an engine: broken ones, hostile images, and the commands on good ones.

Broken: each changes one thing of a good config.json; create must fail, name the field or path on
standard error and in the log file, and leave nothing. Hostile: an image has symlinks where the
configuration mounts; whatever becomes of it, nothing outside of the root may be read or changed.

Needs a C compiler (one static program is the whole image). The last line is `N passed, N failed`.
"""
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from bundle_lib import TIMEOUT, Failure, drop, expect, main, put, tree

PROGRAM = r'''
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
static void on_term(int sig) { (void)sig; write(1, "term\n", 5); _exit(3); }
static void show(const char *path) {
	char buf[4096]; int fd = open(path, O_RDONLY); ssize_t n = fd < 0 ? -1 : read(fd, buf, 4096);
	if (n < 0) { perror(path); return; }
	fwrite(buf, 1, n, stdout); close(fd);
}
int main(int argc, char **argv) {
	struct stat st;
	signal(SIGTERM, on_term);
	setvbuf(stdout, NULL, _IONBF, 0);
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *op = argv[i], *arg = argv[i + 1];
		if (!strcmp(op, "exit")) return atoi(arg);
		if (!strcmp(op, "say")) puts(arg);
		if (!strcmp(op, "show")) show(arg);
		if (!strcmp(op, "sleep")) sleep(atoi(arg));
		if (!strcmp(op, "kill")) { if (fork() == 0) { signal(15, SIG_DFL); raise(atoi(arg)); } wait(NULL); }
		if (!strcmp(op, "write")) { int fd = open(arg, O_WRONLY | O_CREAT, 0644);
			if (fd < 0 || write(fd, "new\n", 4) < 0) perror(arg); }
		if (!strcmp(op, "stat")) { if (stat(arg, &st) < 0) perror(arg);
			else printf("%s %o %d %d\n", arg, st.st_mode, (int)st.st_uid, (int)st.st_gid); }
		if (!strcmp(op, "chown")) { if (chown(arg, 1234, 4321) < 0) perror(arg); }
		if (!strcmp(op, "ids")) printf("%d %d %o\n", getuid(), getgid(), umask(0));
		if (!strcmp(op, "env")) printf("%s\n", getenv(arg) ? getenv(arg) : "-");
		if (!strcmp(op, "cwd")) { char b[4096]; puts(getcwd(b, sizeof(b)) ? b : "?"); }
	}
	return 0;
}
'''


# ---- broken configurations: name, what is changed, what the message must say ----

def mount(**m):
    return put('mounts.3', m)


BROKEN = [
    ('no_version', drop('ociVersion'), 'ociVersion: is missing'),
    ('version_type', put('ociVersion', 1), 'ociVersion: must be a string'),
    ('version_2', put('ociVersion', '2.0.0'), 'ociVersion: "2.0.0"'),
    ('no_root', drop('root'), 'root: is missing'),
    ('root_type', put('root', 'rootfs'), 'root: must be an object'),
    ('no_root_path', drop('root.path'), 'root.path: is missing'),
    ('root_path_type', put('root.path', 7), 'root.path: must be a string'),
    ('root_path_empty', put('root.path', ''), 'root.path: is missing'),
    ('root_path_absent', put('root.path', 'nowhere'), 'root.path: .*nowhere: No such file'),
    ('root_path_file', put('root.path', 'config.json'), 'root.path: .*config.json: not a dir'),
    ('root_path_nul', put('root.path', 'root\0fs'), 'root.path: .*NUL'),
    ('root_readonly_type', put('root.readonly', 'yes'), 'root.readonly: must be true or false'),
    ('no_process', drop('process'), 'process: is missing'),
    ('process_type', put('process', []), 'process: must be an object'),
    ('no_args', drop('process.args'), 'process.args: must not be empty'),
    ('args_empty', put('process.args', []), 'process.args: must not be empty'),
    ('args_type', put('process.args', 'sh'), 'process.args: must be an array'),
    ('args_element', put('process.args', ['sh', 1]), r'process.args\[1\]: must be a string'),
    ('args_first_empty', put('process.args', ['']), r'process.args\[0\]: must not be empty'),
    ('no_cwd', drop('process.cwd'), 'process.cwd: must not be empty'),
    ('cwd_relative', put('process.cwd', 'tmp'), 'process.cwd: "tmp" must be an absolute path'),
    ('cwd_file', put('process.cwd', '/bin/do'), 'process.cwd: .*/bin/do'),
    ('env_type', put('process.env', {}), 'process.env: must be an array'),
    ('env_no_value', put('process.env', ['PATH=/bin', 'X']), r'process.env\[1\]: "X"'),
    ('env_no_name', put('process.env', ['=x']), r'process.env\[0\]: "=x"'),
    ('user_type', put('process.user', 'root'), 'process.user: must be an object'),
    ('uid_negative', put('process.user.uid', -1), 'process.user.uid: must not be negative'),
    ('uid_large', put('process.user.uid', 1 << 32), 'process.user.uid: 4294967296 is too large'),
    ('uid_huge', put('process.user.uid', 1 << 70), 'process.user.uid: .* is too large'),
    ('uid_fraction', put('process.user.uid', 0.5), 'process.user.uid: must be a whole number'),
    ('uid_string', put('process.user.uid', '0'), 'process.user.uid: must be a whole number'),
    ('gid_negative', put('process.user.gid', -5), 'process.user.gid: must not be negative'),
    ('groups_type', put('process.user.additionalGids', 5), 'additionalGids: must be an array'),
    ('groups_element', put('process.user.additionalGids', [1, 'x']), r'additionalGids\[1\]'),
    ('umask_large', put('process.user.umask', 0o1000), 'process.user.umask: 512 is too large'),
    ('terminal_type', put('process.terminal', 1), 'process.terminal: must be true or false'),
    ('caps_type', put('process.capabilities', ['CAP_CHOWN']), 'capabilities: must be an object'),
    ('caps_set_type', put('process.capabilities.bounding', 'ALL'), 'capabilities.bounding'),
    ('caps_element', put('process.capabilities.effective', [7]), r'capabilities.effective\[0\]'),
    ('rlimit_name', put('process.rlimits.0.type', 'RLIMIT_FOO'), r'rlimits\[0\].type: "RLIMIT_FOO"'),
    ('rlimit_prefix', put('process.rlimits.0.type', 'NOFILE'), r'rlimits\[0\].type: "NOFILE"'),
    ('rlimit_order', put('process.rlimits.0.soft', 2048), r'rlimits\[0\]: soft limit'),
    ('rlimit_type', put('process.rlimits.0.hard', 'x'), r'rlimits\[0\].hard: must be a whole'),
    ('rlimit_twice', put('process.rlimits.1', {'type': 'RLIMIT_NOFILE', 'hard': 1, 'soft': 1}),
     r'rlimits\[1\]: RLIMIT_NOFILE is there twice'),
    ('rlimit_element', put('process.rlimits', [7]), r'rlimits\[0\]: must be an object'),
    ('no_new_privs_type', put('process.noNewPrivileges', 'x'), 'noNewPrivileges: must be true'),
    ('oom_range', put('process.oomScoreAdj', 1001), 'oomScoreAdj: 1001 is not within'),
    ('oom_type', put('process.oomScoreAdj', True), 'oomScoreAdj: must be a whole number'),
    ('hostname_type', put('hostname', {}), 'hostname: must be a string'),
    ('hostname_long', put('hostname', 'x' * 65), 'hostname: longer than 64'),
    ('annotations_type', put('annotations', []), 'annotations: must be an object'),
    ('annotations_value', put('annotations', {'a': 1}), 'annotations.a: must be a string'),
    ('mounts_type', put('mounts', {}), 'mounts: must be an array'),
    ('mounts_element', put('mounts', ['/proc']), r'mounts\[0\]: must be an object'),
    ('mounts_many', put('mounts', [{'destination': '/x', 'type': 'tmpfs'}] * 1025), 'mounts: 1025'),
    ('mount_no_destination', mount(type='tmpfs'), r'mounts\[3\].destination: is missing'),
    ('mount_type', mount(destination='/x', type='zfs'), r'mounts\[3\].type: "zfs" on /x'),
    ('mount_no_source', mount(destination='/x', type='bind'), r'mounts\[3\].source: is missing'),
    ('mount_absent', mount(destination='/x', type='bind', source='/nowhere', options=['rbind']),
     'error mounting "/nowhere" to rootfs at "/x": .*No such file'),
    ('mount_options_type', mount(destination='/x', type='bind', source='/etc', options='ro'),
     r'mounts\[3\].options: must be an array'),
    ('mount_idmap', mount(destination='/x', type='bind', source='/etc', options=['bind', 'idmap']),
     r'mounts\[3\].options: idmap: not supported'),
    ('mount_tmpfs_option', mount(destination='/x', type='tmpfs', options=['size=lots']),
     'rootfs at "/x".*size=lots'),
    ('mount_on_file', mount(destination='/bin/do', type='tmpfs'), 'rootfs at "/bin/do".*director'),
    ('mount_below_file', mount(destination='/bin/do/x', type='tmpfs'), 'rootfs at "/bin/do/x"'),
    ('mount_name_long', mount(destination='/' + 'x' * 300, type='tmpfs'), 'rootfs at "/xxx'),
    ('mount_path_long', mount(destination='/x' * 3000, type='tmpfs'), 'rootfs at "/x/x'),
    ('linux_type', put('linux', []), 'linux: must be an object'),
    ('namespaces_type', put('linux.namespaces', {}), 'linux.namespaces: must be an array'),
    ('namespace_name', put('linux.namespaces', [{'type': 'foo'}]), r'namespaces\[0\].type: "foo"'),
    ('namespace_twice', put('linux.namespaces', [{'type': 'pid'}, {'type': 'pid'}]),
     r'namespaces\[1\].type: pid is there twice'),
    ('namespace_relative', put('linux.namespaces', [{'type': 'network', 'path': 'x'}]),
     r'namespaces\[0\].path: "x" must be absolute'),
    ('namespace_absent', put('linux.namespaces', [{'type': 'network', 'path': '/nowhere'}]),
     'network: /nowhere: No such file'),
    ('namespace_wrong', put('linux.namespaces', [{'type': 'network', 'path': '/etc/passwd'}]),
     'network namespace'),
    ('namespace_pid_path', put('linux.namespaces', [{'type': 'pid', 'path': '/proc/1/ns/pid'}]),
     r'namespaces\[0\].path: joining a pid namespace'),
    ('maps_type', put('linux.uidMappings', [{'containerID': 'x'}]), r'uidMappings\[0\].containerID'),
    ('device_path', put('linux.devices', [{'path': 'x', 'type': 'c'}]), r'devices\[0\].path'),
    ('device_type', put('linux.devices', [{'path': '/dev/x', 'type': 'z'}]), r'devices\[0\].type'),
    ('device_major', put('linux.devices', [{'path': '/dev/x', 'type': 'c', 'major': -1}]),
     r'devices\[0\].major'),
    ('masked_relative', put('linux.maskedPaths', ['proc']), r'maskedPaths\[0\]: "proc"'),
    ('readonly_relative', put('linux.readonlyPaths', ['proc']), r'readonlyPaths\[0\]: "proc"'),
    ('sysctl_type', put('linux.sysctl', {'a.b': 1}), 'linux.sysctl.a.b: must be a string'),
    ('seccomp_type', put('linux.seccomp', 'x'), 'linux.seccomp: must be an object'),
    ('cgroups_path_type', put('linux.cgroupsPath', 1), 'linux.cgroupsPath: must be a string'),
    ('unified_path', put('linux.resources.unified', {'../x': '1'}), r'unified.../x: must be a file'),
    ('unified_type', put('linux.resources.unified', {'pids.max': 1}), r'unified.pids.max: must be'),
    ('hooks_type', put('hooks', []), 'hooks: must be an object'),
    ('hook_list_type', put('hooks.prestart', {}), 'hooks.prestart: must be an array'),
    ('hook_relative', put('hooks.prestart', [{'path': 'x'}]), r'hooks.prestart\[0\].path'),
    ('hook_timeout', put('hooks.prestart', [{'path': '/bin/true', 'timeout': 0}]),
     r'hooks.prestart\[0\].timeout'),
    ('hook_fails', put('hooks.prestart', [{'path': '/bin/false'}]), r'hooks.prestart\[0\].*status 1'),
    ('hook_absent', put('hooks.createRuntime', [{'path': '/nowhere'}]),
     r'hooks.createRuntime\[0\].*/nowhere'),
    ('hook_slow', put('hooks.prestart', [{'path': '/bin/sleep', 'args': ['sleep', '100'],
                                          'timeout': 1}]), r'hooks.prestart\[0\].*timeout of 1 s'),
    ('program_absent', put('process.args', ['nosuch']), 'exec: "nosuch": executable file not found'),
    ('program_path', put('process.args', ['/no/such']), 'exec: "/no/such": stat /no/such: no such'),
    ('program_not_executable', put('process.args', ['/proc/version']), 'exec: .*permission denied'),
]

TEXTS = [
    ('empty_text', '', 'config.json: the text ends'),
    ('cut_text', '{"ociVersion": "1.0', 'config.json: the text ends'),
    ('no_json', 'hello', 'config.json: not valid JSON'),
    ('junk_behind', '{} x', 'config.json: not valid JSON at byte 3'),
    ('not_an_object', '[]', 'config.json: not a JSON object'),
    ('nul_inside', '{}\0 x', 'config.json: a NUL byte'),
    ('deep', '[' * 100000, 'config.json: not valid JSON|ends in the middle'),
]


def test_broken(host, change, pattern):
    change(host.config)
    host.store()
    expect_failure(host, pattern)


def expect_failure(host, pattern):
    before = tree(host.outside)
    p = host.create()
    said = host.output()
    if p.returncode == 0:
        host.call('delete', '--force', 'c1')
        raise Failure('create succeeded')
    if not re.search(pattern, said, re.S):
        raise Failure('nothing like "%s" in: %s' % (pattern, said[-500:]))
    if not any(re.search(pattern, e, re.S) for e in host.errors()):
        raise Failure('the log file lacks it: %s' % host.errors())
    if tree(host.outside) != before:
        raise Failure('something outside was changed')
    host.check_empty()


def test_text(host, text, pattern):
    host.store(text)
    expect_failure(host, pattern)


# ---- hostile images ----

def run_hostile(host):
    """create, start, delete; only that nothing outside is touched, and nothing left, is asked."""
    before = tree(host.outside)
    host.config['process']['args'] = ['/bin/do', 'write', '/t/new', 'write', '/t', 'write', '/f',
                                      'chown', '/t', 'chown', '/f']
    host.store()
    host.call('run', '--bundle', host.bundle, 'c1')
    if tree(host.outside) != before:
        raise Failure('something outside was changed')
    for name in ('made', 'x', 'etc'):
        if os.path.lexists(os.path.join(host.dir, name)):
            raise Failure('%s was made outside' % name)
    host.check_empty()


def hostile_links(host):
    """Ways for the image to name the place outside."""
    deep = '../' * 30
    return [host.outside + '/dir', deep + host.outside.lstrip('/') + '/dir',
            '/proc/1/root' + host.outside, '/proc/self/cwd', '../../made', '/made/x/y', 't', '.']


def test_hostile_directory_target(host):
    for link in hostile_links(host):
        path = os.path.join(host.rootfs, 't')
        if os.path.lexists(path):
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) \
                else os.unlink(path)
        os.symlink(link, path)
        host.config['mounts'][3:] = [{'destination': '/t', 'type': 'tmpfs', 'source': 'tmpfs'}]
        run_hostile(host)


def test_hostile_bind_target(host):
    os.makedirs(os.path.join(host.dir, 'source'))
    for link in hostile_links(host):
        path = os.path.join(host.rootfs, 't')
        if os.path.lexists(path):
            os.unlink(path)
        os.symlink(link, path)
        host.config['mounts'][3:] = [{'destination': '/t/deep/er', 'type': 'bind',
                                      'source': os.path.join(host.dir, 'source'),
                                      'options': ['rbind', 'rw']}]
        run_hostile(host)


def test_hostile_file_target(host):
    with open(os.path.join(host.dir, 'source'), 'w') as f:
        f.write('source\n')
    for link in [host.outside + '/file', host.outside + '/made', '../../../../made'] + \
            hostile_links(host):
        path = os.path.join(host.rootfs, 'f')
        if os.path.lexists(path):
            os.unlink(path)
        os.symlink(link, path)
        host.config['mounts'][3:] = [{'destination': '/f', 'type': 'bind', 'options': ['bind'],
                                      'source': os.path.join(host.dir, 'source')}]
        run_hostile(host)


def test_hostile_standard_targets(host):
    """/proc, /dev, /dev/pts, masked and read-only paths, the working directory are links."""
    for name in ('proc', 'dev', 'sys', 'srv'):
        os.symlink(host.outside + '/dir', os.path.join(host.rootfs, name))
    host.config['process']['cwd'] = '/srv/made/here'
    host.config['linux']['maskedPaths'] = ['/srv', '/dev/null', '/sys']
    host.config['linux']['readonlyPaths'] = ['/srv', '/sys']
    host.config['linux']['devices'] = [{'path': '/srv/dev/x', 'type': 'c', 'major': 1, 'minor': 3}]
    run_hostile(host)


def test_hostile_dev_links(host):
    """No /dev in the configuration: the image's own, with links in it."""
    host.config['mounts'] = [{'destination': '/dev/shm', 'type': 'tmpfs'}]
    os.symlink(host.outside + '/dir', os.path.join(host.rootfs, 'dev'))
    run_hostile(host)


def test_hostile_loop(host):
    os.symlink('b', os.path.join(host.rootfs, 't'))
    os.symlink('t', os.path.join(host.rootfs, 'b'))
    host.config['mounts'][3:] = [{'destination': '/t/x', 'type': 'tmpfs'}]
    host.store()
    expect_failure(host, 'rootfs at "/t/x".*symbolic links')


def test_hostile_dotdot(host):
    host.config['mounts'][3:] = [{'destination': '/../../../../../made', 'type': 'tmpfs'},
                                 {'destination': 'made/../../../x', 'type': 'tmpfs'}]
    run_hostile(host)
    if not os.path.isdir(os.path.join(host.rootfs, 'made')):
        raise Failure('not made in the root')


def test_hostile_special_files(host):
    os.mkfifo(os.path.join(host.rootfs, 't'))
    host.config['mounts'][3:] = [{'destination': '/t', 'type': 'tmpfs'}]
    host.store()
    expect_failure(host, 'rootfs at "/t"')


# ---- good ones ----

def test_run_output_and_status(host):
    p = host.run('say', 'hello', 'env', 'A', 'cwd', '', 'exit', '7')
    expect('output', p.stdout, 'hello\nb\n/\n')
    expect('status', p.returncode, 7)
    host.check_empty()


def test_run_killed(host):
    p = host.run('kill', '9', 'exit', '4')
    expect('status', p.returncode, 4)


def test_user_umask_cwd(host):
    host.config['process']['user'] = {'uid': 1000, 'gid': 1001, 'umask': 0o27}
    host.config['process']['cwd'] = '/made/for/me'
    p = host.run('ids', '', 'cwd', '')
    expect('output', p.stdout, '1000 1001 27\n/made/for/me\n')


def test_owners_reach_the_host(host):
    p = host.run('write', '/owned', 'chown', '/owned', 'stat', '/owned')
    expect('output', p.stdout, '/owned 100644 1234 4321\n')
    st = os.stat(os.path.join(host.rootfs, 'owned'))
    if os.geteuid() == 0:
        expect('owner', (st.st_uid, st.st_gid), (1234, 4321))


def test_id_maps(host):
    """As Docker's userns-remap: ids inside are others on the host."""
    if os.geteuid() != 0:
        return
    maps = [{'containerID': 0, 'hostID': 100000, 'size': 65536}]
    host.config['linux'].update(uidMappings=maps, gidMappings=maps)
    host.config['linux']['namespaces'].append({'type': 'user'})
    os.chown(host.rootfs, 100000, 100000)
    p = host.run('write', '/owned', 'stat', '/owned', 'chown', '/owned', 'stat', '/owned')
    expect('output', p.stdout, '/owned 100644 0 0\n/owned 100644 1234 4321\n')
    st = os.stat(os.path.join(host.rootfs, 'owned'))
    expect('owner', (st.st_uid, st.st_gid), (101234, 104321))


def test_private_files_of_others(host):
    """Root inside reads and writes what belongs to another and is closed to all."""
    path = os.path.join(host.rootfs, 'private')
    with open(path, 'w') as f:
        f.write('secret\n')
    os.chmod(path, 0o600)
    if os.geteuid() == 0:
        os.chown(path, 33, 33)
    host.config['process']['capabilities'] = {k: ['CAP_DAC_OVERRIDE'] for k in
                                              ('bounding', 'effective', 'permitted')}
    p = host.run('show', '/private', 'write', '/private')
    expect('output', p.stdout, 'secret\n')
    with open(path) as f:
        expect('file', f.read(), 'new\net\n')


def test_readonly_root(host):
    host.config['root']['readonly'] = True
    p = host.run('write', '/new', 'say', 'x')
    if 'Read-only' not in p.stderr or os.path.exists(os.path.join(host.rootfs, 'new')):
        raise Failure('the root is writable: %s' % p.stderr)


def test_bind_readonly_and_not(host):
    volume = os.path.join(host.dir, 'volume')
    os.mkdir(volume)
    source = {'type': 'bind', 'source': volume}
    host.config['mounts'] += [dict(source, destination='/rw', options=['rbind', 'rw']),
                              dict(source, destination='/ro', options=['rbind', 'ro'])]
    p = host.run('write', '/rw/a', 'write', '/ro/b', 'show', '/ro/a')
    expect('output', p.stdout, 'new\n')
    expect('volume', os.listdir(volume), ['a'])
    if 'Read-only' not in p.stderr:
        raise Failure(p.stderr)


def test_masked_and_readonly(host):
    p = host.run('show', '/proc/kcore', 'write', '/proc/sys/kernel/hostname', 'say', 'x')
    expect('output', p.stdout, 'x\n')
    if 'Read-only' not in p.stderr:
        raise Failure(p.stderr)


def test_dangling_link_as_target(host):
    """As for /etc/resolv.conf of many images: made where the link points, inside."""
    os.makedirs(os.path.join(host.rootfs, 'etc'))
    os.symlink('../run/some/where', os.path.join(host.rootfs, 'etc', 'resolv'))
    source = os.path.join(host.dir, 'source')
    with open(source, 'w') as f:
        f.write('names\n')
    host.config['mounts'] += [{'destination': '/etc/resolv', 'type': 'bind', 'source': source,
                               'options': ['bind']}]
    p = host.run('show', '/etc/resolv', 'show', '/run/some/where')
    expect('output', p.stdout, 'names\nnames\n')


def state(host, name='c1'):
    p = host.call('state', name)
    if p.returncode:
        raise Failure(p.stderr)
    return json.loads(p.stdout)


def wait_stopped(host, name='c1'):
    end = time.monotonic() + TIMEOUT
    while state(host, name)['status'] != 'stopped':
        if time.monotonic() > end:
            raise Failure('it does not stop')
        time.sleep(0.02)


def created(host, *ops):
    host.config['process']['args'] = ['/bin/do'] + list(ops)
    host.store()
    pid_file = os.path.join(host.dir, 'pid')
    p = host.create('c1', '--pid-file', pid_file)
    if p.returncode:
        raise Failure(host.output())
    with open(pid_file) as f:
        return int(f.read())


def test_life(host):
    pid = created(host, 'say', 'started', 'sleep', '100')
    s = state(host)
    expect('state', (s['status'], s['pid'], s['id'], s['bundle']), ('created', pid, 'c1', host.bundle))
    if 'started' in host.output():
        raise Failure('it ran before start')
    for args, text in ((('create', '--bundle', host.bundle, 'c1'), 'already exists'),
                       (('delete', 'c1'), 'not stopped: created')):
        p = host.call(*args)
        if p.returncode == 0 or text not in p.stderr:
            raise Failure('%s: %s' % (args, p.stderr))
    expect('start', host.call('start', 'c1').returncode, 0)
    expect('status', state(host)['status'], 'running')
    p = host.call('start', 'c1')
    if p.returncode == 0 or 'already running' not in p.stderr:
        raise Failure('started twice: %s' % p.stderr)
    expect('kill', host.call('kill', 'c1', 'TERM').returncode, 0)
    _, status = os.waitpid(pid, 0)
    expect('exit', os.waitstatus_to_exitcode(status), 3)
    expect('status', state(host)['status'], 'stopped')
    expect('output', host.output(), 'started\nterm\n')
    if host.call('kill', 'c1', 'TERM').returncode == 0:
        raise Failure('a stopped one was killed')
    expect('delete', host.call('delete', 'c1').returncode, 0)
    p = host.call('state', 'c1')
    if p.returncode == 0 or 'does not exist' not in p.stderr:
        raise Failure('still there: %s' % p.stderr)
    host.check_empty()


def test_sigkill_of_the_container(host):
    pid = created(host, 'sleep', '100')
    host.call('start', 'c1')
    os.kill(pid, signal.SIGKILL)
    expect('exit', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), -9)
    expect('status', state(host)['status'], 'stopped')
    expect('delete', host.call('delete', 'c1').returncode, 0)
    host.check_empty()


def test_delete_force(host):
    for started in (False, True):
        pid = created(host, 'sleep', '100')
        if started:
            host.call('start', 'c1')
        expect('delete', host.call('delete', '--force', 'c1').returncode, 0)
        os.waitpid(pid, 0)
        host.check_empty()
    expect('delete of nothing', host.call('delete', '--force', 'nothing').returncode, 0)


def test_create_is_killed(host):
    """At many points of create: delete --force clears whatever there is."""
    host.config['process']['args'] = ['/bin/do', 'sleep', '100']
    host.store()
    for i in range(25):
        p = subprocess.Popen([host.runtime, '--root', host.root, 'create', '--bundle', host.bundle,
                              'c1'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        time.sleep(i * 0.0008)
        p.kill()
        p.wait()
        expect('delete', host.call('delete', '--force', 'c1').returncode, 0)
        host.check_empty()


def test_hooks(host):
    log = os.path.join(host.dir, 'hooks')
    kinds = ['prestart', 'createRuntime', 'createContainer', 'poststart', 'poststop']
    host.config['hooks'] = {
        kind: [{'path': '/bin/sh', 'args': ['sh', '-c', 'echo %s $X >> %s; cat >> %s.%s'
                                            % (kind, log, log, kind)], 'env': ['X=y']}]
        for kind in kinds}
    host.config['annotations'] = {'my.note': 'text'}
    p = host.run('say', 'x')
    expect('output', p.stdout, 'x\n')
    with open(log) as f:
        expect('order', f.read(), ''.join('%s y\n' % k for k in kinds))
    status = ['creating', 'creating', 'creating', 'running', 'stopped']
    for kind, want in zip(kinds, status):
        with open(log + '.' + kind) as f:
            s = json.load(f)
        expect(kind, (s['status'], s['id'], s['annotations']), (want, 'c1', {'my.note': 'text'}))


def test_hook_whose_child_writes_on(host):
    host.config['hooks'] = {'prestart': [{'path': '/bin/sh', 'args': [
        'sh', '-c', 'for i in 1 2 3 4; do timeout 100 yes & done; sleep 0.2'], 'timeout': 50}]}
    p = host.run('say', 'x')
    expect('output', (p.stdout, p.stderr), ('x\n', ''))


def test_features_are_true(host):
    f = json.loads(host.call('features').stdout)
    expect('hooks', 'startContainer' in f['hooks'], True)
    expect('seccomp', f['linux']['seccomp']['enabled'], True)


def test_many_at_once(host):
    host.config['process']['args'] = ['/bin/do', 'exit', '5']
    host.store()
    runs = [subprocess.Popen([host.runtime, '--root', host.root, 'run', '--bundle', host.bundle,
                              'c%d' % i], stdin=subprocess.DEVNULL) for i in range(20)]
    expect('statuses', [p.wait(TIMEOUT) for p in runs], [5] * 20)
    host.check_empty()


def test_cgroup_of_others(host):
    """Whatever becomes of a container in a cgroup that has processes of others: they live on."""
    if os.geteuid() != 0:
        return
    name = '/runsc-c-bundles-%d' % os.getpid()
    points = [p for p in ('/sys/fs/cgroup/pids', '/sys/fs/cgroup')
              if os.path.exists(p + '/cgroup.procs')]
    if not points:
        return
    os.mkdir(points[0] + name)
    other = subprocess.Popen(['sleep', '1000'])
    try:
        with open(points[0] + name + '/cgroup.procs', 'w') as f:
            f.write(str(other.pid))
        for path in (name, '/'):
            host.config['linux']['cgroupsPath'] = path
            host.store()
            host.create()
            host.call('delete', '--force', 'c1')
            expect('the other process', other.poll(), None)
    finally:
        other.kill()
        other.wait()
        os.rmdir(points[0] + name)
    host.check_empty()


def test_state_of_another_user(host):
    """What another user can write says nothing about containers: it would name hooks to be run."""
    if os.geteuid() != 0:
        return
    created(host, 'sleep', '100')
    path = os.path.join(host.root, 'c1')
    for uid, mode in ((1000, 0o711), (0, 0o733)):
        os.chown(path, uid, 0)
        os.chmod(path, mode)
        for command in (('state', 'c1'), ('kill', 'c1', 'KILL'), ('delete', '--force', 'c1')):
            p = host.call(*command)
            if p.returncode == 0 or 'others may write there' not in p.stderr:
                raise Failure('%s: %s' % (command, p.stderr))
    os.chmod(path, 0o711)
    expect('status', state(host)['status'], 'created')
    expect('delete', host.call('delete', '--force', 'c1').returncode, 0)
    host.check_empty()


def status_of(pid):
    with open('/proc/%d/status' % pid) as f:
        return dict(line.rstrip('\n').split(':\t', 1) for line in f if ':\t' in line)


def children(pid):
    found = []
    for thread in os.listdir('/proc/%d/task' % pid):
        with open('/proc/%d/task/%s/children' % (pid, thread)) as f:
            found += [int(c) for c in f.read().split()]
    return found


def test_privileges(host):
    """Seen from the host: no capability in force, four permitted for files; guests have none."""
    if os.geteuid() != 0:
        return
    pid = created(host, 'sleep', '100')
    for started in (False, True):
        if started:
            host.call('start', 'c1')
        for thread in os.listdir('/proc/%d/task' % pid):
            s = status_of(int(thread))
            none = '0' * 16
            expect('sentry', [s[c] for c in ('CapEff', 'CapPrm', 'CapInh', 'CapAmb', 'CapBnd')],
                   [none, '%016x' % (1 << 0 | 1 << 1 | 1 << 3 | 1 << 4), none, none, none])
            expect('filter', (s['Seccomp'], s['NoNewPrivs']), ('2', '1'))
        guests = children(pid)
        if not guests:
            raise Failure('no guests')
        for guest in guests:
            s = status_of(guest)
            expect('guest', [s[c] for c in ('CapEff', 'CapPrm', 'CapInh', 'CapAmb', 'CapBnd')],
                   ['0' * 16] * 5)
            expect('uids', s['Uid'].split(), ['65534'] * 4)
    names = os.listdir('/proc/%d/root' % pid)
    if set(names) - {'g'}:
        raise Failure('the sentry sees %s' % names)
    for fd in os.listdir('/proc/%d/fd' % pid):
        if os.path.realpath('/proc/%d/fd/%s' % (pid, fd)).startswith(host.root):
            raise Failure('the lock is held by the sentry')
    host.call('delete', '--force', 'c1')


def test_killed_at_random(host):
    """Any process of the container, at any moment: it stops, and can be deleted."""
    rng = random.Random(1)
    for _ in range(20):
        pid = created(host, 'kill', '10', 'kill', '10', 'sleep', '100')
        start = subprocess.Popen([host.runtime, '--root', host.root, 'start', 'c1'],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        time.sleep(rng.random() * 0.02)
        try:
            victims = [pid, start.pid] + children(pid)
            os.kill(rng.choice(victims), signal.SIGKILL)
        except (ProcessLookupError, FileNotFoundError):
            pass
        start.wait(TIMEOUT)
        expect('delete', host.call('delete', '--force', 'c1').returncode, 0)
        host.check_empty()


def test_preserved_fds(host):
    """Those from 3 on that --preserve-fds counts, and no others, are the program's."""
    host.config['process']['args'] = ['/bin/do', 'show', '/proc/self/fd/3', 'show',
                                      '/proc/self/fd/4', 'show', '/proc/self/fd/5']
    host.store()
    fds = []
    for name in ('three', 'four', 'five'):
        path = os.path.join(host.dir, name)
        with open(path, 'w') as f:
            f.write(name + '\n')
        fds.append(os.open(path, os.O_RDONLY))
    command = ' '.join(['exec', host.runtime, '--root', host.root, 'run', '--preserve-fds', '2',
                        '--bundle', host.bundle, 'c1'] +
                       ['%d<&%d' % (3 + i, fd) for i, fd in enumerate(fds)])
    p = subprocess.run(['bash', '-c', command], pass_fds=fds, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT)
    for fd in fds:
        os.close(fd)
    expect('output', p.stdout, 'three\nfour\n')


def test_tmpfs_with_what_was_there(host):
    os.makedirs(os.path.join(host.rootfs, 'var'))
    with open(os.path.join(host.rootfs, 'var', 'old'), 'w') as f:
        f.write('old\n')
    host.config['mounts'] += [{'destination': '/var', 'type': 'tmpfs', 'source': 'tmpfs',
                               'options': ['nosuid', 'size=1m', 'tmpcopyup']},
                              {'destination': '/new', 'type': 'tmpfs', 'options': ['tmpcopyup']}]
    p = host.run('show', '/var/old', 'write', '/var/old', 'show', '/var/old', 'write', '/var/x',
                 'write', '/new/y', 'show', '/new/y')
    expect('output', p.stdout + p.stderr, 'old\nnew\nnew\n')
    expect('image', os.listdir(os.path.join(host.rootfs, 'var')), ['old'])
    with open(os.path.join(host.rootfs, 'var', 'old')) as f:
        expect('image', f.read(), 'old\n')


def test_list_and_ps(host):
    created(host, 'sleep', '100')
    host.call('start', 'c1')
    listed = json.loads(host.call('list', '--format', 'json').stdout)
    expect('list', [(c['id'], c['status']) for c in listed], [('c1', 'running')])
    expect('quiet', host.call('list', '-q').stdout, 'c1\n')
    pids = json.loads(host.call('ps', '--format', 'json', 'c1').stdout)
    if not pids or not all(os.path.isdir('/proc/%d' % p) for p in pids):
        raise Failure('ps: %s' % pids)
    host.call('delete', '--force', 'c1')


def test_ids(host):
    host.store()
    for name in ('..', '.', '', 'a/b', 'a b', 'x' * 2000, '../x'):
        p = host.call('create', '--bundle', host.bundle, name)
        if p.returncode == 0 or 'invalid container ID' not in p.stderr:
            raise Failure('%r: %s' % (name[:20], p.stderr))


def test_spec_is_good(host):
    p = host.call('spec', '--bundle', host.bundle)
    expect('spec', p.returncode, 0)
    with open(os.path.join(host.bundle, 'config.json')) as f:
        host.config = json.load(f)
    host.config['process']['terminal'] = False
    p = host.run('say', 'x')
    expect('output', p.stdout, 'x\n')


def test_help_everywhere(host):
    for command in ('create', 'start', 'run', 'state', 'kill', 'delete', 'list', 'ps', 'spec',
                    'features', 'checkpoint', 'restore'):
        p = host.call(command, '--help')
        if p.returncode or command not in p.stdout:
            raise Failure('%s --help: %s%s' % (command, p.stdout, p.stderr))
    json.loads(host.call('features').stdout)
    p = host.call('checkpoint', 'x')
    if p.returncode == 0 or 'not yet' not in p.stderr:
        raise Failure(p.stderr)


# ---- all of it ----

def all_tests():
    for name, change, pattern in BROKEN:
        yield 'broken_' + name, lambda h, c=change, p=pattern: test_broken(h, c, p)
    for name, text, pattern in TEXTS:
        yield 'broken_' + name, lambda h, t=text, p=pattern: test_text(h, t, p)
    for name, f in sorted(globals().items()):
        if name.startswith('test_') and name not in ('test_broken', 'test_text'):
            yield name[5:], f


if __name__ == '__main__':
    sys.exit(main(__doc__, PROGRAM, all_tests()))
