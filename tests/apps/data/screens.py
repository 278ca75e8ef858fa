"""Programs on a terminal, compared by what a user sees: the screens of one bash session.

tmux is the terminal. screens.session(prefix) runs prefix + bash in it, types, waits until the screen
shows what it should and does not change any more, and prints it. Screens that hold times or process
ids are not printed.
"""
import os
import re
import shutil
import subprocess
import sys
import time

SOCKET = ['tmux', '-S', './tmux.sock', '-f', '/dev/null']
LIMIT = 15  # seconds for one step
EMPTY = r'\A\Z'
QUIET = 0.25  # a screen that has not changed for so long is complete


def tmux(*args):
    done = subprocess.run(SOCKET + list(args), stdout=subprocess.PIPE, text=True)
    return done.stdout


class Screen:
    def __init__(self):
        self.failed = False

    def look(self):
        return '\n'.join(line.rstrip() for line in tmux('capture-pane', '-p').split('\n')).rstrip()

    def wait(self, pattern):
        """The screen once it matches and rests."""
        end = time.monotonic() + LIMIT
        last, since = None, time.monotonic()
        while time.monotonic() < end:
            now = self.look()
            if now != last:
                last, since = now, time.monotonic()
            elif re.search(pattern, now, re.M) and time.monotonic() - since > QUIET:
                return now
            time.sleep(0.03)
        self.failed = True
        print('NOT SEEN: %s' % pattern)
        print('no %s on\n%s' % (pattern, last), file=sys.stderr)
        return last or ''

    def step(self, title, keys, pattern, show=True):
        """keys: names as tmux knows them; a string that starts with = is typed as it is."""
        if self.failed:
            return
        for key in keys:
            if key.startswith('='):
                tmux('send-keys', '-l', key[1:])
            else:
                tmux('send-keys', key)
        text = self.wait(pattern)
        print('---- %s' % title)
        if show:
            print(text)

    def command(self, line, pattern, show=True):
        self.step(line, ['=clear; ' + line, 'Enter'], pattern, show)

    def resize(self, width, height):
        if not self.failed:
            tmux('resize-window', '-x', str(width), '-y', str(height))


def edit(s):
    s.command('vim -u NONE -N -n --cmd "set ttimeout ttimeoutlen=50" text', r'"text" 500L')
    s.step('jump, delete, insert', ['=G', '=3dd', '=gg', '=Onew first line', 'Escape'], '^new first')
    s.step('substitute', ['=:%s/line/LINE/', 'Enter'], '^LINE 49')
    s.step('numbers', ['=:set number', 'Enter', '=:20', 'Enter'], '^ *20 ')
    s.resize(100, 30)
    s.step('resized', ['C-l'], '^ *34 LINE')
    s.step('split', ['=:split +400', 'Enter'], '^ *400 ')
    s.step('suspended', ['C-z'], r'Stopped')
    s.step('back', ['=clear; fg', 'Enter'], '^ *400 ')
    s.step('shell', ['=:!echo she""ll', 'Enter'], '^shell')
    s.step('back again', ['Enter'], '^ *400 ')
    s.resize(80, 24)
    s.step('written', ['=:only', 'Enter', '=:wq', 'Enter'], r'\$$', show=False)
    s.command('cksum text', r'^\d+ \d+ text')


def page(s):
    s.command('less text', '^text')
    s.step('page', ['Space'], '^LINE 30')
    s.step('end', ['=G'], r'^\(END\)|^LINE 497')
    s.step('search back', ['=?LINE 25', 'Enter'], '^LINE 25')
    s.resize(60, 10)
    s.step('small', [], '^LINE 25[0-9]$')
    s.step('begin', ['=g'], '^new first')
    s.resize(80, 24)
    s.step('large again', [], '^LINE 1[5-9]$')
    s.step('left', ['=q'], r'\$$', show=False)
    s.command('stty size', '^24 80')


def jobs(s):
    s.command('sleep 100', EMPTY)
    s.step('^Z', ['C-z'], 'Stopped')
    s.step('bg', ['=bg; jobs', 'Enter'], 'Running')
    s.step('kill', ['=kill %1', 'Enter'], r'\$$', show=False)
    s.step('killed', ['=clear; wait; jobs; echo none', 'Enter'], '^none', show=False)
    s.command('cat', EMPTY)
    s.step('typed', ['=one', 'Enter'], '^one\none')
    s.step('^Z', ['C-z'], 'Stopped')
    s.step('fg', ['=fg', 'Enter'], '^cat')
    s.step('typed', ['=two', 'Enter'], '^two\ntwo')
    s.step('^D', ['C-d'], r'\$$')
    s.step('status', ['=echo "status $?"', 'Enter'], '^status 0')
    s.command('sleep 50', EMPTY)
    s.step('^C', ['C-c'], r'\$$')
    s.step('status', ['=echo "status $?"', 'Enter'], '^status 130')
    s.command('ulimit -c 0; sleep 50', EMPTY)
    s.step('^\\', ['C-\\'], r'\$$')
    s.step('status', ['=echo "status $?"', 'Enter'], '^status 131')
    s.command('(sleep 0.3; kill -TTIN $BASHPID) & cat | sort &', r'\[2\]', show=False)
    s.step('read in the background', ['=jobs | grep -c Stopped', 'Enter'], '^[12]$', show=False)
    s.step('killed', ['=kill %1 %2; kill -CONT %1 %2; wait', 'Enter'], r'\$$', show=False)
    s.command('yes | head -n 100000 | tail -n 3; seq 3 | while read x; do echo "<$x>"; done', '^<3>')
    s.command('read -r -s -p "secret: " x', '^secret:')
    s.step('not echoed', ['=hidden', 'Enter', '=clear; echo "got $x"', 'Enter'], '^got hidden')
    s.command("trap 'echo winch $(stty size)' WINCH; echo ready", '^ready')
    s.resize(90, 20)
    s.step('SIGWINCH', ['Enter'], 'winch 20 90')
    s.resize(80, 24)
    s.step('trap off', ['=trap - WINCH; clear; stty -a | head -n 1', 'Enter'], 'rows 24')
    s.command('stty -icanon -echo min 1; dd bs=1 count=3 2>/dev/null; stty sane; echo', EMPTY)
    s.step('raw', ['=abc'], '^abc')


def programs(s):
    s.command('/usr/bin/python3 -q', '^>>>')
    s.step('expression', ['=6*7', 'Enter'], '^42')
    s.step('sleeps', ['=import time; time.sleep(50)', 'Enter'], r'sleep\(50')
    s.step('^C', ['C-c'], '^KeyboardInterrupt')
    s.step('history', ['Up', 'Up', 'Enter'], '42\n(.*\n)*42', show=False)
    s.step('^D', ['C-d'], r'\$$')
    s.command('htop -d 5', 'F10', show=False)
    s.step('left', ['=q'], r'\$$', show=False)
    s.command('tmux -L inner -f /dev/null new "sh -c \'stty size; read x; echo got \\$x; sleep 0.5\'"',
              '^23 80', show=False)
    s.step('typed', ['=word', 'Enter'], r'exited', show=False)
    s.command('script -qc "stty size" /dev/null; tty >/dev/null; echo "tty $?"', '^tty 0')
    s.command('busybox vi text', '^LINE 1', show=False) if shutil.which('busybox') else None
    s.step('left', ['=:q', 'Enter'], r'\$$', show=False)


def session(prefix):
    with open('text', 'w') as f:
        f.write(''.join('line %d\n' % i for i in range(500)))
    os.environ.pop('TMUX', None)
    inner = "env -u TMUX -u TMUX_PANE PS1='$ ' HISTFILE= %s bash --norc -i" % prefix
    tmux('new-session', '-d', '-x', '80', '-y', '24', 'sleep 0.5; ' + inner + '; echo "end $?"; sleep 9999')
    tmux('set-option', '-g', 'window-size', 'manual')
    tmux('set-option', '-g', 'escape-time', '0')
    s = Screen()
    try:
        s.step('prompt', [], r'^\$')
        for part in (edit, page, jobs, programs):
            part(s)
        s.step('end', ['=clear; exit 3', 'Enter'], '^end 3')
        if s.failed:
            print('FAILED')
    finally:
        tmux('kill-server')
