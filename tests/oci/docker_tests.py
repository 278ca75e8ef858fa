"""Docker with everything of its own, and what is tested with it."""
import json
import os
import re
import shutil
import signal
import subprocess
import time

from engines import TIMEOUT, Failure, Skip, expect, expect_match, run, until


class Docker:
    """dockerd with everything of its own."""

    def __init__(self, directory, runtime, image):
        if not shutil.which('dockerd') or not shutil.which('docker'):
            raise Skip('no dockerd (Debian: docker.io)')
        self.dir, self.runtime = os.path.join(directory, 'docker'), runtime
        os.makedirs(self.dir)
        self.env = dict(os.environ, DOCKER_HOST='unix://%s/sock' % self.dir,
                        DOCKER_CONFIG=self.dir)
        self.start()
        tar = subprocess.Popen(['tar', '-C', image, '-c', '.'], stdout=subprocess.PIPE)
        p = run(['docker', 'import', '-', 'busybox'], env=self.env, stdin=tar.stdout)
        tar.wait()
        if p.returncode:
            self.stop()
            raise Failure('docker import: ' + p.stderr)

    def start(self):
        config = os.path.join(self.dir, 'daemon.json')
        with open(config, 'w') as f:
            f.write('{}')
        proxy = shutil.which('docker-proxy', path=os.environ.get('PATH', '') + ':/usr/sbin')
        command = ['dockerd', '--config-file', config, '--exec-root', self.dir + '/exec',
                   '--data-root', self.dir + '/data', '-p', self.dir + '/pid',
                   '-H', 'unix://%s/sock' % self.dir, '--bip', '10.207.0.1/24',
                   '--add-runtime', 'runsc-c=' + self.runtime, '--default-runtime', 'runsc-c',
                   '--exec-opt', 'native.cgroupdriver=cgroupfs']
        if proxy:
            command += ['--userland-proxy-path', proxy]
        self.log = open(os.path.join(self.dir, 'log'), 'wb')
        self.daemon = subprocess.Popen(
            ['unshare', '-n', 'sh', '-c', 'ip link set lo up; exec "$@"', 'sh'] + command,
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        end = time.monotonic() + TIMEOUT
        while run(['docker', 'version'], env=self.env).returncode:
            if self.daemon.poll() is not None or time.monotonic() > end:
                self.daemon.kill()
                self.daemon.wait()
                with open(os.path.join(self.dir, 'log')) as f:
                    raise Skip('dockerd does not start here: ' + f.read()[-300:])
            time.sleep(0.2)

    def __call__(self, *args, **kw):
        return run(['docker'] + list(args), env=self.env, **kw)

    def ok(self, *args, **kw):
        p = self(*args, **kw)
        if p.returncode:
            raise Failure('docker %s: %d: %s%s' % (' '.join(args), p.returncode, p.stdout, p.stderr))
        return p.stdout

    def run(self, *args, **kw):
        return self('run', '--rm', '--runtime', 'runsc-c', *args, **kw)

    def out(self, *args, **kw):
        p = self.run(*args, **kw)
        if p.returncode:
            raise Failure('docker run %s: %d: %s%s' % (' '.join(args), p.returncode, p.stdout,
                                                      p.stderr))
        return p.stdout

    def background(self, name, *args):
        self.ok('run', '-d', '--name', name, '--runtime', 'runsc-c', *args)

    def state(self, name):
        return json.loads(self.ok('inspect', name))[0]['State']

    def on_host(self, *args, **kw):
        """A command in the daemon's network namespace."""
        return run(['nsenter', '-t', str(self.daemon.pid), '-n'] + list(args), **kw)

    def clean(self):
        names = self('ps', '-aq').stdout.split()
        if names:
            self('rm', '-f', *names)

    def leftovers(self):
        """State directories and mounts of ours."""
        root = self.dir + '/exec/runtime-runc/moby'
        return os.listdir(root) if os.path.isdir(root) else []

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        try:
            self.daemon.wait(60)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()
        self.log.close()


# ---- Docker ----

def docker_run(d):
    expect('output', d.out('--network', 'none', 'busybox', 'echo', 'hello'), 'hello\n')


def docker_exit_codes(d):
    for command, want in ((['true'], 0), (['false'], 1), (['sh', '-c', 'exit 42'], 42),
                          (['nosuch'], 127), (['/nosuch'], 127), (['/etc/passwd'], 126)):
        expect(command, d.run('--network', 'none', 'busybox', *command).returncode, want)
    p = d.run('--network', 'none', 'busybox', 'nosuch')
    expect_match('"nosuch": executable file not found in', p.stderr)


def docker_stdin(d):
    p = d.run('-i', '--network', 'none', 'busybox', 'cat', stdin=None, input='some\ntext\n')
    expect('output', p.stdout, 'some\ntext\n')


def docker_environment(d):
    out = d.out('--network', 'none', '-e', 'A=b', '-w', '/made/dir', '--hostname', 'box', 'busybox',
                'sh', '-c', 'echo $A; pwd; hostname')
    expect('output', out, 'b\n/made/dir\nbox\n')


def docker_user(d):
    out = d.run('--network', 'none', '--user', '1000:1000', '--group-add', '2000', 'busybox', 'sh',
                '-c', 'id; touch /tmp/x && stat -c "%u %g" /tmp/x; touch /etc/x')
    expect_match(r'uid=1000\(u\) gid=1000\(u\) groups=.*2000', out.stdout)
    expect_match(r'\n1000 1000\n', out.stdout)
    expect_match('Permission denied', out.stderr)


def docker_capabilities(d):
    out = d.out('--network', 'none', '--cap-drop', 'ALL', '--cap-add', 'CHOWN', 'busybox', 'sh', '-c',
                'grep CapEff /proc/self/status; chown 5 /tmp && echo chowned')
    expect_match('CapEff:\t0000000000000001\nchowned', out)
    p = d.run('--network', 'none', '--cap-drop', 'ALL', 'busybox', 'chown', '5', '/tmp')
    expect_match('not permitted', p.stderr)


def docker_read_only(d):
    p = d.run('--network', 'none', '--read-only', '--tmpfs', '/t:size=1m', 'busybox', 'sh', '-c',
              'touch /t/ok && echo ok; touch /x')
    expect('output', p.stdout, 'ok\n')
    expect_match('Read-only', p.stderr)


def docker_volumes(d):
    volume = os.path.join(d.dir, 'volume')
    os.makedirs(volume)
    with open(volume + '/from-host', 'w') as f:
        f.write('1')
    out = d.out('--network', 'none', '-v', volume + ':/v', '-v', volume + ':/ro:ro', 'busybox', 'sh',
                '-c', 'cat /v/from-host; echo 2 > /v/new; chown 77:88 /v/new; touch /ro/x; true')
    expect('output', out, '1')
    st = os.stat(volume + '/new')
    expect('owner', (st.st_uid, st.st_gid), (77, 88))
    expect('content', sorted(os.listdir(volume)), ['from-host', 'new'])
    d.ok('volume', 'create', 'named')
    d.out('-v', 'named:/data', 'busybox', 'sh', '-c', 'echo kept > /data/f')
    expect('named', d.out('-v', 'named:/data', 'busybox', 'cat', '/data/f'), 'kept\n')


def docker_volume_seen_at_once(d):
    volume = os.path.join(d.dir, 'shared')
    os.makedirs(volume)
    d.background('cc', '-v', volume + ':/v', 'busybox', 'sh', '-c',
                 'until [ -e /v/go ]; do sleep 0.1; done; cat /v/go > /v/answer; sleep 100')
    with open(volume + '/go.tmp', 'w') as f:
        f.write('now')
    os.rename(volume + '/go.tmp', volume + '/go')
    until('the change on the host is not seen', lambda: os.path.exists(volume + '/answer') and
          open(volume + '/answer').read() == 'now')


def docker_ulimit(d):
    out = d.out('--network', 'none', '--ulimit', 'nofile=100:200', 'busybox', 'sh', '-c',
                'ulimit -n; ulimit -Hn')
    expect('limits', out, '100\n200\n')


def docker_seccomp(d):
    status = ['busybox', 'grep', 'Seccomp:', '/proc/self/status']
    expect_match('Seccomp:\t2', d.out('--network', 'none', *status))
    out = d.out('--network', 'none', '--security-opt', 'seccomp=unconfined', *status)
    expect_match('Seccomp:\t0', out)
    profile = os.path.join(d.dir, 'profile.json')
    with open(profile, 'w') as f:
        f.write('{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"],'
                '"action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}')
    p = d.run('--network', 'none', '--security-opt', 'seccomp=' + profile, 'busybox', 'mkdir', '/x')
    expect_match('not supported', p.stderr)
    # Docker's own profile: mounting is for those who have the capability.
    p = d.run('--network', 'none', 'busybox', 'mount', '-t', 'tmpfs', 'x', '/tmp')
    expect_match('denied|not permitted', p.stderr)
    d.out('--network', 'none', '--cap-add', 'SYS_ADMIN', 'busybox', 'mount', '-t', 'tmpfs', 'x',
          '/tmp')


def docker_sysctl(d):
    out = d.out('--sysctl', 'net.core.somaxconn=77', '--sysctl', 'kernel.shmmax=1048576',
                '--sysctl', 'net.ipv4.ip_unprivileged_port_start=70', '--user', '1000', 'busybox', 'sh',
                '-c', 'cat /proc/sys/net/core/somaxconn /proc/sys/kernel/shmmax; '
                'nc -l -p 69; nc -l -p 80 & until netstat -ltn | grep -q :80; do sleep 0.1; done')
    expect('output', out, '77\n1048576\n')
    p = d.run('--network', 'none', '--sysctl', 'vm.swappiness=1', 'busybox', 'true')
    expect_match('vm.swappiness', p.stderr)


def docker_init(d):
    out = d.out('--network', 'none', '--init', 'busybox', 'ps')
    expect_match(r'\b1 .*docker-init', out)


def docker_logs(d):
    d.background('cc', 'busybox', 'sh', '-c', 'echo out; echo err >&2; sleep 100')
    until('no output', lambda: d('logs', 'cc').stdout == 'out\n')
    until('no errors', lambda: d('logs', 'cc').stderr == 'err\n')


def docker_stop(d):
    d.background('cc', 'busybox', 'sh', '-c', 'trap "echo bye; exit 9" TERM; echo up; '
                 'while :; do sleep 0.1; done')
    until('not up', lambda: 'up' in d('logs', 'cc').stdout)
    d.ok('stop', '-t', '60', 'cc')
    expect('exit code', d.state('cc')['ExitCode'], 9)
    expect_match('bye', d('logs', 'cc').stdout)


def docker_kill(d):
    d.background('cc', 'busybox', 'sleep', '100')
    d.ok('kill', 'cc')
    until('it runs', lambda: not d.state('cc')['Running'])
    expect('exit code', d.state('cc')['ExitCode'], 137)


def docker_restart(d):
    d.background('cc', 'busybox', 'sh', '-c', 'echo x >> /count; sleep 100')
    d.ok('restart', '-t', '0', 'cc')
    d.ok('kill', 'cc')
    d.ok('cp', 'cc:/count', os.path.join(d.dir, 'count'))
    with open(os.path.join(d.dir, 'count')) as f:
        expect('runs', f.read(), 'x\nx\n')


def docker_wait(d):
    d.background('cc', 'busybox', 'sh', '-c', 'sleep 0.3; exit 5')
    expect('wait', d.ok('wait', 'cc'), '5\n')


def docker_cp(d):
    d.background('cc', 'busybox', 'sleep', '100')
    source = os.path.join(d.dir, 'source')
    with open(source, 'w') as f:
        f.write('copied\n')
    d.ok('cp', source, 'cc:/tmp/from-host')
    d.ok('cp', 'cc:/tmp/from-host', source + '.back')
    with open(source + '.back') as f:
        expect('back', f.read(), 'copied\n')


def docker_commit(d):
    d.ok('run', '--name', 'cc', '--runtime', 'runsc-c', 'busybox', 'sh', '-c',
         'echo kept > /kept; rm /etc/group; mkdir /d; mv /home/u /d/')
    d.ok('commit', 'cc', 'second')
    out = d.ok('run', '--rm', 'second', 'sh', '-c', 'cat /kept; ls /etc/group /d /home 2>&1; true')
    expect_match(r'kept\n.*No such file', out)
    expect_match('/d:\nu\n', out)


def docker_top(d):
    d.background('cc', 'busybox', 'sleep', '1234')
    expect_match('sleep 1234', d.ok('top', 'cc'))


def docker_no_network(d):
    out = d.out('--network', 'none', 'busybox', 'sh', '-c', 'ip -o addr | grep -c .; '
                'echo x | nc -l -p 5 127.0.0.1 & sleep 0.3; nc 127.0.0.1 5 < /dev/null')
    expect('output', out, '1\nx\n')


def docker_published_port(d):
    d.background('web', '-p', '8080:80', 'busybox', 'sh', '-c',
                 'echo page > /tmp/p; exec httpd -f -p 80 -h /tmp')
    address = json.loads(d.ok('inspect', 'web'))[0]['NetworkSettings']['IPAddress']
    for url in ('http://127.0.0.1:8080/p', 'http://%s/p' % address):
        until('no answer from ' + url, lambda u=url: d.on_host('curl', '-s', '-m', '5', u).stdout ==
              'page\n', 30)
    until('no answer on the host network',
          lambda: d.run('--network', 'host', 'busybox', 'wget', '-qO-',
                        'http://%s/p' % address).stdout == 'page\n', 60)
    expect('its network', d.out('--network', 'container:web', 'busybox', 'wget', '-qO-',
                                'http://127.0.0.1/p'), 'page\n')


def docker_names(d):
    d.ok('network', 'create', 'nn')
    try:
        d.background('srv', '--network', 'nn', 'busybox', 'sh', '-c',
                     'echo page > /tmp/p; exec httpd -f -p 80 -h /tmp')
        until('no answer', lambda: d.run('--network', 'nn', 'busybox', 'wget', '-qO-',
                                         'http://srv/p').stdout == 'page\n', 60)
    finally:
        d.clean()
        d.ok('network', 'rm', 'nn')


def docker_exec(d):
    d.background('cc', 'busybox', 'sleep', '100')
    expect('output', d.ok('exec', 'cc', 'echo', 'inside'), 'inside\n')
    expect('status', d('exec', 'cc', 'sh', '-c', 'exit 7').returncode, 7)
    expect('user', d.ok('exec', '-u', '1000', '-w', '/tmp', '-e', 'X=y', 'cc', 'sh', '-c',
                        'id -u; pwd; echo $X'), '1000\n/tmp\ny\n')
    expect('stdin', d('exec', '-i', 'cc', 'cat', stdin=None, input='in\n').stdout, 'in\n')
    expect('absent', d('exec', 'cc', 'nosuch').returncode in (126, 127), True)


def docker_pause(d):
    d.background('cc', 'busybox', 'sh', '-c', 'while :; do date +%s%N > /tmp/t; sleep 0.05; done')
    d.ok('pause', 'cc')
    expect('paused', d.state('cc')['Status'], 'paused')
    d.ok('unpause', 'cc')
    expect('running', d.state('cc')['Status'], 'running')


def docker_stats(d):
    d.background('cc', 'busybox', 'sleep', '100')
    line = d.ok('stats', '--no-stream', '--format', '{{.MemUsage}} {{.PIDs}}', 'cc').split()
    expect_match(r'^[1-9][0-9.]*[KM]iB$', line[0])


def docker_memory(d):
    p = d.run('--memory', '64m', 'busybox', 'sh', '-c', 'dd if=/dev/zero of=/dev/null bs=200M count=1')
    expect('killed', p.returncode in (137, 1, 9), True)


def docker_build(d):
    context = os.path.join(d.dir, 'context')
    os.makedirs(context)
    with open(context + '/Dockerfile', 'w') as f:
        f.write('FROM busybox\nRUN echo built > /built && chown u /built\n'
                'USER u\nCMD cat /built && id -un && stat -c %U /built\n')
    p = d('build', '-t', 'built', context)
    if p.returncode:
        raise Failure(p.stderr)
    expect('output', d.out('built'), 'built\nu\nu\n')


def docker_many(d):
    """In a row, then at once; nothing is left."""
    for _ in range(10):
        expect('status', d.run('--network', 'none', 'busybox', 'true').returncode, 0)
    procs = [subprocess.Popen(['docker', 'run', '--rm', '--runtime', 'runsc-c', '--network', 'none',
                               'busybox', 'sh', '-c', 'exit 3'], env=d.env,
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(10)]
    for p in procs:
        _, err = p.communicate(timeout=TIMEOUT)
        if p.returncode != 3:
            raise Failure('at once: %d: %s' % (p.returncode, err))
    until('left: %s' % d.leftovers(), lambda: not d.leftovers(), 20)


def docker_killed_sentry(d):
    d.background('cc', 'busybox', 'sleep', '100')
    os.kill(d.state('cc')['Pid'], signal.SIGKILL)
    until('it is not noticed', lambda: not d.state('cc')['Running'])
    expect('exit code', d.state('cc')['ExitCode'], 137)
    d.ok('start', 'cc')
    expect('running', d.state('cc')['Running'], True)
