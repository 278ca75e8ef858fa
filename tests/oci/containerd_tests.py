"""containerd by ctr, and what is tested with it."""
import shutil

from engines import Failure, Skip, run


class Containerd:
    """ctr against the containerd that Docker's daemon has started."""

    def __init__(self, docker, runtime):
        if not shutil.which('ctr'):
            raise Skip('no ctr (Debian: containerd)')
        self.runtime, self.docker = runtime, docker
        self.address = docker.dir + '/exec/containerd/containerd.sock'

    def run(self, name, root, *command):
        return run(['ctr', '-a', self.address, '-n', 'tests', 'run', '--rm', '--runc-binary',
                    self.runtime, '--rootfs', root, name] + list(command))


def containerd_run(c, image):
    p = c.run('t1', image, 'sh', '-c', 'echo hello; exit 6')
    if (p.stdout, p.returncode) != ('hello\n', 6):
        raise Failure('%d %r %s' % (p.returncode, p.stdout, p.stderr))
