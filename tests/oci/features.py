#!/usr/bin/env python3
"""What config.json can ask for, by bundles without an engine: seccomp profiles, hooks, sysctls, and the
fields of process and linux that change what a process finds.

`--runtime /usr/sbin/runc` runs the same cases with another runtime: where both have the feature, the
answers are the same. Needs a C compiler. The last line is `N passed, N failed`.
"""
import json
import os
import re
import sys
import time

from bundle_lib import TIMEOUT, Failure, expect, main, put

PROGRAM = r'''
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
static void result(long r) { if (r < 0) puts(strerrorname_np(errno)); else puts("ok"); }
static void on_sys(int sig, siginfo_t *i, void *c) {
	printf("SIGSYS %d %d\n", i->si_syscall, i->si_errno); }
static long do_call(const char *text) {
	long a[7] = {0}; int n = 0;
	for (char *s = strdup(text), *w; (w = strsep(&s, ",")) && n < 7;) a[n++] = strtoul(w, NULL, 0);
	return syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
}
static void call(const char *text) { result(do_call(text)); }
static void value(const char *text) { printf("%ld\n", do_call(text)); }
static void show(const char *path, const char *key) {
	char line[4096]; FILE *f = fopen(path, "r");
	if (!f) { result(-1); return; }
	while (fgets(line, sizeof(line), f))
		if (!key || !strncmp(line, key, strlen(key))) fputs(line, stdout);
	fclose(f);
}
int main(int argc, char **argv) {
	struct sigaction sa = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};
	int status;
	setvbuf(stdout, NULL, _IONBF, 0);
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *op = argv[i], *arg = argv[i + 1];
		if (!strcmp(op, "exit")) return atoi(arg);
		if (!strcmp(op, "say")) puts(arg);
		if (!strcmp(op, "call")) call(arg);
		if (!strcmp(op, "value")) value(arg);
		if (!strcmp(op, "uname")) { struct utsname u; uname(&u); puts(u.machine); }
		if (!strcmp(op, "many")) for (int n = 0; n < 20000; n++) syscall(atoi(arg), -1);
		if (!strcmp(op, "show")) show(arg, NULL);
		if (!strcmp(op, "status")) show("/proc/self/status", arg);
		if (!strcmp(op, "sigsys")) sigaction(SIGSYS, &sa, NULL);
		if (!strcmp(op, "sleep")) sleep(atoi(arg));
		if (!strcmp(op, "child")) {
			if (fork() == 0) { call(arg); _exit(0); }
			wait(&status);
			if (WIFSIGNALED(status)) printf("signal %d\n", WTERMSIG(status)); }
		if (!strcmp(op, "write")) { int fd = open(arg, O_WRONLY | O_CREAT | O_APPEND, 0644);
			const char *s = argv[++i + 1]; if (write(fd, s, strlen(s)) < 0) result(-1); close(fd); }
		if (!strcmp(op, "copy")) { char b[8192]; int fd = open(arg, O_WRONLY | O_CREAT, 0644);
			ssize_t n; while ((n = read(0, b, sizeof(b))) > 0) if (write(fd, b, n) < 0) return 9;
			close(fd); }
		if (!strcmp(op, "fill")) for (int n = 0; n < atoi(arg); n++) if (fork() == 0) {
			while (open("/bin/do", O_RDONLY) >= 0) ;
			puts("full"); pause(); }
		if (!strcmp(op, "self")) { if (fork() == 0) { execl("/proc/self/exe", "do", "status", arg, NULL);
			_exit(7); } wait(NULL); }
	}
	return 0;
}
'''

GETPID, UNAME, CLONE3 = 39, 63, 435


def output(host, *ops, code=0):
    p = host.run(*ops)
    if p.returncode != code:
        raise Failure('exit code %d, %s' % (p.returncode, p.stderr.strip() or p.stdout))
    return p.stdout


def warnings(host):
    return [e['msg'] for e in host.logged() if e['level'] == 'warning']


def expect_refused(host, pattern):
    host.store()
    p = host.create()
    if p.returncode == 0 or not re.search(pattern, host.output()):
        raise Failure('create: code %d, output %r' % (p.returncode, host.output()))
    host.check_empty()


# ---- seccomp ----

def profile(host, default, *rules, **more):
    host.config['linux']['seccomp'] = dict({
        'defaultAction': 'SCMP_ACT_' + default,
        'architectures': ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
        'syscalls': list(rules)}, **more)


def rule(names, action, errno=None, args=None):
    r = {'names': names.split(), 'action': 'SCMP_ACT_' + action}
    if errno is not None:
        r['errnoRet'] = errno
    if args:
        r['args'] = [{'index': i, 'value': v, 'valueTwo': w, 'op': 'SCMP_CMP_' + op}
                     for i, op, v, w in args]
    return r


def test_seccomp_errno(host):
    profile(host, 'ALLOW', rule('uname no_such_call', 'ERRNO'), rule('getpid', 'ERRNO', 95))
    expect('calls', output(host, 'call', '%d' % UNAME, 'call', '%d' % GETPID, 'call', '110'),
           'EPERM\nEOPNOTSUPP\nok\n')


def test_seccomp_in_status(host):
    profile(host, 'ALLOW', rule('uname', 'ERRNO'))
    want = 'Seccomp:\t2\nSeccomp_filters:\t1\n'
    expect('status', output(host, 'status', 'Seccomp', 'self', 'Seccomp'), want * 2)


def test_no_seccomp(host):
    expect('status', output(host, 'status', 'Seccomp:', 'call', '%d' % UNAME),
           'Seccomp:\t0\nEFAULT\n')


def test_seccomp_of_forwarded_calls(host):
    """Those that the sandbox would leave to the host."""
    profile(host, 'ALLOW', rule('membarrier sched_yield', 'ERRNO', 11),
            rule('madvise', 'ERRNO', 12, [(2, 'EQ', 4, 0)]))
    expect('calls', output(host, 'call', '324,0,0', 'call', '24', 'child', '24',
                           'call', '28,0,0,4', 'call', '28,0,0,8'),
           'EAGAIN\nEAGAIN\nEAGAIN\nENOMEM\nok\n')


def test_seccomp_after_many_calls(host):
    """When calls no longer trap one by one."""
    profile(host, 'ALLOW', rule('close', 'ERRNO', 71, [(0, 'EQ', 77, 0)]),
            rule('getppid', 'ERRNO', 72))
    expect('calls', output(host, 'many', '3', 'call', '3,77', 'call', '3,78', 'many', '110',
                           'call', '110', 'call', '39'), 'EPROTO\nEBADF\nEMULTIHOP\nok\n')


def test_seccomp_ids_after_many_calls(host):
    profile(host, 'ALLOW', rule('getpid', 'ERRNO', 71))
    expect('calls', output(host, 'many', '3', 'many', '39', 'call', '39', 'call', '186'),
           'EPROTO\nok\n')


def test_seccomp_arguments(host):
    ops = [('EQ', 5, 0, 5, 6), ('NE', 5, 0, 6, 5), ('LT', 5, 0, 4, 5), ('LE', 5, 0, 5, 6),
           ('GT', 5, 0, 6, 5), ('GE', 5, 0, 5, 4), ('MASKED_EQ', 6, 2, 3, 4)]
    for op, value, two, yes, no in ops:
        profile(host, 'ALLOW', rule('personality', 'ERRNO', 13, [(0, op, value, two)]),
                rule('getpriority', 'ERRNO', 14, [(0, 'EQ', 1, 0), (1, 'EQ', 2, 0)]))
        expect(op, output(host, 'call', '135,%d' % yes, 'call', '135,%d' % no,
                          'call', '140,1,2').split('\n')[:3:2], ['EACCES', 'EFAULT'])
        expect(op, output(host, 'call', '135,%d' % no).startswith('EACCES'), False)


def test_seccomp_same_argument_twice(host):
    """Alternatives."""
    profile(host, 'ALLOW', rule('umask', 'ERRNO', 13, [(0, 'EQ', 1, 0), (0, 'EQ', 2, 0)]))
    expect('calls', output(host, 'call', '95,1', 'call', '95,2', 'call', '95,3'),
           'EACCES\nEACCES\nok\n')


def test_seccomp_default_denies(host):
    allowed = ('read write exit exit_group brk mmap munmap mprotect execve arch_prctl fstat '
               'newfstatat writev ioctl set_tid_address set_robust_list rseq prlimit64 readlink '
               'getrandom rt_sigaction rt_sigprocmask rt_sigreturn futex close openat open stat '
               'lstat fcntl capset capget prctl setgroups setuid setgid setresuid setresgid '
               'setsid epoll_ctl epoll_wait epoll_pwait epoll_create1 tgkill getpid gettid '
               'nanosleep access getdents64 clone chdir fchdir getcwd sigaltstack '
               'getppid pipe2 mincore dup3 statfs fstatfs lseek sched_yield statx')
    profile(host, 'ERRNO', rule(allowed, 'ALLOW'))
    calls = ['call', '63', 'call', '39', 'call', '434', 'call', '%d' % CLONE3]
    expect('EPERM, newer ones ENOSYS', output(host, *calls), 'EPERM\nok\nENOSYS\nENOSYS\n')
    profile(host, 'ERRNO', rule(allowed, 'ALLOW'), defaultErrnoRet=95)
    expect('defaultErrnoRet', output(host, *calls), 'EOPNOTSUPP\nok\nENOSYS\nENOSYS\n')


def test_seccomp_clone3(host):
    profile(host, 'ALLOW', rule('clone3', 'ERRNO', 13))
    expect('calls', output(host, 'call', '435,0,0'), 'EACCES\n')


def test_seccomp_kill(host):
    profile(host, 'ALLOW', rule('uname', 'KILL_PROCESS'), rule('sethostname', 'KILL'))
    expect('child', output(host, 'child', '63', 'child', '170'), 'signal 31\nsignal 31\n')
    p = host.run('say', 'before', 'call', '63', 'say', 'after')
    expect('first process', (p.stdout, p.returncode), ('before\n', 159))


def test_seccomp_trap(host):
    profile(host, 'ALLOW', rule('uname', 'TRAP'))
    expect('handler', output(host, 'sigsys', '', 'call', '63', 'say', 'on').split('\n')[0],
           'SIGSYS 63 0')
    expect('no handler', output(host, 'child', '63'), 'signal 31\n')


def test_seccomp_log_and_trace(host):
    profile(host, 'ALLOW', rule('uname', 'LOG'), rule('getpriority', 'TRACE', 5))
    expect('calls', output(host, 'call', '63', 'call', '140,0,0'), 'EFAULT\nENOSYS\n')


def test_seccomp_refused(host):
    cases = [
        ({'defaultAction': 'SCMP_ACT_NOTIFY'}, 'linux.seccomp.defaultAction: SCMP_ACT_NOTIFY'),
        ({'defaultAction': 'SCMP_ACT_DANCE'}, 'defaultAction: "SCMP_ACT_DANCE"'),
        ({}, 'linux.seccomp.defaultAction: is missing'),
        ({'defaultAction': 'SCMP_ACT_ALLOW', 'flags': ['DANCE']}, r'flags\[0\]: "DANCE"'),
        ({'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['PDP11']}, r'architectures\[0\]'),
        ({'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [1]}, r'syscalls\[0\]: must be an obj'),
        ({'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'action': 'SCMP_ACT_ERRNO'}]},
         r'syscalls\[0\].names: is missing'),
        ({'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [rule('uname', 'ERRNO', 1, [
            (7, 'EQ', 1, 1)])]}, r'syscalls\[0\].args\[0\].index'),
        ({'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [rule('uname', 'ERRNO', 1, [
            (1, 'ABOUT', 1, 1)])]}, r'syscalls\[0\].args\[0\].op: "SCMP_CMP_ABOUT"'),
    ]
    for seccomp, pattern in cases:
        put('linux.seccomp', seccomp)(host.config)
        expect_refused(host, pattern)


# ---- hooks ----

def hook(path, *args, **more):
    return dict({'path': path, 'args': list(args)}, **more)


def script(host, text):
    """A hook of the host."""
    path = os.path.join(host.dir, 'hook%d' % len(os.listdir(host.dir)))
    with open(path, 'w') as f:
        f.write('#!/bin/sh\n' + text)
    os.chmod(path, 0o755)
    return hook(path, path)


def read(host, name):
    with open(os.path.join(host.rootfs, name)) as f:
        return f.read()


def create_and_start(host, *ops):
    host.config['process']['args'] = ['/bin/do'] + list(ops)
    host.store()
    p = host.create()
    if p.returncode:
        raise Failure('create: ' + host.output())
    return host.call('start', 'c1')


def wait_and_delete(host):
    end = time.monotonic() + TIMEOUT
    while json.loads(host.call('state', 'c1').stdout)['status'] != 'stopped':
        if time.monotonic() > end:
            raise Failure('it does not end')
        time.sleep(0.01)
    p = host.call('delete', 'c1')
    expect('delete', (p.returncode, p.stderr), (0, ''))
    host.check_empty()


def test_start_container_hooks(host):
    host.config['hooks'] = {'startContainer': [
        hook('/bin/do', 'do', 'copy', '/state', env=['X=1']),
        hook('/bin/do', 'do', 'write', '/order', 'hook ', 'status', 'Seccomp:')]}
    host.config['annotations'] = {'a.b': 'c'}
    p = create_and_start(host, 'write', '/order', 'program ', 'show', '/order')
    expect('start', (p.returncode, p.stderr), (0, ''))
    wait_and_delete(host)
    expect('order', read(host, 'order'), 'hook program ')
    state = json.loads(read(host, 'state'))
    expect('state', [state[k] for k in ('id', 'status', 'bundle', 'annotations')],
           ['c1', 'created', host.bundle, {'a.b': 'c'}])


def test_start_container_hook_fails(host):
    for bad, why in ((hook('/bin/do', 'do', 'say', 'sorry', 'exit', '7'), 'exit status 7.*sorry'),
                     (hook('/bin/none', 'none'), 'no such file'),
                     (hook('/bin/do', 'do', 'sleep', '1000', timeout=1), 'timeout')):
        host.config['hooks'] = {'startContainer': [bad]}
        p = create_and_start(host, 'write', '/ran', 'x')
        if p.returncode == 0 or not re.search('hooks.startContainer.0.: ' + '.*' + why,
                                              p.stderr.replace('\n', ' ')):
            raise Failure('start: %d %s' % (p.returncode, p.stderr))
        wait_and_delete(host)
        if os.path.exists(os.path.join(host.rootfs, 'ran')):
            raise Failure('the program has run')


def test_create_container_hook(host):
    """In the container's namespaces: what it mounts is in the container, and nowhere else."""
    os.makedirs(os.path.join(host.rootfs, 'there'))
    host.config['hooks'] = {'createContainer': [script(host, """
        mount -t tmpfs none there && echo mounted > there/file
        readlink /proc/self/ns/net /proc/self/ns/uts > %s/ns; cat > %s/state; pwd >> %s/ns
        """ % ((host.dir,) * 3))]}
    expect('output', output(host, 'show', '/there/file'), 'mounted\n')
    expect('outside', os.listdir(os.path.join(host.rootfs, 'there')), [])
    net, uts, cwd = open(os.path.join(host.dir, 'ns')).read().split('\n')[:3]
    expect('directory', cwd, host.rootfs)
    expect('namespaces', net == os.readlink('/proc/self/ns/net') or
           uts == os.readlink('/proc/self/ns/uts'), False)
    expect('status', json.load(open(os.path.join(host.dir, 'state')))['status'], 'creating')


def test_create_hooks_fail(host):
    for kind in ('prestart', 'createRuntime', 'createContainer'):
        log = os.path.join(host.dir, 'poststop')
        host.config['hooks'] = {kind: [script(host, 'echo no; exit 3')],
                                'poststop': [script(host, 'cat > %s; exit 1' % log)]}
        expect_refused(host, 'hooks.%s.0.: .*exit status 3' % kind)
        expect('status', json.load(open(log))['status'], 'stopped')
        os.unlink(log)


def test_poststart_hook_fails(host):
    host.config['hooks'] = {'poststart': [script(host, 'exit 3')]}
    p = create_and_start(host, 'sleep', '1000')
    if p.returncode == 0 or 'hooks.poststart' not in p.stderr:
        raise Failure('start: %d %s' % (p.returncode, p.stderr))
    wait_and_delete(host)


def test_order_of_hooks(host):
    log = os.path.join(host.dir, 'order')
    host.config['hooks'] = {
        kind: [script(host, 'cat | grep -o \'"status":"[a-z]*\' >> %s; echo %s >> %s'
                      % (log, name, log)) for name in (kind + '1', kind + '2')]
        for kind in ('poststop', 'poststart', 'createContainer', 'createRuntime', 'prestart')}
    p = create_and_start(host, 'say', 'x')
    expect('start', (p.returncode, p.stderr), (0, ''))
    wait_and_delete(host)
    got = open(log).read().split('\n')[:-1]
    expect('names', got[1::2], [kind + n for kind in (
        'prestart', 'createRuntime', 'createContainer', 'poststart', 'poststop') for n in '12'])
    expect('status', [s[10:] for s in got[::2]],
           ['creating'] * 6 + ['running'] * 2 + ['stopped'] * 2)


def test_hook_asks_for_the_state(host):
    out = os.path.join(host.dir, 'state')
    host.config['hooks'] = {kind: [script(host, '%s --root %s state c1 > %s.%s' % (
        host.runtime, host.root, out, kind))] for kind in ('createRuntime', 'poststart')}
    p = create_and_start(host, 'say', 'x')
    expect('start', (p.returncode, p.stderr), (0, ''))
    for kind in ('createRuntime', 'poststart'):
        expect(kind, json.load(open(out + '.' + kind))['id'], 'c1')
    wait_and_delete(host)


def test_exec_before_start(host):
    host.config['process']['args'] = ['/bin/do', 'show', '/ready']
    host.store()
    expect('create', host.create().returncode, 0)
    p = host.call('exec', 'c1', '/bin/do', 'write', '/ready', 'prepared\n')
    expect('exec', (p.returncode, p.stderr), (0, ''))
    expect('status', json.loads(host.call('state', 'c1').stdout)['status'], 'created')
    expect('start', host.call('start', 'c1').returncode, 0)
    wait_and_delete(host)
    expect('output', host.output(), 'prepared\n')


def test_no_descriptor_is_left(host):
    """The guest uses up what files the sentry may have: the engine is answered still."""
    limited = os.path.join(host.dir, 'limited')
    with open(limited, 'w') as f:
        f.write('#!/bin/sh\nulimit -n 1500\nexec %s "$@"\n' % host.runtime)
    os.chmod(limited, 0o755)
    runtime, host.runtime = host.runtime, limited
    p = create_and_start(host, 'fill', '4', 'sleep', '1000')
    host.runtime = runtime
    expect('start', (p.returncode, p.stderr), (0, ''))
    end = time.monotonic() + TIMEOUT
    while host.output().count('full') < 4:
        if time.monotonic() > end:
            raise Failure('it does not fill: %s' % host.output())
        time.sleep(0.05)
    for _ in range(5):
        p = host.call('exec', 'c1', '/bin/do', 'say', 'x')
        if (p.returncode, p.stdout) != (0, 'x\n') and 'too many open files' not in p.stderr.lower():
            raise Failure('exec: %d %s%s' % (p.returncode, p.stdout, p.stderr))
    expect('kill', host.call('kill', 'c1', 'USR1').returncode, 0)
    expect('delete', host.call('delete', '--force', 'c1').returncode, 0)
    host.check_empty()


# ---- sysctl ----

def test_sysctl(host):
    host.config['linux']['sysctl'] = want = {
        'kernel.shmmax': '1048576', 'kernel.shmmni': '17', 'kernel.msgmax': '4000',
        'kernel.sem': '100\t200\t30\t40', 'kernel/shm_rmid_forced': '1', 'fs.mqueue.msg_max': '7',
        'kernel.domainname': 'example', 'net.core.somaxconn': '77',
        'net.ipv4.ip_unprivileged_port_start': '80', 'net.ipv4.ping_group_range': '5\t6',
        'net.ipv4.ip_forward': '1', 'net.ipv4.tcp_rmem': '4096\t8192\t16384',
        'net.ipv4.conf.all.rp_filter': '0'}
    shown = [k for k in want if 'rp_filter' not in k]
    ops = [x for k in shown for x in ('show', '/proc/sys/' + k.replace('.', '/'))]
    expect('values', output(host, *ops), ''.join(want[k] + '\n' for k in shown))


def test_sysctl_of_the_network_is_on_the_host(host):
    """Set where the container's sockets are: seen by a hook in that namespace."""
    out = os.path.join(host.dir, 'values')
    host.config['linux']['sysctl'] = {'net.core.somaxconn': '77', 'net.ipv4.tcp_syn_retries': '3'}
    host.config['hooks'] = {'createContainer': [script(host, """
        cd /proc/sys/net; cat core/somaxconn ipv4/tcp_syn_retries > %s""" % out)]}
    output(host, 'say', 'x')
    expect('values', open(out).read(), '77\n3\n')


def test_sysctl_semaphores(host):
    host.config['linux']['sysctl'] = {'kernel.sem': '3 5 2 2'}
    expect('calls', output(host, 'call', '64,0,3,0x1ff', 'call', '64,0,4,0x1ff',
                           'call', '64,0,3,0x1ff', 'call', '64,0,2,0x1ff', 'call', '64,0,1,0x1ff'),
           'ok\nEINVAL\nENOSPC\nok\nENOSPC\n')


def test_sysctl_refused(host):
    for name, value, pattern in (
            ('vm.swappiness', '1', '"vm.swappiness" is not in a separate kernel namespace'),
            ('kernel.hostname', 'x', '"kernel.hostname" is not allowed'),
            ('net.no.such', '1', 'net/no/such.*[Nn]o such file'),
            ('net.core.somaxconn', 'many', 'net/core/somaxconn.*[Ii]nvalid argument'),
            ('kernel.shmmax', 'many', 'kernel/shmmax.*[Ii]nvalid argument'),
            ('net.core./../../kernel/core_pattern', 'x', 'is no name|o such file')):
        host.config['linux']['sysctl'] = {name: value}
        expect_refused(host, pattern)
    host.config['linux']['sysctl'] = {'net.core.somaxconn': '1'}
    host.config['linux']['namespaces'] = [n for n in host.config['linux']['namespaces']
                                          if n['type'] != 'network']
    expect_refused(host, 'host.s? network')


# ---- the process ----

def test_scheduler(host):
    host.config['process'].update(
        scheduler={'policy': 'SCHED_BATCH', 'nice': 5, 'flags': ['SCHED_FLAG_RESET_ON_FORK']},
        ioPriority={'class': 'IOPRIO_CLASS_IDLE', 'priority': 4})
    # Policy and flag, nice value (as 20 - nice), class and level.
    expect('values', output(host, 'value', '145,0', 'value', '140,0,0', 'value', '252,1,0'),
           '%d\n15\n%d\n' % (3 | 0x40000000, 3 << 13 | 4))


def test_personality(host):
    host.config['linux']['personality'] = {'domain': 'LINUX32'}
    expect('values', output(host, 'value', '135,0xffffffff', 'uname', 'm'), '8\ni686\n')


def test_id_maps_are_shown(host):
    host.config['linux']['namespaces'].append({'type': 'user'})
    host.config['linux']['uidMappings'] = [{'containerID': 0, 'hostID': 1000, 'size': 2000}]
    host.config['linux']['gidMappings'] = [{'containerID': 0, 'hostID': 3000, 'size': 10}]
    p = host.run('show', '/proc/self/uid_map', 'show', '/proc/self/gid_map')
    expect('maps', p.stdout.split(), ['0', '1000', '2000', '0', '3000', '10'])


def test_mqueue_and_odd_bind_options(host):
    os.makedirs(os.path.join(host.dir, 'v'))
    host.config['mounts'] += [
        {'destination': '/dev/mqueue', 'type': 'mqueue', 'source': 'mqueue'},
        {'destination': '/v', 'type': 'bind', 'source': host.dir + '/v',
         'options': ['bind', 'mode=755']}]
    expect_match = re.search('/dev/mqueue .* - mqueue mqueue', output(host, 'show',
                                                                     '/proc/self/mountinfo'))
    expect('mountinfo', bool(expect_match), True)


def test_refused_fields(host):
    for change, pattern in (
            (put('process.scheduler', {'nice': 1}), 'process.scheduler.policy: is missing'),
            (put('process.scheduler', {'policy': 'SCHED_DEADLINE'}), '"SCHED_DEADLINE" is not'),
            (put('process.scheduler', {'policy': 'SCHED_FIFO'}), 'scheduler.priority: must be 1'),
            (put('process.ioPriority', {'class': 'X', 'priority': 1}), 'ioPriority.class: "X"'),
            (put('linux.personality', {'domain': 'BSD'}), 'personality.domain: "BSD"'),
            (put('linux.timeOffsets', {'boottime': {'secs': 1}}), 'linux.timeOffsets: not supp'),
            (put('linux.rootfsPropagation', 'loud'), 'rootfsPropagation: "loud"'),
            (put('linux.resources', {'devices': [{'allow': True, 'type': 'x'}]}),
             r'resources.devices\[0\].type: "x"'),
            (put('linux.resources', {'hugepageLimits': [{'limit': 1}]}), r'\[0\].pageSize'),
            (put('linux.resources', {'blockIO': {'throttleReadBpsDevice': [{'rate': 1}]}}),
             r'throttleReadBpsDevice\[0\]: major or minor is missing'),
            (put('mounts.0.uidMappings', []), r'mounts\[0\].uidMappings')):
        saved = json.loads(json.dumps(host.config))
        change(host.config)
        expect_refused(host, pattern)
        host.config = saved


def test_warned_fields(host):
    """What has no effect is said by name."""
    linux = host.config['linux']
    linux['rootfsPropagation'] = 'rshared'
    linux['intelRdt'] = {'closID': 'x'}
    linux['memoryPolicy'] = {'mode': 'MPOL_BIND'}
    linux['resources'] = {'hugepageLimits': [{'pageSize': '64MB', 'limit': 1}],
                          'rdma': {'mlx': {'hcaHandles': 3}}}
    host.config['process']['apparmorProfile'] = 'docker-default'
    output(host, 'say', 'x')
    said = warnings(host)
    for name in ('linux.rootfsPropagation', 'linux.intelRdt', 'linux.memoryPolicy',
                 'linux.resources.hugepageLimits[0]', 'linux.resources.rdma.mlx',
                 'process.apparmorProfile'):
        if not any(w.startswith(name + ':') for w in said):
            raise Failure('no warning about %s: %s' % (name, said))


def test_device_rules(host):
    if not os.path.isdir('/sys/fs/cgroup/devices'):
        return
    host.config['linux']['resources'] = {'devices': [
        {'allow': False, 'access': 'rwm'},
        {'allow': True, 'type': 'c', 'major': 10, 'minor': 229, 'access': 'rw'}]}
    host.config['linux']['cgroupsPath'] = path = '/runsc-c-features-%d' % os.getpid()
    out = os.path.join(host.dir, 'list')
    host.config['hooks'] = {'poststart': [script(
        host, 'cat /sys/fs/cgroup/devices%s/devices.list > %s' % (path, out))]}
    expect('output', output(host, 'say', 'x'), 'x\n')
    got = open(out).read().split('\n')
    expect('rules', ('a *:* rwm' in got, 'c 10:229 rw' in got, 'c 1:3 rwm' in got),
           (False, True, True))


def all_tests():
    for name, f in sorted(globals().items()):
        if name.startswith('test_'):
            yield name[5:], f


if __name__ == '__main__':
    sys.exit(main(__doc__, PROGRAM, all_tests()))
