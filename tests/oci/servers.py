#!/usr/bin/env python3
"""Servers in Docker's containers under this runtime, reached by their real clients. By hand: not in CI.

The programs are the host's own Debian packages: the image is a copy of /etc and links into /usr, which is a
read-only volume. Each server is asked from the host, over a published port, and from another container, by
its name. What is not installed is skipped: redis-server, nginx, postgresql, python3, default-jdk-headless.

For each the seconds until it answers for the first time are printed. --runtime runc is for comparison.
"""
import argparse
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time

from docker_tests import Docker
from engines import Failure, Skip, Tally, run, until

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
USR = ['-v', '/usr:/usr:ro', '--network', 'servers']
WEB = '''
import sqlite3, threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

class Server(ThreadingMixIn, WSGIServer):
    pass

def app(environ, start):
    db = sqlite3.connect('/tmp/db')
    with db:
        db.execute('create table if not exists hits (path text)')
        db.execute('insert into hits values (?)', (environ['PATH_INFO'],))
    n = db.execute('select count(*) from hits').fetchone()[0]
    start('200 OK', [('Content-Type', 'text/plain')])
    return [('hit %d\\n' % n).encode()]

make_server('', 80, app, Server).serve_forever()
'''
JAVA = '''
import com.sun.net.httpserver.*;
import java.net.*;
import java.util.concurrent.*;
public class Main {
    public static void main(String[] a) throws Exception {
        HttpServer s = HttpServer.create(new InetSocketAddress(80), 0);
        s.createContext("/", x -> {
            byte[] b = ("java " + x.getRequestURI() + "\\n").getBytes();
            x.sendResponseHeaders(200, b.length);
            x.getResponseBody().write(b);
            x.close();
        });
        s.setExecutor(Executors.newFixedThreadPool(8));
        s.start();
    }
}
'''
NGINX = '''daemon off; error_log stderr; pid /tmp/nginx.pid;
events {}
http { access_log off; client_body_temp_path /tmp/a; proxy_temp_path /tmp/b; fastcgi_temp_path /tmp/c;
uwsgi_temp_path /tmp/d; scgi_temp_path /tmp/e;
server { listen 80; location / { root /tmp/www; } } }
'''


def need(*programs):
    for p in programs:
        if not shutil.which(p) and not os.path.exists(p):
            raise Skip('no ' + p)


def make_image(d, directory):
    root = os.path.join(directory, 'debian')
    for name in ('tmp', 'root', 'usr', 'proc', 'sys', 'dev', 'run', 'var/lib', 'var/log', 'var/tmp'):
        os.makedirs(os.path.join(root, name))
    os.chmod(root + '/tmp', 0o1777)
    for name in ('bin', 'lib', 'lib32', 'lib64', 'sbin'):
        if os.path.islink('/' + name):
            os.symlink(os.readlink('/' + name), os.path.join(root, name))
    run(['cp', '-a', '/etc', root])
    tar = subprocess.Popen(['tar', '-C', root, '-c', '.'], stdout=subprocess.PIPE)
    p = run(['docker', 'import', '-', 'debian'], env=d.env, stdin=tar.stdout)
    tar.wait()
    if p.returncode:
        raise Failure(p.stderr)
    d.ok('network', 'create', 'servers')


def both(d, name, host, inside, good):
    """From the host and from another container."""
    start, last = time.monotonic(), ['']

    def asked(f, *args):
        p = f(*args, timeout=300)
        last[0] = p.stdout + p.stderr
        return p.returncode == 0 and good in p.stdout

    try:
        until('', lambda: asked(d.on_host, *host))
        first = time.monotonic() - start
        until('', lambda: asked(d, 'run', '--rm', '--runtime', d.chosen, *USR, 'debian', *inside), 60)
    except Failure:
        raise Failure('%s: %s; its log: %s' % (name, last[0], d('logs', '--tail', '5', name))) from None
    print('%-12s answers after %.1f s' % (name, first), flush=True)


def server(d, name, port, *args):
    d.ok('run', '-d', '--name', name, '--runtime', d.chosen, *USR, '-p', port, *args)


def server_redis(d):
    need('redis-server', 'redis-cli')
    server(d, 'redis', '7001:6379', 'debian', 'redis-server', '--protected-mode', 'no', '--dir', '/tmp')
    both(d, 'redis', ['redis-cli', '-p', '7001', 'set', 'key', 'value'],
         ['redis-cli', '-h', 'redis', 'get', 'key'], '')
    both(d, 'redis', ['redis-cli', '-p', '7001', 'get', 'key'],
         ['redis-cli', '-h', 'redis', 'get', 'key'], 'value')
    out = d.on_host('redis-benchmark', '-p', '7001', '-n', '20000', '-q', '-t', 'get').stdout
    print('             %s (published port)' % out.strip().splitlines()[-1])
    if 'OK' not in d.ok('exec', 'redis', 'redis-cli', 'save'):
        raise Failure('it does not save')


def server_nginx(d):
    need('/usr/sbin/nginx')
    www = d.dir + '/www'
    os.makedirs(www)
    with open(www + '/page', 'w') as f:
        f.write('page ' * 1000)
    with open(d.dir + '/nginx.conf', 'w') as f:
        f.write('user www-data; worker_processes 2;' + NGINX)
    os.chmod(www, 0o755)
    server(d, 'nginx', '7002:80', '-v', www + ':/tmp/www:ro', '-v', d.dir + '/nginx.conf:/tmp/nginx.conf:ro',
           'debian', 'nginx', '-c', '/tmp/nginx.conf')
    both(d, 'nginx', ['curl', '-sf', 'http://127.0.0.1:7002/page'],
         ['curl', '-sf', 'http://nginx/page'], 'page page')


def server_postgres(d):
    found = sorted(glob.glob('/usr/lib/postgresql/*/bin'))
    need(*(found or ['postgres']), 'psql')
    server(d, 'postgres', '7003:5432', '--user', 'postgres', 'debian', 'sh', '-c',
           'set -e; cd /tmp; %s/initdb -A trust -D /tmp/data > /tmp/log; '
           'echo "host all all all trust" >> /tmp/data/pg_hba.conf; '
           'exec %s/postgres -D /tmp/data -h "*" -k /tmp' % (found[-1], found[-1]))
    psql = ['-U', 'postgres', '-Atc',
            'create table if not exists t (n int); insert into t select generate_series(1, 1000); '
            'select sum(n) from t where n <= 1000']
    both(d, 'postgres', ['psql', '-h', '127.0.0.1', '-p', '7003'] + psql,
         ['psql', '-h', 'postgres'] + psql, '00')


def server_python(d):
    need('/usr/bin/python3')
    with open(d.dir + '/web.py', 'w') as f:
        f.write(WEB)
    server(d, 'web', '7004:80', '-v', d.dir + '/web.py:/web.py:ro', 'debian', '/usr/bin/python3', '/web.py')
    both(d, 'web', ['curl', '-sf', 'http://127.0.0.1:7004/x'], ['curl', '-sf', 'http://web/y'], 'hit ')


def server_java(d):
    need('/usr/bin/java', '/usr/bin/javac')
    with open(d.dir + '/Main.java', 'w') as f:
        f.write(JAVA)
    server(d, 'java', '7005:80', '--memory', '1g', '-v', d.dir + '/Main.java:/Main.java:ro', 'debian',
           '/usr/bin/java', '/Main.java')
    both(d, 'java', ['curl', '-sf', 'http://127.0.0.1:7005/x'], ['curl', '-sf', 'http://java/y'], 'java /')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--binary', default=os.path.join(ROOT, 'build', 'sandbox'))
    parser.add_argument('--runtime', default='runsc-c')
    parser.add_argument('--filter', default='', metavar='REGEXP')
    args = parser.parse_args()
    tally = Tally(args.filter)
    with tempfile.TemporaryDirectory(prefix='oci-', ignore_cleanup_errors=True) as directory:
        os.chmod(directory, 0o755)
        runtime = os.path.join(directory, 'runsc-c')
        shutil.copy(args.binary, runtime)
        os.makedirs(directory + '/empty')
        try:
            d = Docker(directory, runtime, directory + '/empty')
        except Skip as e:
            print('skipped: %s' % e)
            return 0
        d.chosen = args.runtime
        try:
            os.chmod(d.dir, 0o755)
            make_image(d, directory)
            for name, f in sorted(globals().items()):
                if name.startswith('server_'):
                    tally.test(name, f, d)
            d.clean()
        finally:
            d.stop()
    print('%d passed, %d failed, %d skipped' % (tally.passed, tally.failed, tally.skipped))
    return 1 if tally.failed else 0


if __name__ == '__main__':
    sys.exit(main())
