#!/usr/bin/env python3
"""Bad input and used-up resources: what the user is told, what the guest sees, what is left behind.

Each test runs `sandbox run` on every platform, as root and as an ordinary user (if root runs this),
and looks at the exit status, at the message outside, which has to name what was wrong and what to do,
and at the errno inside. After every run there must be no process and no cgroup left.

The last line is `N passed, N failed[, N skipped]`.
"""
import argparse
import ctypes
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ORDINARY_ID = 1000
TIMEOUT = 60
PR_SET_CHILD_SUBREAPER = 36
ENV = {'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG': 'C.UTF-8'}
PYTHON = '/usr/bin/python3'


class Failure(Exception):
    pass


class Skip(Exception):
    pass


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def expect(self, status=None, out=None, err=None):
        """out: the exact output; err: regular expressions that standard error must match."""
        if status is not None and self.status != status:
            raise Failure('exit status %s instead of %s' % (self.status, status), self)
        if out is not None and self.out != out:
            raise Failure('not the output %r' % out, self)
        for pattern in [err] if isinstance(err, str) else err or []:
            if not re.search(pattern, self.err, re.S):
                raise Failure('nothing like "%s" was said' % pattern, self)
        return self


class Context:
    """One platform, one kind of user, a fresh directory that is the user's."""

    def __init__(self, binary, platform, ordinary):
        self.binary, self.platform, self.ordinary = binary, platform, ordinary
        self.is_root = os.geteuid() == 0 and not ordinary
        self.become = []
        if ordinary and os.geteuid() == 0:
            self.become = ['setpriv', '--reuid=%d' % ORDINARY_ID, '--regid=%d' % ORDINARY_ID,
                           '--clear-groups']
        self.dir = tempfile.mkdtemp(prefix='cli-')
        os.chmod(self.dir, 0o755)
        self.own(self.dir)

    def own(self, path):
        if self.become:
            os.chown(path, ORDINARY_ID, ORDINARY_ID)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, data, mode=0o755):
        path = self.path(name)
        with open(path, 'wb') as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        os.chmod(path, mode)
        self.own(path)
        return path

    def mkdir(self, name, mode=0o755):
        path = self.path(name)
        os.mkdir(path)
        self.own(path)
        os.chmod(path, mode)
        return path

    def run(self, *args, before=(), timeout=TIMEOUT):
        command = list(before) + self.become + [self.binary, 'run', '--platform', self.platform]
        child = subprocess.Popen(command + list(args), cwd=self.dir, env=ENV, text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, errors='backslashreplace',
                                 start_new_session=True)
        try:
            out, err = child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            out, err = child.communicate()
            raise Failure('it hangs', Result(None, out, err)) from None
        result = Result(child.returncode, out, err)
        check_leftovers(child.pid, result)
        return result

    def python(self, code, *options, **kw):
        return self.run(*options, PYTHON, '-c', code, **kw)

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)


def check_leftovers(starter, result):
    """Processes of the sandbox become ours when their parents are gone; cgroups carry the pid."""
    end = time.monotonic() + 30
    while True:
        try:
            left = os.waitpid(-1, os.WNOHANG) == (0, 0)
        except ChildProcessError:
            break
        if left and time.monotonic() > end:
            raise Failure('processes are left behind', result)
        time.sleep(0.01)
    for pattern in ('/sys/fs/cgroup/', '/sys/fs/cgroup/*/', '/sys/fs/cgroup/*/**/'):
        found = glob.glob('%srunsc-c.*.%d.*' % (pattern, starter), recursive=True)
        if found:
            raise Failure('cgroups are left behind: %s' % ' '.join(found), result)


# ---- commands that cannot be run ----

def test_command_missing(c):
    c.run('nonesuch').expect(127, '', ["cannot run 'nonesuch': No such file", 'PATH'])
    c.run('./nonesuch').expect(127, '', ["cannot run './nonesuch': No such file", '--bind'])
    c.run('--no-init', './nonesuch').expect(127, '', 'nonesuch')
    c.python('import os\ntry: os.execv("/nonesuch", ["x"])\nexcept OSError as e: print(e.errno)'
             ).expect(0, '2\n')


def test_command_not_executable(c):
    c.write('data', 'echo no\n', 0o644)
    c.run('./data').expect(126, '', ["cannot run './data': Permission denied", 'chmod'])
    c.run('/').expect(126, '', "cannot run '/': Permission denied")
    c.run('--no-init', './data').expect(126, '', 'Permission denied')
    c.python('import os\ntry: os.execv("data", ["x"])\nexcept OSError as e: print(e.errno)'
             ).expect(0, '13\n')


def elf(data, offset, value):
    return data[:offset] + value + data[offset + len(value):]


def test_command_corrupt(c):
    """As Linux: ENOEXEC for what is no ELF file for us, other errnos for damaged headers."""
    with open('/bin/true', 'rb') as f:
        good = f.read()
    broken = {
        'cut': good[:100],                       # ends within the program headers
        'head': good[:30],                       # ends within the header
        'machine': elf(good, 18, b'\x28\0'),     # for ARM
        'kind': elf(good, 16, b'\1\0'),          # an object file
        'phsize': elf(good, 54, b'\1\0'),        # size of a program header
        'phnum': elf(good, 56, b'\0\0'),         # none
        'phoff': elf(good, 32, b'\xff' * 8),     # beyond any file
        'class': elf(good, 4, b'\1'),            # 32 bits
    }
    attempt = ('import os,sys\n'
               'for name in sorted(sys.argv[1:]):\n'
               '    p = os.fork()\n'
               '    if p == 0:\n'
               '        try: os.execv("./" + name, [name])\n'
               '        except OSError as e: print(name, e.errno, flush=True)\n'
               '        os._exit(0)\n'
               '    s = os.waitpid(p, 0)[1]\n'
               '    print(name, s, flush=True)\n')
    for name, data in broken.items():
        c.write(name, data)
    native = subprocess.run(c.become + [PYTHON, '-c', attempt] + list(broken), cwd=c.dir, text=True,
                            stdout=subprocess.PIPE, check=True).stdout
    c.run(PYTHON, '-c', attempt, *broken).expect(0, native)
    for name in set(re.findall(r'^(\w+) [1-9]\d*$', native, re.M)):
        c.run('./' + name).expect(126, '', "sandbox: cannot run './%s': " % name)


def test_command_text(c):
    """Text without #! is for the shell, as execvp(3) does it."""
    c.write('text', 'echo text "$@"; exit 3\n')
    c.run('./text', 'a', 'b').expect(3, 'text a b\n')


def test_interpreter_missing(c):
    c.write('script', '#!/no/such/interpreter\n')
    c.run('./script').expect(127, '', ["cannot run './script'", 'interpreter'])
    c.python('import os\ntry: os.execv("script", ["x"])\nexcept OSError as e: print(e.errno)'
             ).expect(0, '2\n')
    with open('/bin/true', 'rb') as f:
        data = f.read()
    loader = b'/lib64/ld-linux-x86-64.so.2'
    if loader in data:
        c.write('loader', data.replace(loader, loader.replace(b'ld-', b'no-')))
        c.run('./loader').expect(127, '', ["cannot run './loader'", 'loader'])


def test_status(c):
    """The command's end is the sandbox's, with our init and without."""
    for extra in ([], ['--no-init']):
        c.run(*extra, 'sh', '-c', 'exit 5').expect(5, '')
        c.run(*extra, 'sh', '-c', 'exec %s -c "import ctypes; ctypes.string_at(0)"' % PYTHON
              ).expect(139, '')
        threads = 'import os, threading; threading.Thread(target=os._exit, args=(7,)).start()'
        c.python(threads, *extra).expect(7, '')
    c.run('sh', '-c', 'kill -9 $$').expect(137, '')
    # Nobody can kill process 1 from within.
    c.run('--no-init', 'sh', '-c', 'kill -9 $$; kill -15 $$; exit 6').expect(6, '')


# ---- options with bad values ----

def test_rootfs_missing(c):
    c.run('--rootfs', '/none/such', 'true').expect(125, '', ['--rootfs /none/such: No such', 'give'])


def test_rootfs_unreadable(c):
    path = c.mkdir('closed', 0o000)
    c.run('--rootfs', path, 'true').expect(125, '', ['--rootfs .*closed: Permission', 'chmod'])
    if c.become:
        path = c.write('closed.tar', 'x', 0o600)
        os.chown(path, 0, 0)
        c.run('--rootfs', path, 'true').expect(125, '', ['--rootfs .*closed.tar: Permission', 'readable'])


def test_rootfs_corrupt(c):
    path = c.write('junk.tar', os.urandom(5000))
    c.run('--rootfs', path, 'true').expect(125, '', '--rootfs .*junk.tar: ')
    path = c.write('cut.tar.gz', b'\x1f\x8b\x08\0\0\0\0\0\0\3')
    c.run('--rootfs', path, 'true').expect(125, '', '--rootfs .*cut.tar.gz: ')
    path = c.write('empty.tar', b'')
    c.run('--rootfs', path, 'true').expect(125, '', '--rootfs .*empty.tar: ')
    c.run('--rootfs', '/dev/null', 'true').expect(125, '', '--rootfs /dev/null: neither')


def test_bind_missing(c):
    c.run('--bind', '/none/such', 'true').expect(125, '', ['--bind /none/such: No such', 'must be there'])
    c.run('--bind', '/dev/null:/x', 'true').expect(125, '', '--bind /dev/null: only directories')
    c.run('--bind', c.dir + ':relative', 'true').expect(125, '', '--bind relative: .*absolute')


def test_overlay_missing(c):
    c.run('--overlay', '/none/such', 'true').expect(125, '', '--overlay /none/such: No such')


def test_cwd_missing(c):
    c.run('--cwd', '/none/such', 'true').expect(125, '', '/none/such')


def test_values(c):
    for option, value in (('--memory', 'x'), ('--memory', '1q'), ('--pids', '-1'), ('--pids', 'many'),
                          ('--timeout', '5y'), ('--user', 'nonesuchuser'), ('--platform', 'kvm'),
                          ('--forward', 'all'), ('--tmpfs', 'relative'), ('--tmpfs', '/x:size=y'),
                          ('--log', 'loud'), ('--hostname', 'x' * 100)):
        c.run(option, value, 'true').expect(125, '', option)
    c.run('--nonesuch').expect(125, '', 'nonesuch')
    c.run().expect(125, '', '.')


# ---- resources that are used up ----

FILL = '''
import errno, os, sys
fd = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY, 0o644)
done, part = 0, b'x' * 65536
try:
    while done < 1 << 30:
        done += os.write(fd, part)
except OSError as e:
    print(errno.errorcode[e.errno], 0 < done < 1 << 30)
try:
    os.close(fd)
    os.mkdir(sys.argv[1] + '.d'); print('mkdir')
except OSError as e:
    print(errno.errorcode[e.errno])
os.unlink(sys.argv[1])
open(sys.argv[1], 'w').write('again'); print(open(sys.argv[1]).read())
'''


def test_space_tmpfs(c):
    r = c.run('--tmpfs', '/t:size=1m', PYTHON, '-c', FILL, '/t/f')
    if r.out.splitlines()[0] != 'ENOSPC True' or r.out.splitlines()[-1] != 'again':
        raise Failure('not ENOSPC', r)


def test_space_memory_upper(c):
    """The overlay in memory has half of --memory."""
    r = c.run('--memory', '64m', PYTHON, '-c', FILL, 'f')
    if r.status != 0 or r.out.splitlines()[0] != 'ENOSPC True' or r.out.splitlines()[-1] != 'again':
        raise Failure('not ENOSPC', r)


def test_space_memory_files(c):
    """All files in memory together, those without a name included, have three quarters of --memory."""
    code = ('import errno, os\n'
            'done = 0\n'
            'try:\n'
            '    for i in range(64):\n'
            '        fd = os.memfd_create("m")\n'
            '        done += os.write(fd, b"x" * (4 << 20))\n'
            'except OSError as e: print(errno.errorcode[e.errno])\n'
            'print(64 << 20 <= done <= 72 << 20)\n'
            'os.close(fd)\n'
            'try: print(os.write(os.open("f", os.O_CREAT | os.O_WRONLY), b"x" * (8 << 20)) < 8 << 20)\n'
            'except OSError as e: print(True)\n')
    # The rest has room for an interpreter of 15 MiB.
    c.python(code, '--memory', '96m').expect(0, 'ENOSPC\nTrue\nTrue\n')


def test_space_upper(c):
    """--overlay DIR on a small filesystem of the host."""
    if os.geteuid() != 0:
        raise Skip('only root can mount a small filesystem')
    upper = c.mkdir('upper')
    mount = 'mount -t tmpfs -o size=2m,mode=777 tmpfs "$1" && shift && exec "$@"'
    before = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', mount, 'sh', upper]
    r = c.run('--overlay', upper, PYTHON, '-c', FILL, 'f', before=before)
    if r.status != 0 or r.out.splitlines()[0] != 'ENOSPC True' or r.out.splitlines()[-1] != 'again':
        raise Failure('not ENOSPC', r)


def test_pids(c):
    code = ('import os, errno, threading, time\n'
            'pids = []\n'
            'try:\n'
            '    for i in range(100):\n'
            '        p = os.fork()\n'
            '        if p == 0: time.sleep(100)\n'
            '        pids.append(p)\n'
            'except OSError as e: print(errno.errorcode[e.errno], len(pids) > 10, flush=True)\n'
            'try: threading.Thread(target=time.sleep, args=(1,)).start()\n'
            'except RuntimeError as e: print(e, flush=True)\n'
            'for p in pids: os.kill(p, 9)\n'
            'for p in pids: os.waitpid(p, 0)\n'
            'os.waitpid(os.posix_spawn("/bin/echo", ["echo", "again"], {}), 0)\n')
    c.python(code, '--pids', '20').expect(0, "EAGAIN True\ncan't start new thread\nagain\n")
    # The command itself does not fit.
    r = c.run('--pids', '1', 'true')
    if r.status not in (125, 126) or not re.search('--pids|Resource temporarily', r.err):
        raise Failure('no word about --pids', r)


def test_memory(c):
    """A cgroup kills; without one each process has a limit."""
    r = c.run('--memory', '64m', PYTHON, '-c', 'x = bytearray(200 << 20)')
    if 'no cgroup can be made' in r.err:
        r.expect(1, '', 'MemoryError')
        errno = 'import mmap\ntry: mmap.mmap(-1, 200 << 20, mmap.MAP_PRIVATE)\nexcept OSError as e: print(e.errno)'
        c.python(errno, '--memory', '64m').expect(0, '12\n')
    else:
        r.expect(137, '', '--memory: the limit of 64 MiB was reached.*give more')
    c.run('--memory', '64m', 'sh', '-c', '%s -c "x = bytearray(200 << 20)" 2>/dev/null; echo $?' % PYTHON)
    c.run('--memory', '64m', 'echo', 'enough').expect(0, 'enough\n')


def test_memory_tiny(c):
    """Too little for the sandbox itself: an error, or a small program that still works."""
    r = c.run('--memory', '1m', 'true')
    if r.status not in (0, 125, 137) or r.status and '--memory' not in r.err:
        raise Failure('not explained', r)


def test_timeout(c):
    c.run('--timeout', '300ms', 'sh', '-c', 'trap "" TERM; while :; do sleep 1; done'
          ).expect(124, '', '--timeout')


def test_closed_stdio(c):
    """Output that nobody reads, and descriptors that are closed."""
    r = c.run('sh', '-c', 'echo x; echo y >&2', before=['sh', '-c', 'exec "$@" <&- >&-', 'sh'])
    if r.status is None or 'y' not in r.err:
        raise Failure('standard error is lost', r)


# ---- engines' files ----

def install(c, *args, command='install'):
    """runsc-c install; its engines' files are below etc."""
    link = c.path('runsc-c')
    if not os.path.exists(link):
        os.symlink(c.binary, link)
    options = [] if command == 'uninstall' or '--path' in args else ['--path', link]
    p = subprocess.run(c.become + [link, command, '--config-dir', c.path('etc'), *options, *args],
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       text=True, env=ENV, cwd=c.dir)
    return Result(p.returncode, p.stdout, p.stderr)


def contents(c, name):
    try:
        with open(c.path(name)) as f:
            return f.read()
    except FileNotFoundError:
        return None


def test_install(c):
    """New files, nothing to do the second time, nothing left when they are taken out."""
    c.mkdir('etc')
    entry = {'path': c.path('runsc-c')}
    install(c, '--dry-run', 'docker', 'podman').expect(0)
    if os.listdir(c.path('etc')):
        raise Failure('--dry-run has written: %s' % os.listdir(c.path('etc')))
    install(c, 'docker', 'podman').expect(0)
    docker, podman = contents(c, 'etc/docker/daemon.json'), contents(
        c, 'etc/containers/containers.conf.d/50-runsc-c.conf')
    if json.loads(docker) != {'runtimes': {'runsc-c': entry}}:
        raise Failure('daemon.json: %s' % docker)
    if 'runsc-c = ["%s"]' % entry['path'] not in podman:
        raise Failure('containers.conf: %s' % podman)
    again = install(c, 'docker', 'podman').expect(0)
    if again.out.count('nothing to do') != 2:
        raise Failure('the second time', again)
    install(c, 'docker', 'podman', command='uninstall').expect(0)
    for name in ('etc/docker/daemon.json', 'etc/containers/containers.conf.d/50-runsc-c.conf'):
        if contents(c, name) is not None:
            raise Failure('left: ' + name)
    again = install(c, 'docker', 'podman', command='uninstall').expect(0)
    if again.out.count('nothing to remove') != 2:
        raise Failure('the second time', again)


def test_doctor_engines(c):
    p = subprocess.run(c.become + [c.binary, 'doctor', '--json'], stdout=subprocess.PIPE, text=True,
                       env=dict(ENV, HOME=c.dir), cwd=c.dir, check=False)
    found = {check['check']: check for check in json.loads(p.stdout)['checks']}
    for name in ('docker', 'podman', 'containerd', 'cgroups of engines', 'engines of ordinary users'):
        if name not in found or found[name]['state'] not in ('ok', 'note', 'degraded'):
            raise Failure('%s: %s' % (name, found.get(name)))


def test_install_keeps(c):
    """What others have written stays, in its order, with the file's mode; links are followed."""
    os.makedirs(c.path('etc/docker'))
    for name in ('etc', 'etc/docker'):
        c.own(c.path(name))
    old = {'log-level': 'warn', 'runtimes': {'other': {'path': '/x', 'runtimeArgs': ['-a']},
                                             'runsc-c': {'path': '/old', 'runtimeArgs': ['--debug']}},
           'default-runtime': 'runsc-c', 'bip': '10.1.2.1/24', 'big': 12345678901234567}
    c.write('etc/docker/real.json', json.dumps(old), 0o640)
    os.symlink('real.json', c.path('etc/docker/daemon.json'))
    install(c, 'docker').expect(0)
    new = json.loads(contents(c, 'etc/docker/daemon.json'))
    old['runtimes']['runsc-c']['path'] = c.path('runsc-c')
    if new != old or list(new) != list(old):
        raise Failure('%s instead of %s' % (new, old))
    if not os.path.islink(c.path('etc/docker/daemon.json')) or os.stat(
            c.path('etc/docker/real.json')).st_mode & 0o777 != 0o640:
        raise Failure('link or mode')
    install(c, 'docker', command='uninstall').expect(0)
    del old['runtimes']['runsc-c'], old['default-runtime']
    new = json.loads(contents(c, 'etc/docker/daemon.json'))
    if new != old or sorted(os.listdir(c.path('etc/docker'))) != ['daemon.json', 'real.json']:
        raise Failure('%s instead of %s' % (new, old))


def test_install_refuses(c):
    """Files that cannot be understood, or are not its own, are left alone; arguments that are wrong."""
    for name in ('etc', 'etc/docker', 'etc/containers', 'etc/containers/containers.conf.d'):
        c.mkdir(name)
    for text in ('{ "runtimes": ', '[1]', '{"runtimes": 5}', '{"runtimes": {"runsc-c": []}}'):
        c.write('etc/docker/daemon.json', text)
        install(c, 'docker').expect(1, err='daemon.json')
        if contents(c, 'etc/docker/daemon.json') != text:
            raise Failure('it was changed: ' + text)
    c.write('etc/docker/daemon.json', '{}\0{"bip": "10.1.2.1/24"}')
    install(c, 'docker').expect(1, err='NUL')
    os.unlink(c.path('etc/docker/daemon.json'))
    os.symlink('absent.json', c.path('etc/docker/daemon.json'))
    install(c, 'docker').expect(1, err='a link to nothing')
    if not os.path.islink(c.path('etc/docker/daemon.json')):
        raise Failure('the link is gone')
    c.write('etc/docker/absent.json', '{}\n')
    install(c, 'docker').expect(0)
    install(c, 'docker', command='uninstall').expect(0)
    if json.loads(contents(c, 'etc/docker/absent.json')):
        raise Failure('the entry is left behind the link')
    drop_in = 'etc/containers/containers.conf.d/50-runsc-c.conf'
    c.write(drop_in, '[engine]\n')
    install(c, 'podman').expect(1, err='not written by')
    install(c, 'podman', command='uninstall').expect(1, err='not written by')
    if contents(c, drop_in) != '[engine]\n':
        raise Failure('it was changed')
    install(c, 'nosuch').expect(1, err='docker or podman')
    install(c, 'docker', '--path', c.path('absent')).expect(1, err='No such file')
    install(c, 'docker', '--path', c.binary).expect(1, err='name runsc-c')


TESTS = [fn for name, fn in list(globals().items()) if name.startswith('test_')]


# ---- running ----

def run_test(fn, binary, platform, ordinary):
    context = Context(binary, platform, ordinary)
    try:
        fn(context)
        return 'passed', ''
    except Skip as e:
        return 'skipped', str(e)
    except Failure as e:
        why, result = (e.args + (None,))[:2]
        if result:
            why += '\n    status %s\n    out %r\n    err %r' % (result.status, result.out[-600:],
                                                              result.err[-900:])
        return 'failed', why
    finally:
        context.close()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument('--binary', default=os.path.join(ROOT, 'build', 'sandbox'))
    p.add_argument('--platform', default='notify', help='comma-separated; default %(default)s')
    p.add_argument('--filter', default='', metavar='REGEXP', help='only tests whose name matches')
    args = p.parse_args()
    binary = os.path.abspath(args.binary)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    counts = {'passed': 0, 'failed': 0, 'skipped': 0}
    for platform in args.platform.split(','):
        for ordinary in (False, True) if os.geteuid() == 0 else (True,):
            for fn in TESTS:
                if not re.search(args.filter, fn.__name__):
                    continue
                result, why = run_test(fn, binary, platform, ordinary)
                counts[result] += 1
                name = '%s (%s%s)' % (fn.__name__[5:], platform, '+user' if ordinary else '')
                if result != 'passed':
                    print('%s %s: %s' % (result.upper() if result == 'failed' else result, name, why),
                          flush=True)
    print('%(passed)d passed, %(failed)d failed' % counts +
          (', %(skipped)d skipped' % counts if counts['skipped'] else ''))
    return 1 if counts['failed'] else 0


if __name__ == '__main__':
    sys.exit(main())
