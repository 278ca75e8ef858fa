"""What is compared: the native system, bubblewrap, gVisor, this sandbox in its variants.

A System turns a command into one that runs it in a fresh sandbox, in a directory where it can write: in
memory where that can be had, so that no disk is measured. For that, natively and in bubblewrap, there is an
empty directory SCRATCH below the current one; the others cover the current one by an overlay. probe() says
why a system cannot be used here.
"""
import os
import re
import shutil
import subprocess

TRY_S = 30
SCRATCH = 'scratch'


def output_of(argv, **more):
    """Status and output of a short command; whatever goes wrong is a status."""
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=TRY_S, **more)
    except (OSError, subprocess.TimeoutExpired) as e:
        return 127, str(e)
    return done.returncode, done.stdout


class System:
    """One way to run a command; name is its word on the command line, title its column."""

    title = version = ''

    def __init__(self, name):
        self.name = name

    def probe(self, cwd):
        """None if it works here, else the reason; fills in title and version."""
        status, out = output_of(self.command(['/bin/echo', 'works'], cwd), cwd=cwd)
        if status == 0 and out.strip().endswith('works'):
            return None
        lines = out.strip().splitlines()
        return 'status %d%s' % (status, ': ' + lines[-1] if lines else '')

    def command(self, argv, cwd):
        raise NotImplementedError

    def bare(self, argv, cwd):
        """The form for start-up and footprint: as a user would run it."""
        return self.command(argv, cwd)


class Native(System):
    title = 'native'
    version = os.uname().release
    in_memory = False

    def probe(self, cwd):
        self.in_memory = True
        if super().probe(cwd) is None:
            return None
        self.in_memory = False
        return super().probe(cwd)

    def command(self, argv, cwd):
        mount = 'mount -t tmpfs none "$0" && ' if self.in_memory else ''
        inside = ['sh', '-c', mount + 'cd "$0" && exec "$@"', os.path.join(cwd, SCRATCH)] + argv
        return ['unshare', '-m'] + inside if self.in_memory else inside

    def bare(self, argv, cwd):
        return argv


class Bubblewrap(System):
    title = 'bubblewrap'

    def probe(self, cwd):
        if not shutil.which('bwrap'):
            return 'bwrap is not installed (Debian: bubblewrap)'
        self.version = output_of(['bwrap', '--version'])[1].strip()
        return super().probe(cwd)

    def command(self, argv, cwd):
        scratch = os.path.join(cwd, SCRATCH)
        return ['bwrap', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp',
                '--ro-bind', cwd, cwd, '--tmpfs', scratch, '--unshare-all', '--die-with-parent',
                '--chdir', scratch, '--'] + argv


class Gvisor(System):
    """`runsc do`; an overlay in memory over the host's tree is its default."""

    flags = []

    def probe(self, cwd):
        if not shutil.which('runsc'):
            return 'runsc is not installed (Debian: runsc)'
        self.version = output_of(['runsc', '--version'])[1].splitlines()[0]
        rootless = [] if os.geteuid() == 0 else ['--rootless']
        reason = None
        for platform in ('systrap', 'ptrace'):
            self.flags = ['--network=none', '--platform=' + platform] + rootless
            self.title = 'gVisor ' + platform
            reason = super().probe(cwd)
            if reason is None:
                return None
        return reason

    def command(self, argv, cwd):
        return ['runsc'] + self.flags + ['do', '-cwd', cwd] + argv


class Ours(System):
    def __init__(self, name, title, binary, options):
        super().__init__(name)
        self.title, self.binary, self.options = title, binary, options

    def probe(self, cwd):
        if not os.access(self.binary, os.X_OK):
            return 'no %s (./dev build)' % self.binary
        self.version = output_of([self.binary, '--version'])[1].splitlines()[0]
        status, commit = output_of(['git', 'rev-parse', '--short', 'HEAD'],
                                   cwd=os.path.dirname(os.path.abspath(__file__)))
        if status == 0:
            self.version += ' ' + commit.strip()
        return super().probe(cwd)

    def command(self, argv, cwd):
        return [self.binary, 'run'] + self.options + ['--'] + argv


def fast_path_values(binary):
    """The words that switch the fast path off and on, if the binary knows them."""
    text = output_of([binary, 'run', '--help'])[1]
    found = re.search(r'--fast-path[= ](\S+)', text)
    if not found:
        return None
    words = found.group(1).strip('[]').split('|')
    return ('off' if 'off' in words else 'no' if 'no' in words else words[-1],
            'on' if 'on' in words else 'yes' if 'yes' in words else words[0])


def all_systems(binary, other):
    """Every system by name, in the order of the columns; those asked for only by name come last."""
    systems = [Native('native'), Bubblewrap('bubblewrap'), Gvisor('gvisor')]
    fast = fast_path_values(binary)
    if fast:
        for platform in ('notify', 'ptrace'):
            systems.append(Ours(platform, 'ours, ' + platform, binary,
                                ['--platform', platform, '--fast-path', fast[0]]))
        systems.append(Ours('fast', 'ours, fast path', binary,
                            ['--platform', 'notify', '--fast-path', fast[1]]))
    else:
        for platform in ('notify', 'ptrace'):
            systems.append(Ours(platform, 'ours, ' + platform, binary, ['--platform', platform]))
    if other:
        systems.append(Ours('other', 'other binary', other, ['--platform', 'notify']))
    return {s.name: s for s in systems}


def usable(systems, names, cwd):
    """The systems asked for that work, and the reasons of the others."""
    good, reasons = [], {}
    for name in names:
        reason = systems[name].probe(cwd)
        if reason:
            reasons[name] = reason
        else:
            good.append(systems[name])
    return good, reasons
