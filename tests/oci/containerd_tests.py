"""containerd by ctr, and what is tested with it."""
import shutil

from engines import Failure, Skip, expect, expect_match, run, until


class Containerd:
    """ctr against the containerd that Docker's daemon has started."""

    def __init__(self, docker, runtime):
        if not shutil.which('ctr'):
            raise Skip('no ctr (Debian: containerd)')
        self.runtime, self.docker = runtime, docker
        self.address = docker.dir + '/exec/containerd/containerd.sock'

    def __call__(self, *args):
        return run(['ctr', '-a', self.address, '-n', 'tests'] + list(args))

    def ok(self, *args):
        p = self(*args)
        if p.returncode:
            raise Failure('ctr %s: %d: %s%s' % (' '.join(args), p.returncode, p.stdout, p.stderr))
        return p.stdout

    def run(self, name, root, *command):
        return self('run', '--rm', '--runc-binary', self.runtime, '--rootfs', root, name, *command)


def containerd_run(c, image):
    p = c.run('t1', image, 'sh', '-c', 'echo hello; exit 6')
    if (p.stdout, p.returncode) != ('hello\n', 6):
        raise Failure('%d %r %s' % (p.returncode, p.stdout, p.stderr))


def containerd_life(c, image):
    """A container that stays: exec, signals, pause, its end, removal."""
    c.ok('run', '-d', '--runc-binary', c.runtime, '--rootfs', image, 't2', 'sh', '-c',
         'trap "exit 9" USR1; while :; do sleep 0.1; done')
    try:
        p = c('tasks', 'exec', '--exec-id', 'e1', '--user', '1000', 't2', 'sh', '-c', 'id -u; exit 4')
        expect('exec', (p.stdout, p.returncode), ('1000\n', 4))
        expect_match(r't2 +[0-9]+ +RUNNING', c.ok('tasks', 'ls'))
        expect_match(r'PID', c.ok('tasks', 'ps', 't2'))
        c.ok('tasks', 'pause', 't2')
        expect_match('PAUSED', c.ok('tasks', 'ls'))
        c.ok('tasks', 'resume', 't2')
        c.ok('tasks', 'metrics', 't2')
        c.ok('tasks', 'kill', '-s', 'SIGUSR1', 't2')
        until('it runs', lambda: 'STOPPED' in c.ok('tasks', 'ls'))
        expect('status', c('tasks', 'rm', 't2').returncode in (0, 9), True)
        c.ok('containers', 'rm', 't2')
    finally:
        c('tasks', 'rm', '-f', 't2')
        c('containers', 'rm', 't2')
    expect('left', c.ok('containers', 'ls', '-q'), '')
