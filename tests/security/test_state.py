"""The privileges of sentry and guests, as the host's /proc shows them."""
import os
import subprocess
import time

from lib import (Config, Sandbox, Skip, check, namespace, need, open_files, public_binary, read,
                 scratch_dir, status, threads)

NONE = '0000000000000000'


def running(options=()):
    return Sandbox('/attack/busy', options=options).wait_for('ready')


def check_powerless(pid, who):
    for tid in threads(pid):
        st = status(tid)
        if not st:
            continue  # it has just ended
        check(st['Seccomp'] == '2', '%s: Seccomp %s' % (who, st['Seccomp']))
        check(st['NoNewPrivs'] == '1', '%s: NoNewPrivs %s' % (who, st['NoNewPrivs']))
        for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
            check(st[name] == NONE, '%s: %s %s' % (who, name, st[name]))
        for name in ('Uid', 'Gid'):
            check('0' not in st[name].split(), '%s: %s %s' % (who, name, st[name]))
    check(not status(pid)['Groups'].split() or status(pid)['Groups'].split() == ['65534'],
          '%s: groups %s' % (who, status(pid)['Groups']))


def test_sentry_state():
    """The sentry: no rights, not dumpable, empty root, namespaces of its own."""
    with running() as box:
        sentry = box.sentry()
        check_powerless(sentry, 'sentry')
        # /proc files of what may not be dumped belong to root; its uid is not root.
        check(os.stat('/proc/%d/mem' % sentry).st_uid == 0, 'the sentry is dumpable')
        root = os.listdir('/proc/%d/root/' % sentry)
        check(root in ([], ['g']), 'the root of the sentry holds %s' % root)
        check(not [r for r in root if os.listdir('/proc/%d/root/%s' % (sentry, r))],
              'the root of the sentry is not empty')
        for kind in ('user', 'pid', 'mnt', 'net', 'ipc', 'uts', 'cgroup'):
            check(namespace(sentry, kind) != namespace(os.getpid(), kind),
                  "the sentry is in the host's %s namespace" % kind)
        check(status(sentry)['NSpid'].split()[-1] == '1', 'the sentry is not process 1')
        limits = read('/proc/%d/limits' % sentry)
        check('Max core file size        1                    1 ' in limits or
              'Max core file size        0                    0 ' in limits, 'core limit')
        net = read('/proc/%d/net/dev' % sentry).splitlines()[2:]
        check([n.split(':')[0].strip() for n in net] in ([], ['lo']), 'the sentry has a network')


def test_broker_state():
    """The broker of --network=host: one fd, no file, at most the right to bind low ports."""
    with running(['--network', 'host']) as box:
        broker, sentry = box.broker(), box.sentry()
        st = status(broker)
        check(st['Seccomp'] == '2' and st['NoNewPrivs'] == '1', 'Seccomp %s' % st['Seccomp'])
        for name in ('CapInh', 'CapAmb'):
            check(st[name] == NONE, 'broker: %s %s' % (name, st[name]))
        for name in ('CapPrm', 'CapEff'):
            check(int(st[name], 16) & ~(1 << 10) == 0, 'broker: %s %s' % (name, st[name]))
        check('0' not in st['Uid'].split() + st['Gid'].split(), 'broker: uid %s' % st['Uid'])
        check(os.stat('/proc/%d/mem' % broker).st_uid == 0, 'the broker is dumpable')
        fds = open_files(broker)
        check(len(fds) == 1 and list(fds.values())[0].startswith('socket:'), 'broker: %s' % fds)
        check(namespace(broker, 'net') == namespace(os.getpid(), 'net'), 'broker: network')
        net = read('/proc/%d/net/dev' % sentry).splitlines()[2:]
        check([n.split(':')[0].strip() for n in net] in ([], ['lo']), 'the sentry has a network')
    for victim in ('broker', 'sentry', 'starter'):
        with running(['--network', 'host']) as box:
            broker = box.broker()
            os.kill({'broker': broker, 'sentry': box.sentry(), 'starter': box.starter}[victim], 9)
            time.sleep(0.5)
            if victim == 'broker':
                check(box.proc.poll() is None, 'a sandbox ends with its broker')
            else:
                check(status(broker).get('State', 'Z')[0] == 'Z', 'the broker survives the ' + victim)


def test_guest_state():
    """Guests: no rights, a root with the stub alone, namespaces apart from the sentry's."""
    with running() as box:
        sentry, guests = box.sentry(), box.guests()
        check(len(guests) >= 4, 'only %d guests' % len(guests))
        for pid in guests:
            try:
                check_powerless(pid, 'guest')
                root = '/proc/%d/root/' % pid
                entries = os.listdir(root)
                links = {e for e in entries if os.path.islink(root + e)}  # names of programs
                check('stub' in entries and not set(entries) - links - {'stub', 'door'},
                      'the root of guests holds %s' % entries)
                check({os.readlink(root + e) for e in links} <= {'.', 'stub'},
                      'the root of guests has links to elsewhere')
                check(os.readlink('/proc/%d/exe' % pid) == '/stub', 'a guest executes something else')
                mounts = [m.split() for m in read('/proc/%d/mountinfo' % pid).splitlines()]
                check(all('ro' in m[5].split(',') for m in mounts), 'a writable mount: %s' % mounts)
                for kind in ('user', 'pid', 'mnt', 'net', 'ipc', 'uts', 'cgroup'):
                    check(namespace(pid, kind) != namespace(sentry, kind),
                          'a guest shares the %s namespace of the sentry' % kind)
                check(status(pid)['Seccomp_filters'] == '1', 'a guest has filters of its own')
            except (FileNotFoundError, ProcessLookupError, KeyError):
                pass  # it has ended meanwhile


def test_guest_fds():
    """A guest holds no host fd but those under its mappings, and eventfds in place of closed ones."""
    with Sandbox('/attack/mappings', '/attack/mappings').wait_for('ready') as box:
        for pid in box.guests():
            for number, target in open_files(pid).items():
                check(target == 'anon_inode:[eventfd]' or target.startswith('/memfd:') or
                      target.startswith('/mappings') or target.startswith('/attack'),
                      'guest %d: %d -> %s' % (pid, number, target))
                check('seccomp' not in target, 'a guest has a listener')
        box.held()


def test_own_user():
    """Started by an ordinary user the sandbox needs and gets no more."""
    import pwd
    try:
        pwd.getpwnam('nobody')
    except KeyError:
        return
    need('setpriv')
    prefix = ['env', '--chdir=/', 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    with Sandbox('/attack/busy', prefix=prefix, binary=public_binary()).wait_for('ready') as box:
        check_powerless(box.sentry(), 'sentry')
        for pid in box.guests():
            try:
                check_powerless(pid, 'guest')
            except KeyError:
                pass


def test_order_of_dropping():
    """Landlock, then the sentry's filter on all threads; the guests' after the sentry's Landlock."""
    need('strace')
    if Config.platform == 'ptrace':
        raise Skip('who is traced cannot be traced by us')
    log = os.path.join(scratch_dir('strace'), 'log')
    subprocess.run(['strace', '-f', '-qq', '-o', log, '-e', 'signal=none', '-e', 'trace=clone,clone3,'
                    'setresuid,landlock_restrict_self,seccomp,prctl,capset,setns,execve,statx',
                    Config.binary, 'run', '--platform', Config.platform, '--timeout', '9s', '--',
                    '/bin/true'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=60)
    log = [line.split(None, 1) for line in open(log)]
    calls = [(pid, call) for pid, call in log if not call.startswith('<...')]
    # An unfinished call counts where it ends, unless it is the wait of the first execve.
    for at, (pid, call) in enumerate(log):
        if call.startswith('<... seccomp'):
            calls.append((pid, call))

    def places(who, *words):
        return [i for i, (pid, call) in enumerate(calls)
                if pid == who and all(w in call for w in words)]

    def first(who, *words):
        found = places(who, *words)
        check(found, '%s makes no call with %s' % (who, words))
        return found[0]

    landlock = [i for i, (pid, call) in enumerate(calls) if call.startswith('landlock_restrict_self')]
    check(len(landlock) == 1 and calls[landlock[0]][1].rstrip().endswith('= 0'), 'no Landlock domain')
    sentry = calls[landlock[0]][0]
    guest = [pid for pid, call in calls if call.startswith('setns(')]
    check(len(set(guest)) == 1, 'the first guest is not known')
    guest = guest[0]
    ids, nnp = first(sentry, 'setresuid(65534, 65534'), first(sentry, 'PR_SET_NO_NEW_PRIVS, 1')
    init, caps = first(sentry, 'CLONE_NEWPID|SIGCHLD'), first(sentry, 'capset(', 'permitted=0')
    spec = first(sentry, 'PR_SET_SPECULATION_CTRL', 'PR_SPEC_INDIRECT_BRANCH, PR_SPEC_DISABLE')
    workers, dump = places(sentry, 'CLONE_THREAD'), first(sentry, 'PR_SET_DUMPABLE, SUID_DUMP_DISABLE')
    own = first(sentry, 'SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC')
    check(len(workers) >= 2, 'no workers')
    order = [ids, nnp, landlock[0], init, caps, spec, workers[0], workers[-1], dump, own]
    check(order == sorted(order), 'the sentry drops in another order: %s' % order)
    check(calls[own][1].rstrip().endswith('= 0'), "the sentry's filter failed")
    check(not [c for pid, c in calls[own + 1:] if pid == sentry and not c.startswith(('statx', '<...'))],
          'the sentry is not done after its filter')
    # Trees, archives and programs are looked at in full restriction.
    check(first(sentry, 'statx(') > own, 'a tree is looked at before the filter')
    order = [landlock[0], init, first(guest, 'setresuid(65534, 65534, 65534'), first(guest, 'setns('),
             first(guest, 'PR_SET_NO_NEW_PRIVS, 1'), first(guest, 'capset(', 'permitted=0'),
             first(guest, 'SECCOMP_SET_MODE_FILTER'), first(guest, 'execve(')]
    check(order == sorted(order), 'the first guest drops in another order: %s' % order)
    # The execve of the stub, its first trapped call, is answered after the sentry's filter.
    answered = [i for i, (pid, call) in enumerate(log) if pid == guest and 'execve resumed' in call]
    loaded = [i for i, (pid, call) in enumerate(log)
              if pid == sentry and 'seccomp' in call and call.rstrip().endswith('= 0')][-1:]
    check(answered and loaded and answered[0] > loaded[0], 'a guest ran before the filter')
