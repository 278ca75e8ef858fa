"""podman as root, and what is tested with it."""
import os
import shutil

from engines import Skip, expect, run, until


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
