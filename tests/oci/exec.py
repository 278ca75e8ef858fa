#!/usr/bin/env python3
"""Commands in running containers, terminals, cgroups, and the control socket, without an engine.

Everything but the last part can be checked with another runtime as well, which is the oracle:
`exec.py --runtime runc`. Needs root and a static busybox (/bin/busybox). The last line is
`N passed, N failed`.
"""
import argparse
import ctypes
import fcntl
import json
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import termios
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUSYBOX = '/bin/busybox'
PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 60
MAGIC = 0x31637372  # runsc-c/oci/control.h
ALL_CAPS = ['CAP_KILL', 'CAP_CHOWN', 'CAP_SETUID', 'CAP_SETGID']
LOOP = 'trap "exit 9" TERM; while :; do sleep 0.1; done'


class Failure(Exception):
    pass


def expect(got, want, what=''):
    if got != want:
        raise Failure('%s: %r, expected %r' % (what, got, want))


def expect_in(text, want):
    if want not in text:
        raise Failure('%r is not in %r' % (want, text))


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise Failure('not within %d s: %s' % (PATIENCE, what))
        time.sleep(0.02)


class Container:
    def __init__(self, runtime, options, directory, args, terminal=False, resources=None):
        self.command = [runtime] + options + ['--root', os.path.join(directory, 'state')]
        self.dir = tempfile.mkdtemp(dir=directory)
        self.id = 'c' + os.path.basename(self.dir).replace('_', '')
        self.cgroup = '/runsc-c-test/' + self.id
        self.runtime = runtime
        config = {
            'ociVersion': '1.0.2',
            'process': {'terminal': terminal, 'user': {'uid': 0, 'gid': 0}, 'args': args,
                        'env': ['PATH=/bin', 'BASE=1', 'PS1=# '], 'cwd': '/',
                        'capabilities': {k: ALL_CAPS for k in
                                         ('bounding', 'effective', 'permitted')}},
            'root': {'path': os.path.join(directory, 'rootfs')},
            'mounts': [{'destination': '/proc', 'type': 'proc', 'source': 'proc'},
                       {'destination': '/dev', 'type': 'tmpfs', 'source': 'tmpfs'},
                       {'destination': '/dev/pts', 'type': 'devpts', 'source': 'devpts',
                        'options': ['newinstance', 'ptmxmode=0666']}],
            'linux': {'namespaces': [{'type': t} for t in ('pid', 'mount', 'ipc', 'uts', 'network')],
                      'cgroupsPath': self.cgroup, 'resources': resources or {}}}
        if terminal:
            config['process']['consoleSize'] = {'height': 30, 'width': 90}
        with open(os.path.join(self.dir, 'config.json'), 'w') as f:
            json.dump(config, f)
        self.pid_file = os.path.join(self.dir, 'pid')

    def call(self, *args, **options):
        p = subprocess.run(self.command + list(args), capture_output=True, text=True,
                           timeout=PATIENCE * 2, **options)
        p.text = p.stdout + p.stderr
        return p

    def quiet(self, *args):
        """For what leaves processes behind: they would keep pipes open."""
        with open(os.path.join(self.dir, 'out'), 'a') as out:
            r = subprocess.call(self.command + list(args), stdin=subprocess.DEVNULL, stdout=out,
                                stderr=out, timeout=PATIENCE * 2)
        if r != 0:
            with open(os.path.join(self.dir, 'out')) as f:
                raise Failure('%s: %d: %s' % (args[0], r, f.read()[-500:]))

    def start(self, *options):
        self.quiet('create', '--bundle', self.dir, '--pid-file', self.pid_file, *options, self.id)
        self.pid = self.read_pid()
        self.quiet('start', self.id)
        return self

    def read_pid(self):
        with open(self.pid_file) as f:
            return int(f.read())

    def exec(self, *args, **options):
        return self.call('exec', self.id, *args, **options)

    def exec_detached(self, process, *options):
        path = os.path.join(self.dir, 'process.json')
        process = dict({'user': {'uid': 0, 'gid': 0}, 'env': ['PATH=/bin', 'PS1=# '], 'cwd': '/'},
                       **process)
        with open(path, 'w') as f:
            json.dump(process, f)
        self.quiet('exec', '--detach', '--process', path, '--pid-file', self.pid_file, *options,
                   self.id)
        return self.read_pid()

    def status(self):
        return json.loads(self.call('state', self.id).stdout)['status']

    def remove(self):
        self.call('delete', '--force', self.id)
        try:
            os.waitpid(self.pid, 0)
        except (ChildProcessError, AttributeError):
            pass

    def cgroup_value(self, controller, v1, v2):
        for path in ('/sys/fs/cgroup/%s%s/%s' % (controller, self.cgroup, v1),
                     '/sys/fs/cgroup%s/%s' % (self.cgroup, v2)):
            if os.path.exists(path):
                with open(path) as f:
                    return f.read().strip()
        return None


def status_of(pid):
    return os.waitpid(pid, 0)[1]


class Console:
    def __init__(self, container):
        self.path = os.path.join(container.dir, 'console.sock')
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.bind(self.path)
        self.sock.listen()
        self.seen = ''

    def accept(self):
        conn = self.sock.accept()[0]
        _, ancillary, _, _ = conn.recvmsg(100, socket.CMSG_LEN(4))
        self.fd = struct.unpack('i', ancillary[0][2])[0]
        conn.close()
        return self

    def type(self, text):
        self.seen = ''
        os.write(self.fd, text.encode())

    def until(self, pattern, patience=PATIENCE):
        end = time.monotonic() + patience
        while not re.search(pattern, self.seen):
            if time.monotonic() > end:
                raise Failure('terminal shows %r, expected %r' % (self.seen, pattern))
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.fd, 4096).decode(errors='replace')
                except OSError:
                    self.seen += '<end>'
                    time.sleep(0.1)

    def interrupt(self):
        """A signal in the middle of a shell's fork may be lost, natively, too."""
        for _ in range(50):
            self.type('\x03')
            try:
                self.until(r'\^C\r\n', 1)
                return
            except Failure:
                pass
        raise Failure('^C has no effect')

    def resize(self, rows, cols):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, cols, 0, 0))


# ---- tests: each gets make(args, **options), which makes a container ----

def exec_gives_output_and_status(make):
    c = make(['sh', '-c', LOOP]).start()
    p = c.exec('sh', '-c', 'echo in; echo err >&2; exit 4')
    expect((p.stdout, p.stderr, p.returncode), ('in\n', 'err\n', 4))
    expect(c.exec('cat', input='data').stdout, 'data')
    expect(c.exec('sh', '-c', 'kill -9 $$').returncode, 137)


def exec_takes_options(make):
    c = make(['sh', '-c', LOOP]).start()
    p = c.call('exec', '-u', '1000:1001', '--cwd', '/tmp', '-e', 'A=5', '-g', '77', c.id, 'sh', '-c',
               'id -u; id -g; id -G; pwd; echo $A $BASE; echo $PPID')
    expect(p.stdout.split('\n')[:6], ['1000', '1001', '1001 77', '/tmp', '5 1', '0'])
    expect_in(c.call('exec', '--no-new-privs', c.id, 'cat', '/proc/self/status').stdout,
              'NoNewPrivs:\t1')


def exec_errors_are_runcs(make):
    c = make(['sh', '-c', LOOP]).start()
    for args, text in (
            (['nosuch'], 'exec: "nosuch": executable file not found in $PATH'),
            (['/nosuch'], 'exec: "/nosuch": stat /nosuch: no such file or directory'),
            (['/etc/plain'], 'exec: "/etc/plain": permission denied')):
        p = c.exec(*args)
        expect(p.returncode, 255, args)
        expect_in(p.text.replace('\\"', '"'),
                  'exec failed: unable to start container process: ' + text)
    p = c.call('exec', '--cwd', '/nodir', c.id, 'true')
    expect_in(p.text.replace('\\"', '"'), 'chdir to cwd ("/nodir") set in config.json failed: no such file')
    expect_in(c.call('exec', 'no-such-container', 'true').text, 'container does not exist')


def detached_process_ends_as_the_command(make):
    c = make(['sh', '-c', LOOP]).start()

    def run(script, *options):
        return c.exec_detached({'args': ['sh', '-c', script]}, *options)
    expect(status_of(run('exit 3')), 3 << 8)
    expect(status_of(run('kill -11 $$')), signal.SIGSEGV)
    for sig, want in ((signal.SIGTERM, signal.SIGTERM), (signal.SIGKILL, signal.SIGKILL)):
        pid = run('exec sleep 1000')
        os.kill(pid, sig)
        expect(status_of(pid), want)
    pid = run('trap "exit 6" USR1; touch /tmp/ready; while :; do sleep 0.1; done')
    wait_until(lambda: c.exec('test', '-e', '/tmp/ready').returncode == 0, 'trap')
    os.kill(pid, signal.SIGUSR1)
    expect(status_of(pid), 6 << 8)
    wait_until(lambda: 'sleep 1000' not in c.exec('ps').stdout, 'killed processes are gone')


def the_end_of_the_container_ends_execs(make):
    c = make(['sh', '-c', LOOP]).start()
    pids = [c.exec_detached({'args': ['sleep', '1000']}) for _ in range(3)]
    time.sleep(0.3)  # LOOP's trap
    c.call('kill', c.id, 'TERM')
    # In this order: process 1 of a namespace ends when all others in it were reaped.
    expect([status_of(p) for p in pids], [signal.SIGKILL] * 3)
    expect(status_of(c.pid), 9 << 8)


def many_execs_at_once(make):
    c = make(['sh', '-c', LOOP]).start()
    running = [subprocess.Popen(c.command + ['exec', c.id, 'sh', '-c', 'echo %d; exit %d' % (i, i)],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
               for i in range(20)]
    for i, p in enumerate(running):
        out = p.communicate(timeout=PATIENCE * 2)[0]
        expect((out, p.returncode), (b'%d\n' % i, i))


def container_has_a_terminal(make):
    c = make(['sh'], terminal=True)
    con = Console(c)
    c.start('--console-socket', con.path)
    con.accept().type('tty; stty size\n')
    con.until('/dev/pts/0\r\n30 90\r\n')
    con.resize(44, 99)
    con.type('sleep 0.3; stty size; sleep 1000\n')
    con.until('44 99\r\n')
    con.interrupt()
    con.type('exit 7\n')
    expect(status_of(c.pid), 7 << 8)


def exec_has_a_terminal(make):
    c = make(['sh', '-c', LOOP]).start()
    con = Console(c)
    pid = c.exec_detached({'args': ['sh'], 'terminal': True,
                           'consoleSize': {'height': 20, 'width': 50}},
                          '--console-socket', con.path)
    con.accept().type('stty size\n')
    con.until('20 50\r\n')
    con.resize(11, 22)
    con.type('sleep 0.3; stty size; cat\n')
    con.until('11 22\r\n')
    con.interrupt()
    con.type('echo la""st; exit 42\n')
    con.until('last\r\n')
    expect(status_of(pid), 42 << 8)
    con = Console(c)
    pid = c.exec_detached({'args': ['sleep', '1000'], 'terminal': True}, '--console-socket', con.path)
    os.close(con.accept().fd)  # hangs up
    status_of(pid)


def terminals_need_a_taker(make):
    c = make(['sh'], terminal=True)
    expect_in(c.call('create', '--bundle', c.dir, c.id).text,
              'cannot allocate tty if runc will detach without setting console socket')


def limits_reach_the_cgroup(make):
    c = make(['sh', '-c', LOOP], resources={'memory': {'limit': 64 << 20}, 'cpu': {'shares': 512},
                                            'pids': {'limit': 30}}).start()
    expect(c.cgroup_value('memory', 'memory.limit_in_bytes', 'memory.max'), str(64 << 20))
    expect_in(c.exec('sh', '-c', 'for i in $(seq 50); do sleep 5 & done').text, "can't fork")
    c.quiet('update', '--memory', str(96 << 20), c.id)
    expect(c.cgroup_value('memory', 'memory.limit_in_bytes', 'memory.max'), str(96 << 20))
    p = c.call('update', '-r', '-', c.id, input='{"memory": {"limit": %d}}' % (128 << 20))
    expect(p.returncode, 0, p.text)
    expect(c.cgroup_value('memory', 'memory.limit_in_bytes', 'memory.max'), str(128 << 20))
    stats = json.loads(c.call('events', '--stats', c.id).stdout)
    expect((stats['type'], stats['id']), ('stats', c.id))
    expect(stats['data']['memory']['usage']['limit'], 128 << 20)


def pause_stops_everything(make):
    c = make(['sh', '-c', 'i=0; while :; do i=$((i + 1)); echo $i > /tmp/count; done']).start()
    wait_until(lambda: c.exec('cat', '/tmp/count').stdout.strip(), 'it counts')
    c.quiet('pause', c.id)
    expect(c.status(), 'paused')
    expect_in(c.exec('true').text, 'cannot exec in a paused container')
    c.quiet('resume', c.id)
    expect(c.status(), 'running')
    expect_in(c.call('resume', c.id).text, 'container not paused')
    expect(c.exec('true').returncode, 0)
    c.quiet('pause', c.id)
    c.call('kill', c.id, 'KILL')
    expect(status_of(c.pid) in (signal.SIGKILL, 137 << 8), True)
    expect(c.cgroup_value('pids', 'pids.max', 'pids.max') is not None, True)
    c.quiet('delete', c.id)
    expect(c.cgroup_value('pids', 'pids.max', 'pids.max'), None)


def out_of_memory_kills_the_command(make):
    c = make(['sh', '-c', 'x=aaaaaaaa; while :; do x=$x$x; done'],
             resources={'memory': {'limit': 48 << 20, 'swap': 48 << 20}}).start()
    status = status_of(c.pid)
    expect(status in (signal.SIGKILL, 137 << 8), True, 'status %#x' % status)


# ---- the control socket itself ----

def control_socket_refuses_nonsense(make):
    c = make(['sh', '-c', LOOP]).start()
    path = os.path.join(c.command[c.command.index('--root') + 1], c.id, 'control.sock')

    def connect():
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.connect(path)  # waits for room in its queue
        s.settimeout(PATIENCE)
        return s

    def header(kind, nr=0, magic=MAGIC, flags=0):
        return struct.pack('IIiiII', magic, kind, 0, 0, nr, flags)

    def closes(message, fds=()):
        s = connect()
        socket.send_fds(s, [message], list(fds)) if fds else s.send(message)
        try:
            answer = s.recv(4096)
        except ConnectionResetError:
            answer = b''
        s.close()
        return answer == b'' or struct.unpack('i', answer[8:12])[0] < 0
    null = os.open('/dev/null', os.O_RDWR)
    block = os.memfd_create('block')
    os.write(block, b'\xff' * 200)
    huge = os.memfd_create('huge')
    os.ftruncate(huge, 1 << 40)
    pipe = os.pipe()
    for what in (b'x', b'\0' * 24, header(2), header(99), header(1, magic=1), header(1, flags=1),
                 header(1, nr=7), b'A' * 60000, header(1)):
        expect(closes(what), True, what[:30])
    for fds in ([null], [block], [null] * 4, [block] + [null] * 3, [huge] + [null] * 3,
                [pipe[0]] + [null] * 3, [block] + [null] * 199, [null] * 250):
        expect(closes(header(2, nr=len(fds)), fds), True, fds)
    expect(closes(header(3, nr=1), [null]), True)
    many = [connect() for _ in range(600)]  # more than it serves
    for s in many:
        s.close()
    expect(os.stat(path).st_mode & 0o777, 0o600)
    wait_until(lambda: c.exec('true').returncode == 0, 'it still serves')
    left = os.listdir('/proc/%d/fd' % c.pid)
    for _ in range(20):
        closes(header(2, nr=4), [block] + [null] * 3)
    wait_until(lambda: len(os.listdir('/proc/%d/fd' % c.pid)) <= len(left) + 2, 'descriptors are closed')


ORACLE = [exec_gives_output_and_status, exec_takes_options, exec_errors_are_runcs,
          detached_process_ends_as_the_command, the_end_of_the_container_ends_execs,
          many_execs_at_once, container_has_a_terminal, exec_has_a_terminal, terminals_need_a_taker,
          limits_reach_the_cgroup, pause_stops_everything, out_of_memory_kills_the_command]
OWN = [control_socket_refuses_nonsense]


def run_test(test, runtime, options, directory):
    made = []

    def make(args, **kw):
        made.append(Container(runtime, options, directory, args, **kw))
        return made[-1]
    try:
        test(make)
        return True
    except (Failure, OSError, subprocess.SubprocessError, ValueError, KeyError) as e:
        print('FAILED: %s: %s' % (test.__name__, e))
        if not isinstance(e, Failure):
            traceback.print_exc()
        return False
    finally:
        for c in made:
            c.remove()


def make_rootfs(path):
    for d in ('bin', 'dev', 'proc', 'tmp', 'etc'):
        os.makedirs(os.path.join(path, d))
    os.chmod(os.path.join(path, 'tmp'), 0o1777)
    for name in subprocess.check_output([BUSYBOX, '--list'], text=True).split():
        os.symlink('busybox', os.path.join(path, 'bin', name)) if name != 'busybox' else None
    shutil.copy(BUSYBOX, os.path.join(path, 'bin', 'busybox'))
    with open(os.path.join(path, 'etc', 'plain'), 'w') as f:
        f.write('no program\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--runtime', default=None, help='default: runsc-c of build/')
    parser.add_argument('--option', action='append', default=[], help='of the runtime (repeatable)')
    parser.add_argument('--filter', default='')
    args = parser.parse_args()
    if os.geteuid() != 0 or not os.path.exists(BUSYBOX):
        print('skipped: needs root and a static busybox\n0 passed, 0 failed')
        return 0
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    directory = tempfile.mkdtemp(prefix='oci-exec-')
    os.chmod(directory, 0o755)
    runtime = args.runtime
    if not runtime:
        runtime = os.path.join(directory, 'runsc-c')
        os.symlink(os.path.join(ROOT, 'build', 'sandbox'), runtime)
    make_rootfs(os.path.join(directory, 'rootfs'))
    tests = [t for t in ORACLE + ([] if args.runtime else OWN) if re.search(args.filter, t.__name__)]
    results = [run_test(t, runtime, args.option, directory) for t in tests]
    shutil.rmtree(directory, ignore_errors=True)
    print('%d passed, %d failed' % (results.count(True), results.count(False)))
    return 0 if all(results) else 1


if __name__ == '__main__':
    raise SystemExit(main())
