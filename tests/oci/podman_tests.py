"""podman as root, and what is tested with it."""
import os
import shutil

from engines import Failure, Skip, expect, expect_match, run, until


class Podman:
    def __init__(self, directory, runtime, image):
        if not shutil.which('podman'):
            raise Skip('no podman')
        self.dir = os.path.join(directory, 'podman')
        os.makedirs(self.dir)
        self.base = ['podman', '--root', self.dir + '/root', '--runroot', self.dir + '/run',
                     '--tmpdir', self.dir + '/tmp', '--runtime', runtime,
                     '--cgroup-manager', 'cgroupfs', '--events-backend', 'file']
        self.image = image

    def run(self, *args, **kw):
        return run(self.base + ['run', '--rm', '--network', 'none'] + list(args), **kw)

    def __call__(self, *args, **kw):
        return run(self.base + list(args), **kw)


def podman_run(p):
    r = p.run('--rootfs', p.image, 'sh', '-c', 'echo hello; exit 6')
    expect('output', (r.stdout, r.returncode, r.stderr if r.returncode != 6 else ''),
           ('hello\n', 6, ''))


def podman_detached(p):
    r = p('run', '-d', '--name', 'cc', '--network', 'none', '--rootfs', p.image, 'sh', '-c',
          'trap "exit 4" TERM; echo up; while :; do sleep 0.1; done')
    expect('start', (r.returncode, r.stderr if r.returncode else ''), (0, ''))
    try:
        until('not up', lambda: 'up' in p('logs', 'cc').stdout)
        expect('stop', p('stop', '-t', '60', 'cc').returncode, 0)
        expect('status', p('wait', 'cc').stdout, '4\n')
    finally:
        p('rm', '-f', 'cc')


def ok(p, *args):
    r = p(*args)
    if r.returncode:
        raise Failure('podman %s: %d: %s%s' % (' '.join(args), r.returncode, r.stdout, r.stderr))
    return r.stdout


def podman_pod(p):
    """Two containers with one network, one name and one /dev/shm; the pod's own commands."""
    archive = p.dir + '/image.tar'
    run(['tar', '-C', p.image, '-cf', archive, '.'])
    ok(p, 'import', '--change', 'ENTRYPOINT ["/bin/sh", "-c", "trap exit TERM; while :; do sleep 0.1; done"]', archive,
       'pause:1')
    ok(p, 'pod', 'create', '--name', 'pp', '--infra-image', 'pause:1', '--network', 'none', '--hostname', 'podhost')
    try:
        ok(p, 'run', '-d', '--pod', 'pp', '--name', 'c1', '--rootfs', p.image, 'sh', '-c',
           'trap "exit 0" TERM; nc -ll -p 5000 -e hostname & while :; do sleep 0.1; done')
        r = p('run', '--rm', '--pod', 'pp', '--rootfs', p.image, 'sh', '-c',
              'until nc 127.0.0.1 5000; do sleep 0.1; done; hostname; echo shared > /dev/shm/x')
        expect('second', (r.returncode, r.stdout), (0, 'podhost\npodhost\n'))
        expect('/dev/shm', p('exec', 'c1', 'cat', '/dev/shm/x').stdout, 'shared\n')
        expect_match('Running .* 2', ok(p, 'pod', 'ps'))
        expect_match('c1', ok(p, 'pod', 'stats', '--no-stream', 'pp'))
        for command in ('pause', 'unpause', 'stop', 'start', 'restart'):
            ok(p, 'pod', command, 'pp')
        expect('name', p('exec', 'c1', 'hostname').stdout, 'podhost\n')
    finally:
        ok(p, 'pod', 'rm', '-t', '1', '-f', 'pp')
    expect('left', ok(p, 'ps', '-aq'), '')
