"""What a guest sees of the host's files, with whose rights, and what it may change there."""
import contextlib
import os
import re
import socket
import tempfile

from lib import Config, ROOT, Sandbox, check, open_files, read, scratch_dir, status

SECRET = 'runsc-c-test-secret'
SHOWN = '/usr/local/share'  # of the host's tree, in every sandbox


@contextlib.contextmanager
def host_file(directory, mode, text=SECRET):
    """A file of root's in a directory of the host."""
    fd, path = tempfile.mkstemp(prefix='runsc-c-test-', dir=directory)
    try:
        os.write(fd, text.encode())
        os.fchmod(fd, mode)
        os.close(fd)
        yield path
    finally:
        os.unlink(path)


def private_dir():
    path = os.path.join(scratch_dir('private'), 'dir')
    os.mkdir(path, 0o700)
    with open(os.path.join(path, 'file'), 'w') as f:
        f.write('for-the-guest')
    os.chmod(os.path.join(path, 'file'), 0o600)
    return path


def sharing():
    """Options with which the sentry uses files that only root may: the rest must stay closed."""
    private = private_dir()
    upper = scratch_dir('upper')
    os.chmod(upper, 0o700)
    return [[], ['--bind', private + ':/t:rw'], ['--bind', private + ':/t:ro'],
            ['--bind', os.path.join(private, 'file') + ':/t-file:rw'], ['--overlay', upper]]


def hidden(kind):
    with open(os.path.join(ROOT, 'runsc-c', 'rootfs_hide.c')) as f:
        text = f.read().split('rootfs_home_hide')[0]
    return ['/' + p for p in re.findall(kind + r'\("([^"]*)"\)', text)]


def shell(script, options=()):
    with Sandbox('/bin/sh', '-c', script, options=['--cwd', '/'] + list(options)) as box:
        box.finish()
        return box.output


def test_root_files():
    """A file of the default tree that only root may read stays closed, whatever else is shared."""
    with host_file('/etc', 0o600) as own, host_file('/etc', 0o640) as group, \
            host_file('/etc', 0o644) as public:
        for options in sharing():
            # Others use root's rights at the same time, where they may.
            out = shell('(while :; do echo x > /t/new; rm -f /t/new; cat /t/file; done) '
                        '> /dev/null 2>&1 & for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; '
                        'do cat %s %s; chmod 644 %s; ls -l /etc > /dev/null; done 2>/dev/null; '
                        'echo; cat %s; kill $!' % (own, group, own, public), options)
            check(out.count(SECRET) == 1, '%s: %s' % (options, out[-300:]))
        check(os.stat(own).st_mode & 0o777 == 0o600, 'its mode was changed')


def test_owner_rights():
    """What root shares is used with root's rights; what is made there is root's."""
    private = private_dir()
    out = shell('cat /t/file && echo more >> /t/file && echo new > /t/new && mkdir -m 700 /t/d && '
                'echo deep > /t/d/f && ln -s x /t/s && mv /t/new /t/newer && chmod 600 /t/newer && '
                'truncate -s 1 /t/newer && touch /t/newer && cat /t/newer && ln /t/newer /t/hard && '
                'rm -r /t/hard && mkfifo /t/fifo && echo all-done', ['--bind', private + ':/t:rw'])
    check('for-the-guest' in out and 'all-done' in out, out)
    for name in ('file', 'newer', 'd', 'd/f', 's', 'fifo'):
        st = os.lstat(os.path.join(private, name))
        check((st.st_uid, st.st_gid) == (0, 0), '%s belongs to %d:%d' % (name, st.st_uid, st.st_gid))
    check(read(private + '/file') == 'for-the-guestmore\n', 'the file is not changed')
    out = shell('cat /t/file; echo x > /t/file || echo refused', ['--bind', private + ':/t:ro'])
    check('for-the-guestmore' in out and 'refused' in out, out)
    # Its ids, and those of guests, are nobody's all the same: root's are only kept.
    with Sandbox('/attack/busy', options=['--bind', private + ':/t']).wait_for('ready') as box:
        ids = status(box.sentry())['Uid'].split()
        check(ids == ['65534', '65534', '0', '65534'], 'the sentry: Uid %s' % ids)
        for pid in box.guests():
            st = status(pid)
            check(not st or '0' not in st['Uid'].split() + st['Gid'].split(), 'a guest: %s' % st)
            check(not st or st['CapEff'] == st['CapBnd'] == '0' * 16, 'a guest has capabilities')


def test_emptied_places():
    """Emptied places show nothing of the host's, unreadable files cannot be read."""
    own = {'/proc', '/sys', '/dev'}  # full of other things, whose names may be the host's
    with contextlib.ExitStack() as stack:
        places = {}
        for place in hidden('EMPTY'):
            if place in own or not os.path.isdir(place) or os.path.islink(place):
                continue
            if not os.listdir(place):
                stack.enter_context(host_file(place, 0o644))
            places[place] = set(os.listdir(place))
        check(len(places) >= 8, 'only %s exist here' % sorted(places))
        script = ''.join('echo "@%s"; ls -A %s;' % (p, p) for p in places)
        script += ''.join('cat %s && echo "BAD: %s";' % (f, f) for f in hidden('UNREADABLE'))
        script += 'echo "@"; ls -A /proc/1/root/home /..//root ; test -e /swapfile && echo BAD: swapfile'
        for options in ([], ['--bind', private_dir() + ':/t:rw']):
            out = shell('(%s) 2>/dev/null' % script, options)
            check('BAD' not in out and SECRET not in out, out[-1500:])
            for part in out.split('@')[1:]:
                place, *names = part.split('\n')
                both = places.get(place, set()) & set(names) - {'', 'lock'}
                check(not both, '%s shows %s' % (place, both))


def test_host_sockets():
    """Sockets and FIFOs of the default tree are nobody's to use."""
    with tempfile.TemporaryDirectory(prefix='runsc-c-test-', dir=SHOWN) as tree:
        os.chmod(tree, 0o777)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.path.join(tree, 'socket'))
        listener.listen(5)
        listener.setblocking(False)
        os.chmod(os.path.join(tree, 'socket'), 0o777)
        os.mkfifo(os.path.join(tree, 'fifo'), 0o666)
        with Sandbox('/attack/hostile_tree', tree, '0.2') as box:
            box.finish()
            check('done' in box.output and 'BAD' not in box.output, box.output)
        try:
            listener.accept()
            check(False, "a guest is connected to the host's socket")
        except BlockingIOError:
            pass
        try:
            os.close(os.open(os.path.join(tree, 'fifo'), os.O_WRONLY | os.O_NONBLOCK))
            check(False, 'the FIFO of the host is open for reading')
        except OSError:
            pass
        listener.close()


def writable_shared(pid):
    """Files behind shared writable mappings of a process."""
    return [line.split(None, 5)[5].strip() for line in read('/proc/%d/maps' % pid, '').splitlines()
            if line.split()[1].startswith('rw') and line.split()[1].endswith('s')]


def test_shared_mappings():
    """A shared writable mapping reaches the host's file only where that was shared for writing."""
    text = 'o' * 8192
    with host_file(SHOWN, 0o666, text) as path:
        tree = os.path.dirname(path)
        for options, name, direct in (
                ([], path, False), (['--overlay', scratch_dir('upper')], path, None),
                (['--bind', tree + ':/t:rw'], '/t/' + os.path.basename(path), True)):
            with Sandbox('/attack/shared_map', name, options=options).wait_for('ready') as box:
                files = sum((writable_shared(pid) for pid in box.guests()), [])
                check(len(files) == 1, 'mapped: %s' % files)
                if direct is False:
                    check(files[0].startswith('/memfd:'), 'mapped: %s' % files)
                box.held()
            changed = read(path) != text
            check(changed == bool(direct), 'the file of the host is%s changed' % ('' if changed else ' not'))
        with Sandbox('/attack/shared_map', '/t/' + os.path.basename(path),
                     options=['--bind', tree + ':/t:ro']) as box:
            box.finish()
            check('Read-only' in box.output, box.output)
