"""What the security tests share: running a sandbox, and looking at it from the host."""
import glob
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GUEST_DIR = '/attack'


class Failure(Exception):
    pass


class Skip(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Failure(what)


class Config:
    binary = os.path.join(ROOT, 'build', 'sandbox')
    platform = 'notify'
    long = False
    seed = 0
    guests = None  # directory of the compiled guest programs
    scratch = None


def compile_guests(out):
    """Static guest programs: they need nothing of a root filesystem."""
    sources = glob.glob(os.path.join(HERE, 'guests', '*.c'))
    sources.append(os.path.join(ROOT, 'tests', 'probe', 'every_number.c'))
    jobs = [subprocess.Popen(['gcc', '-std=gnu17', '-O2', '-g', '-w', '-static', '-pthread', '-I' + ROOT,
                              src, '-o', os.path.join(out, os.path.basename(src)[:-2])])
            for src in sources]
    for src, job in zip(sources, jobs):
        if job.wait():
            raise SystemExit('cannot compile %s' % src)
    Config.guests = out


def public_binary():
    """The sandbox where any user can reach it, as the checkout may be in somebody's home directory."""
    return shutil.copy(Config.binary, scratch_dir('public'))


# ---- /proc of the host ----

def read(path, default=None):
    try:
        with open(path, errors='replace') as f:
            return f.read()
    except OSError:
        if default is None:
            raise
        return default


def status(pid):
    text = read('/proc/%d/status' % pid, '')
    return dict(line.split(':\t', 1) for line in text.splitlines() if ':\t' in line)


def start_time(pid):
    """Tells a process from a later one of the same number; None: gone or a zombie."""
    stat = read('/proc/%d/stat' % pid, '')
    fields = stat.rpartition(')')[2].split()
    return fields[19] if fields and fields[0] not in 'ZX' else None


def children(pid):
    found = []
    for path in glob.glob('/proc/%d/task/*/children' % pid):
        found += [int(p) for p in read(path, '').split()]
    return found


def descendants(pid):
    found = []
    for child in children(pid):
        found += [child] + descendants(child)
    return found


def threads(pid):
    return [int(os.path.basename(p)) for p in glob.glob('/proc/%d/task/*' % pid)]


def open_files(pid):
    """{number: target} of the host's descriptors."""
    found = {}
    for path in glob.glob('/proc/%d/fd/*' % pid):
        try:
            found[int(os.path.basename(path))] = os.readlink(path)
        except OSError:
            pass
    return found


def namespace(pid, kind):
    return os.readlink('/proc/%d/ns/%s' % (pid, kind))


# ---- sandboxes ----

class Sandbox:
    """One `sandbox run`, with our guest programs at /attack."""

    def __init__(self, *command, options=(), binary=None, prefix=()):
        argv = list(prefix) + [binary or Config.binary, 'run', '--platform', Config.platform,
                               '--bind', '%s:%s:ro' % (Config.guests, GUEST_DIR)]
        argv += list(options) + ['--'] + list(command)
        self.output = ''
        self.proc = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, start_new_session=True)
        self.starter = self.proc.pid

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self.proc.poll() is None:
            self.proc.kill()
        self.proc.wait()
        for f in (self.proc.stdin, self.proc.stdout):
            f.close()

    def wait_for(self, word, seconds=60):
        """Until the guest has printed that line."""
        end = time.monotonic() + seconds
        fd = self.proc.stdout.fileno()
        while not re.search('^%s$' % word, self.output, re.M):
            left = end - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise Failure('no "%s" in time; output:\n%s' % (word, self.output[-2000:]))
            data = os.read(fd, 65536)
            if not data:
                raise Failure('ended before "%s", status %s; output:\n%s' %
                              (word, self.proc.wait(), self.output[-2000:]))
            self.output += data.decode(errors='replace')
        return self

    def finish(self, seconds=60):
        """Lets the guest end; its status."""
        try:
            out, _ = self.proc.communicate(b'', timeout=seconds)
        except subprocess.TimeoutExpired:
            raise Failure('hangs; output:\n%s' % self.output[-2000:])
        self.output += out.decode(errors='replace')
        return self.proc.returncode

    def held(self, seconds=60):
        """The attack ends, and has found nothing."""
        code = self.finish(seconds)
        check(code == 0 and 'BAD' not in self.output,
              'status %s; output:\n%s' % (code, self.output[-2000:]))

    def sentry(self):
        own = namespace(os.getpid(), 'pid')
        found = [pid for pid in children(self.starter) if namespace(pid, 'pid') != own]
        check(len(found) == 1, 'of the children of the starter %d are sentries: is the binary a '
              'script?' % len(found))
        return found[0]

    def broker(self):
        """Of --network=host."""
        own = namespace(os.getpid(), 'pid')
        found = [pid for pid in children(self.starter) if namespace(pid, 'pid') == own]
        check(len(found) == 1, 'the starter has %d brokers' % len(found))
        return found[0]

    def guests(self):
        """All processes in the guests' pid namespace."""
        sentry = self.sentry()
        own = namespace(sentry, 'pid')
        found = []
        for pid in descendants(sentry):
            try:
                if namespace(pid, 'pid') != own:
                    found.append(pid)
            except OSError:
                pass
        return found


# ---- what may be left behind ----

def cgroups():
    return set(glob.glob('/sys/fs/cgroup/**/runsc-c.*/', recursive=True))


def mounts():
    return read('/proc/self/mountinfo')


def gone_in_time(processes, seconds=30.0):
    """processes: {pid: start time}. Those that live on after that time."""
    end = time.monotonic() + seconds
    while True:
        left = [p for p, t in processes.items() if t is not None and start_time(p) == t]
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.01)


def describe(pids):
    return ', '.join('%d %s %s' % (p, status(p).get('Name'), status(p).get('State')) for p in pids)


def kill_all(processes):
    for pid, born in processes.items():
        if born is not None and start_time(pid) == born:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass


def scratch_dir(name):
    path = tempfile.mkdtemp(prefix=name + '-', dir=Config.scratch)
    os.chmod(path, 0o755)
    return path


def need(program):
    if not shutil.which(program):
        raise Skip('no %s' % program)
