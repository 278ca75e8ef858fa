"""What is tested with Docker, continued: a container's life as the engine watches it, and its limits."""
import json
import os
import pty
import re
import select
import shutil
import subprocess
import time

from engines import TIMEOUT, Failure, Skip, expect, expect_match, run, until


class Terminal:
    """A command of docker's client on a terminal."""

    def __init__(self, d, *args):
        self.fd, slave = pty.openpty()
        self.seen = ''
        self.process = subprocess.Popen(['docker'] + list(args), env=d.env, stdin=slave, stdout=slave,
                                        stderr=slave, start_new_session=True)
        os.close(slave)

    def until(self, pattern):
        end = time.monotonic() + TIMEOUT
        while not re.search(pattern, self.seen, re.S):
            if time.monotonic() > end:
                raise Failure('no "%s" on the terminal: %r' % (pattern, self.seen[-400:]))
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.fd, 4096).decode(errors='replace')
                except OSError:
                    raise Failure('the terminal was closed: %r' % self.seen[-400:]) from None

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        try:
            return self.process.wait(TIMEOUT)
        finally:
            os.close(self.fd)


def docker_run_terminal(d):
    t = Terminal(d, 'run', '--rm', '-it', '--network', 'none', '--runtime', 'runsc-c', 'busybox', 'sh')
    t.until('# ')
    t.type('stty size; tty; echo a$((6 * 7))b\n')
    t.until('a42b')
    expect_match('/dev/', t.seen)
    t.type('sleep 1000\n')
    t.until('sleep 1000\r\n')
    time.sleep(0.5)  # the shell gives the terminal away
    t.type('\x03')
    t.until(r'\^C.*# ')
    t.type('exit 5\n')
    expect('status', t.end(), 5)


def docker_exec_terminal(d):
    d.background('cc', 'busybox', 'sleep', '1000')
    t = Terminal(d, 'exec', '-it', '-u', '1000', 'cc', 'sh')
    t.until(r'\$ ')
    t.type('test -t 0 && id -un; exit 6\n')
    t.until(r'\nu\r\n')
    expect('status', t.end(), 6)


def docker_attach(d):
    d.ok('run', '-dit', '--name', 'cc', '--runtime', 'runsc-c', '--network', 'none', 'busybox', 'sh')
    t = Terminal(d, 'attach', 'cc')
    t.type('echo a$((6 * 7))b\n')
    t.until('a42b')
    t.type('\x10\x11')  # detaches
    t.end()
    expect('it runs', d.state('cc')['Running'], True)
    t = Terminal(d, 'attach', 'cc')
    t.type('exit 7\n')
    expect('status', t.end(), 7)


def docker_events(d):
    since = str(time.time())
    d('run', '--name', 'cc', '--runtime', 'runsc-c', '--network', 'none', 'busybox', 'sh', '-c', 'exit 3')
    until('no end', lambda: d.state('cc')['Status'] == 'exited')
    d.ok('rm', 'cc')
    out = d.ok('events', '--since', since, '--until', str(time.time()), '--format',
               '{{.Status}} {{.Actor.Attributes.exitCode}}', '--filter', 'type=container')
    words = [line.split()[0] for line in out.splitlines()]
    expect('events', words, ['create', 'attach', 'start', 'die', 'destroy'])
    expect_match('die 3', out)


def docker_inspect(d):
    d.background('cc', '--hostname', 'box', '--memory', '100m', 'busybox', 'sleep', '1000')
    i = json.loads(d.ok('inspect', 'cc'))[0]
    s = i['State']
    expect('state', (s['Status'], s['Running'], s['ExitCode'], s['OOMKilled']),
           ('running', True, 0, False))
    expect('process', os.path.isdir('/proc/%d' % s['Pid']), True)
    expect('runtime', (i['HostConfig']['Runtime'], i['Config']['Hostname'], i['HostConfig']['Memory']),
           ('runsc-c', 'box', 100 << 20))
    d.ok('kill', 'cc')
    until('it runs', lambda: not d.state('cc')['Running'])
    expect('end', (d.state('cc')['Status'], d.state('cc')['ExitCode']), ('exited', 137))


def docker_pause_stops(d):
    d.background('cc', '-v', d.dir + '/paused:/v', 'busybox', 'sh', '-c',
                 'i=0; while :; do i=$((i+1)); echo $i > /v/n; sleep 0.02; done')
    file = d.dir + '/paused/n'

    def number():
        with open(file) as f:
            return f.read().strip()

    until('it does not count', lambda: os.path.exists(file))
    d.ok('pause', 'cc')
    before = number()
    time.sleep(0.5)
    expect('counted while paused', number(), before)
    d.ok('unpause', 'cc')
    until('it does not count on', lambda: number() not in ('', before))


def docker_oom(d):
    """The limit kills what is over it, and Docker says so."""
    d.ok('create', '--name', 'cc', '--runtime', 'runsc-c', '--network', 'none', '--memory', '48m',
         '--memory-swap', '48m', 'busybox', 'dd', 'if=/dev/zero', 'of=/dev/null', 'bs=500M', 'count=1')
    d.ok('start', 'cc')
    until('it runs', lambda: not d.state('cc')['Running'])
    s = d.state('cc')
    expect('end', (s['ExitCode'], s['OOMKilled']), (137, True))


def docker_oom_of_a_child(d):
    """The first process goes on; Docker has an event, and remembers it at the end."""
    since = str(time.time())
    d.background('cc', '--memory', '64m', '--memory-swap', '64m', 'busybox', 'sh', '-c',
                 'awk "BEGIN { s = \\"xxxx\\"; while (1) s = s s }"; echo over $?; sleep 1000')
    until('no end of the child', lambda: 'over 137' in d('logs', 'cc').stdout, 30)
    expect('running', d.state('cc')['Running'], True)
    expect('exec', d('exec', 'cc', 'dd', 'if=/dev/zero', 'of=/dev/null', 'bs=500M', 'count=1').returncode, 137)
    expect('running', d.state('cc')['Running'], True)
    expect_match('oom', d.ok('events', '--since', since, '--until', str(time.time()), '--format',
                             '{{.Status}}', '--filter', 'event=oom'))
    d.ok('kill', 'cc')
    until('it runs', lambda: not d.state('cc')['Running'])
    expect('remembered', d.state('cc')['OOMKilled'], True)


def docker_memory_inside(d):
    out = d.out('--network', 'none', '--memory', '200m', 'busybox', 'sh', '-c', 'grep MemTotal /proc/meminfo')
    expect('MemTotal', int(out.split()[1]), 200 << 10)


def docker_cpus(d):
    """Half of a processor: the group is throttled, and uses about half."""
    d.background('cc', '--cpus', '0.25', 'busybox', 'sh', '-c', 'while :; do :; done')
    quota = '/sys/fs/cgroup/cpu/docker/%s/' % json.loads(d.ok('inspect', 'cc'))[0]['Id']
    if not os.path.isdir(quota):
        raise Skip('no cgroup v1 hierarchy of processors')
    with open(quota + 'cpu.cfs_quota_us') as f:
        expect('quota', f.read(), '25000\n')

    def throttled():
        with open(quota + 'cpu.stat') as f:
            return int(dict(line.split() for line in f)['nr_throttled'])

    until('it is never throttled', lambda: throttled() > 3)


def docker_pids_limit(d):
    p = d.run('--network', 'none', '--pids-limit', '10', 'busybox', 'sh', '-c',
              'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 1000 & done; echo all')
    expect('status', p.returncode == 0, False)
    expect_match("can't fork|Resource temporarily unavailable", p.stderr)


def docker_update(d):
    d.background('cc', '--memory', '100m', '--memory-swap', '100m', 'busybox', 'sleep', '1000')
    d.ok('update', '--memory', '200m', '--memory-swap', '300m', '--cpus', '0.5', 'cc')
    i = json.loads(d.ok('inspect', 'cc'))[0]
    expect('limit', i['HostConfig']['Memory'], 200 << 20)
    out = d.ok('stats', '--no-stream', '--format', '{{.MemUsage}}', 'cc')
    expect_match('/ 200MiB', out)


def docker_stats_true(d):
    """What a process has touched, and how many there are."""
    d.background('cc', '--tmpfs', '/t', 'busybox', 'sh', '-c',
                 'sleep 1000 & dd if=/dev/zero of=/t/f bs=1M count=60; echo done; wait')
    until('it is not done', lambda: 'done' in d('logs', 'cc').stdout)
    used = d.ok('stats', '--no-stream', '--format', '{{.MemUsage}} {{.CPUPerc}}', 'cc')
    m = re.match(r'([0-9.]+)MiB / .* ([0-9.]+)%', used)
    if not m or not 55 < float(m.group(1)) < 90:
        raise Failure('60 MiB written: ' + used)


def docker_health(d):
    d.background('cc', '--health-cmd', 'test -e /tmp/well', '--health-interval', '300ms',
                 '--health-retries', '2', '--health-timeout', '60s', 'busybox', 'sleep', '1000')
    until('not unhealthy', lambda: d.state('cc')['Health']['Status'] == 'unhealthy')
    d.ok('exec', 'cc', 'touch', '/tmp/well')
    until('not healthy', lambda: d.state('cc')['Health']['Status'] == 'healthy')


def docker_restart_policies(d):
    d.background('cc', '--restart', 'on-failure:2', 'busybox', 'sh', '-c', 'echo again; exit 1')

    def ended():
        i = json.loads(d.ok('inspect', 'cc'))[0]
        return i['RestartCount'] == 2 and i['State']['Status'] == 'exited'

    until('not restarted twice', ended)
    expect('runs', d.ok('logs', 'cc'), 'again\n' * 3)
    d.background('dd', '--restart', 'always', 'busybox', 'sleep', '1000')
    old = d.state('dd')['Pid']
    os.kill(old, 9)
    until('it does not run again', lambda: d.state('dd')['Running'] and d.state('dd')['Pid'] != old)
    d.ok('stop', '-t', '0', 'dd')
    expect('stopped', d.state('dd')['Running'], False)


def docker_init_reaps(d):
    """--init: orphans are reaped, signals reach the program."""
    d.background('cc', '--init', 'busybox', 'sh', '-c',
                 'trap "echo bye; exit 8" TERM; (sleep 0.1 &); echo up; while :; do sleep 0.2; done')
    until('not up', lambda: 'up' in d('logs', 'cc').stdout)
    until('a zombie', lambda: 'Z' not in d.ok('exec', 'cc', 'ps', '-o', 'stat'))
    d.ok('stop', '-t', '60', 'cc')
    expect('status', d.state('cc')['ExitCode'], 8)


def docker_names_both_ways(d):
    """Names and aliases on a network of the user's, and the container's own name on two of them."""
    d.ok('network', 'create', 'n1')
    d.ok('network', 'create', 'n2')
    try:
        d.background('srv', '--network', 'n1', '--network-alias', 'alias', 'busybox', 'sh', '-c',
                     'echo page > /tmp/p; exec httpd -f -p 80 -h /tmp')
        d.background('cli', '--network', 'n1', 'busybox', 'sleep', '1000')
        for name in ('srv', 'alias'):
            until('no answer from ' + name, lambda n=name: d(
                'exec', 'cli', 'wget', '-qO-', 'http://%s/p' % n).stdout == 'page\n')
        p = d.run('--network', 'n2', 'busybox', 'wget', '-T', '5', '-qO-', 'http://srv/p')
        expect('another network does not know it', p.returncode == 0, False)
    finally:
        d.clean()
        d.ok('network', 'rm', 'n1', 'n2')


COMPOSE = '''version: "3"
services:
  web:
    image: busybox
    runtime: runsc-c
    command: sh -c "echo page > /tmp/p; exec httpd -f -p 80 -h /tmp"
    ports: ["8099:80"]
  asker:
    build: .
    runtime: runsc-c
    depends_on: [web]
    volumes: ["data:/data"]
    command: sh -c "until wget -qO- http://web/p > /data/p; do sleep 0.2; done; cat /data/p; sleep 1000"
volumes:
  data: {}
'''


def docker_compose(d):
    if not shutil.which('docker-compose'):
        raise Skip('no docker-compose')
    project = d.dir + '/project'
    os.makedirs(project)
    with open(project + '/docker-compose.yml', 'w') as f:
        f.write(COMPOSE)
    with open(project + '/Dockerfile', 'w') as f:
        f.write('FROM busybox\nRUN echo made > /made\n')

    def compose(*args):
        p = run(['docker-compose'] + list(args), env=d.env, cwd=project, timeout=3 * TIMEOUT)
        if p.returncode:
            raise Failure('docker-compose %s: %s%s' % (args[0], p.stdout, p.stderr))
        return p.stdout

    compose('up', '-d')
    try:
        until('no answer', lambda: 'page' in compose('logs', '--no-color', 'asker'))
        expect('from the host', d.on_host('curl', '-s', 'http://127.0.0.1:8099/p').stdout, 'page\n')
        expect('exec', compose('exec', '-T', 'asker', 'cat', '/made'), 'made\n')
        expect_match('Up.*Up', compose('ps'))
    finally:
        compose('down', '-v', '-t', '0')


def docker_cp_seen(d):
    """What is copied into a running container is seen under names that it knows: absent, or as others."""
    d.background('cc', 'busybox', 'sh', '-c', 'mkdir /d; echo old > /d/known; '
                 'until [ -e /d/new ] && [ -e /d/sub/deep ]; do cat /d/known /d/sub/deep; done 2>/dev/null; '
                 'until [ "$(cat /d/known)" = changed ]; do stat -c %s /d/known; done; echo all seen; sleep 1000')
    until('it does not run', lambda: 'old' in d('logs', 'cc').stdout)
    source = os.path.join(d.dir, 'files')
    os.makedirs(source + '/sub')
    for name, text in (('new', '1'), ('sub/deep', '2'), ('known', 'changed\n')):
        with open(os.path.join(source, name), 'w') as f:
            f.write(text)
    d.ok('cp', source + '/new', 'cc:/d/new')
    d.ok('cp', source + '/sub', 'cc:/d/')
    d.ok('cp', source + '/known', 'cc:/d/known')
    until('it is not seen', lambda: 'all seen' in d('logs', '--tail', '1', 'cc').stdout, 20)
    expect('size', d.ok('exec', 'cc', 'stat', '-c', '%s', '/d/known'), '8\n')


def docker_mounts_stay(d):
    """Volumes whose directories, or those above, the container changes: the engine's overlay copies them up."""
    volume = d.dir + '/stays'
    os.makedirs(volume)
    with open(volume + '/f', 'w') as f:
        f.write('here\n')
    out = d.out('--network', 'none', '-v', volume + ':/tmp/v:ro', '-v', volume + ':/usr/bin/w', 'busybox', 'sh',
                '-c', 'for i in 1 2 3 4; do cat /tmp/v/f /usr/bin/w/f; touch /tmp/$i /usr/$i /usr/bin/$i; '
                'sleep 0.2; done')
    expect('contents', out, 'here\n' * 8)
