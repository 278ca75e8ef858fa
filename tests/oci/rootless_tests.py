"""podman and the sandbox as an ordinary user, and what is tested with them.

The user, with a name and ranges of subordinate ids, exists in a mount namespace of the test's own, whose
/etc has other passwd, group, subuid and subgid files; it also has a pid namespace, with which podman's
pause process goes, and a network namespace, where slirp4netns finds lo alone.
"""
import os
import shutil
import subprocess

from engines import TIMEOUT, Failure, Skip, expect, expect_match, run, until

UID = 3456
PREPARE = r'''
set -e
D=$1
mount --make-rshared /
ip link set lo up
for f in passwd group; do cp /etc/$f $D/etc/$f; done
echo "ordinary:x:3456:3456::$D/home:/bin/sh" >> $D/etc/passwd
echo "ordinary:x:3456:" >> $D/etc/group
echo "ordinary:300000:65536" > $D/etc/subuid
cp $D/etc/subuid $D/etc/subgid
for f in passwd group subuid subgid; do
	[ -e /etc/$f ] || exit 77
	mount --bind $D/etc/$f /etc/$f
done
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
if [ -e /dev/net/tun ]; then
	mount -t tmpfs -o mode=755 tmpfs /dev/net
	mknod -m 666 /dev/net/tun c 10 200
fi
mount -t proc proc /proc
touch $D/prepared
exec sleep infinity
'''
CONFIG = '''[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runsc-c"
'''


class Rootless:
    def __init__(self, directory, runtime, image):
        for program, package in (('podman', 'podman'), ('newuidmap', 'uidmap'),
                                 ('setpriv', 'util-linux')):
            if not shutil.which(program):
                raise Skip('no %s (Debian: %s)' % (program, package))
        self.runtime = runtime
        self.dir = os.path.join(directory, 'rootless')
        self.home = self.dir + '/home'
        os.makedirs(self.dir + '/etc')
        os.makedirs(self.home + '/.config/containers')
        os.makedirs(self.dir + '/run', 0o700)
        with open(self.home + '/.config/containers/containers.conf', 'w') as f:
            f.write(CONFIG)
        run(['chown', '-R', '%d:%d' % (UID, UID), self.home, self.dir + '/run'])
        self.env = {'HOME': self.home, 'XDG_RUNTIME_DIR': self.dir + '/run', 'USER': 'ordinary',
                    'PATH': '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', 'LANG': 'C.UTF-8'}
        self.holder = subprocess.Popen(
            ['unshare', '-m', '-p', '-f', '-n', '--kill-child', 'sh', '-c', PREPARE, 'sh', self.dir],
            stdin=subprocess.DEVNULL)
        try:
            until('the namespaces are not there', lambda: os.path.exists(self.dir + '/prepared') or
                  self.holder.poll() is not None)
            if self.holder.poll() is not None:
                raise Skip('no namespaces for an ordinary user')
            with open('/proc/%d/task/%d/children' % (self.holder.pid, self.holder.pid)) as f:
                self.pid = f.read().split()[0]
            p = self.user(runtime, 'install', '--user', 'podman')
            if p.returncode:
                raise Failure('runsc-c install: ' + p.stderr)
            tar = subprocess.Popen(['tar', '-C', image, '-c', '.'], stdout=subprocess.PIPE)
            p = self.user('podman', 'import', '-', 'busybox', stdin=tar.stdout)
            tar.wait()
            if p.returncode:
                raise Failure('podman import: ' + p.stderr)
        except BaseException:
            self.stop()
            raise

    def command(self, *args, uid=UID):
        return ['nsenter', '-t', self.pid, '-m', '-p', '-n', '-w' + self.home, 'setpriv',
                '--reuid', str(uid), '--regid', str(uid), '--clear-groups'] + list(args)

    def user(self, *args, **kw):
        """A command of the ordinary user."""
        return run(self.command(*args), env=self.env, **kw)

    def __call__(self, *args, **kw):
        return self.user('podman', *args, **kw)

    def ok(self, *args, **kw):
        p = self(*args, **kw)
        if p.returncode:
            raise Failure('podman %s: %d: %s%s' % (' '.join(args), p.returncode, p.stdout, p.stderr))
        return p.stdout

    def run(self, *args, **kw):
        return self('run', '--rm', '--network', 'none', *args, **kw)

    def out(self, *args, **kw):
        return self.ok('run', '--rm', '--network', 'none', *args, **kw)

    def clean(self):
        self('rm', '-f', '-t', '0', '-a')

    def stop(self):
        self.holder.kill()  # and, as its child is the namespace's first process, all in there
        self.holder.wait()


def rootless_run(r):
    out = r.out('busybox', 'sh', '-c', 'id -u; touch /new && stat -c %u:%g /new /etc; echo $0')
    expect('output', out, '0\n0:0\n0:0\nsh\n')


def rootless_exit_codes(r):
    for command, want in ((['true'], 0), (['sh', '-c', 'exit 42'], 42), (['nosuch'], 127),
                          (['/etc/passwd'], 126)):
        expect(command, r.run('busybox', *command).returncode, want)


def rootless_stdin(r):
    expect('output', r.run('-i', 'busybox', 'cat', stdin=None, input='a\nb\n').stdout, 'a\nb\n')


def rootless_no_cgroups(r):
    expect('output', r.out('--cgroups=disabled', 'busybox', 'echo', 'hi'), 'hi\n')


def rootless_user(r):
    out = r.out('-u', '1000:1000', '--group-add', '2000', 'busybox', 'sh', '-c',
                'id; touch /tmp/x; stat -c %u:%g /tmp/x; touch /etc/x 2>&1 || true')
    expect_match(r'uid=1000\(u\) gid=1000.*2000.*\n1000:1000\n.*Permission denied', out)


def rootless_id_mappings(r):
    """The user's own id inside; and a range of its own."""
    out = r.out('--userns=keep-id', 'busybox', 'sh', '-c', 'id -u; touch /tmp/x; stat -c %u /tmp/x /')
    expect('keep-id', out, '3456\n3456\n0\n')
    out = r.out('--uidmap', '0:100:500', '--gidmap', '0:100:500', 'busybox', 'sh', '-c',
                'touch /x; stat -c %u:%g /x /etc')
    expect('uidmap', out, '0:0\n0:0\n')


def rootless_volumes(r):
    volume = r.home + '/volume'
    os.makedirs(volume)
    os.chown(volume, UID, UID)
    r.out('-v', volume + ':/v', '-v', volume + ':/ro:ro', 'busybox', 'sh', '-c',
          'echo 1 > /v/mine; echo 2 > /v/other; chown 5:6 /v/other; ! touch /ro/x 2>/dev/null')
    owner = [os.stat(volume + '/mine').st_uid, os.stat(volume + '/other').st_uid,
             os.stat(volume + '/other').st_gid]
    expect('owners on the host', owner, [UID, 300004, 300005])
    r.out('-v', 'named:/data', 'busybox', 'sh', '-c', 'echo kept > /data/f')
    expect('named', r.out('-v', 'named:/data', 'busybox', 'cat', '/data/f'), 'kept\n')


def rootless_detached(r):
    r.ok('run', '-d', '--name', 'cc', 'busybox', 'sh', '-c',
         'trap "echo bye; exit 4" TERM; echo up; while :; do sleep 0.1; done')
    until('not up', lambda: 'up' in r('logs', 'cc').stdout)
    expect('exec', r.ok('exec', 'cc', 'sh', '-c', 'echo in $$ >&2; id -u'), '0\n')
    expect('status', r('exec', '-u', '1000', 'cc', 'sh', '-c', 'exit $(($(id -u) / 100))').returncode,
           10)
    expect_match('sleep', r.ok('top', 'cc', '-eo', 'args'))
    r.ok('stop', '-t', '60', 'cc')
    expect('status', r.ok('wait', 'cc'), '4\n')
    expect('logs', r.ok('logs', 'cc'), 'up\nbye\n')
    r.ok('start', 'cc')
    r.ok('kill', 'cc')
    expect('killed', r.ok('wait', 'cc'), '137\n')
    r.ok('rm', 'cc')
    expect('left', [n for n in os.listdir(r.dir + '/run/runsc-c')], [])


def rootless_terminal(r):
    """A terminal from conmon, for run and for exec."""
    p = r.user('script', '-qec', 'stty rows 33 cols 91; podman run --rm --network none -it '
               'busybox sh -c "tty; until stty size | grep 33.91; do sleep 0.1; done"',
               '/dev/null')
    expect_match(r'/dev/(console|pts/0)\r?\n33 91', p.stdout)
    r.ok('run', '-d', '--name', 'cc', '--network', 'none', 'busybox', 'sleep', '1000')
    p = r.user('script', '-qec', 'podman exec -it cc tty', '/dev/null')
    expect_match('/dev/', p.stdout)


def rootless_network(r):
    """slirp4netns: outwards to the host's lo, and inwards by a published port."""
    if not shutil.which('slirp4netns') or not os.path.exists('/dev/net/tun'):
        raise Skip('no slirp4netns, or no /dev/net/tun')
    slirp = ['--network', 'slirp4netns:allow_host_loopback=true']
    r.ok('run', '-d', '--name', 'web', *slirp, '-p', '18080:80', 'busybox', 'sh', '-c',
         'echo page > /tmp/p; exec httpd -f -p 80 -h /tmp')
    until('no answer of the published port',
          lambda: r.user('curl', '-s', '-m', '5', 'http://127.0.0.1:18080/p').stdout == 'page\n', 60)
    out = r.ok('run', '--rm', *slirp, 'busybox', 'sh', '-c',
               'ip -o addr show tap0 | grep -c inet; wget -qO- http://10.0.2.2:18080/p')
    expect_match(r'^[1-9]\npage\n$', out)


def rootless_build(r):
    context = r.home + '/context'
    os.makedirs(context)
    with open(context + '/Dockerfile', 'w') as f:
        f.write('FROM busybox\nRUN echo built > /built && chown u /built\nUSER u\n'
                'CMD cat /built && id -un && stat -c %U /built\n')
    p = r('build', '-t', 'built', '--isolation', 'oci', '--network', 'none', context,
          timeout=3 * TIMEOUT)
    if p.returncode:
        raise Failure(p.stdout + p.stderr)
    expect('output', r.out('built'), 'built\nu\nu\n')


def rootless_sandbox(r):
    """`sandbox run` itself."""
    binary = os.path.join(os.path.dirname(r.runtime), 'sandbox')
    if not os.path.exists(binary):
        os.symlink('runsc-c', binary)
    p = r.user(binary, 'run', '--', 'sh', '-c', 'id -u; echo x > $HOME/written; cat $HOME/written; '
               'touch /etc/x; exit 3')
    expect('status', (p.returncode, p.stdout), (3, '%d\nx\n' % UID))
    expect('written', os.path.exists(r.home + '/written'), False)
