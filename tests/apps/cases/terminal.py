# Programs on a terminal: vim, less, htop, tmux, bash with job control.
# app-needs: vim less htop tmux bash
# app-timeout: 120
import os, pty, re, select, signal, struct, fcntl, subprocess, sys, termios, time

def drive(name, cmd, steps, want=None, size=(24, 80)):
    """Sends each (text to wait for, keys) and prints the end."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM='xterm', PS1='$ ')
        os.execvp(cmd[0], cmd)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', *size, 0, 0))
    seen, ok = b'', True
    def wait(text, limit):
        nonlocal seen
        end = time.monotonic() + limit
        while not (text and re.search(text, seen)) and time.monotonic() < end:
            if select.select([fd], [], [], 0.1)[0]:
                try:
                    part = os.read(fd, 65536)
                except OSError:
                    return text is None
                if not part:
                    return text is None
                seen += part
        return text is not None and re.search(text, seen) is not None
    for text, keys in steps:
        if not wait(text, 20):
            ok = False
            print(name, 'did not show', text, seen[-300:], file=sys.stderr)
            break
        seen = b''
        time.sleep(0.2)  # what was shown may be the echo of a program that is about to start
        os.write(fd, keys)
    if not ok: os.kill(pid, signal.SIGKILL)
    wait(None, 20)
    print(name, ok, os.waitpid(pid, 0)[1], flush=True)
    os.close(fd)

open('text', 'w').write(''.join('line %d\n' % i for i in range(500)))
drive('vim', ['vim', '-u', 'NONE', '-N', 'text'], [(b'line 1', b'ggdd:$\r'), (b'499', b'Oinserted\x1b:%s/line/LINE/\r'), (b'LINE', b':w\r'), (b'written', b':!echo she""ll\r'), (b'shell', b'\r'), (b'LINE', b':q\r')])
print(subprocess.check_output('wc text; cksum text', shell=True, text=True))
drive('less', ['less', 'text'], [(b'LINE 1', b' '), (b'LINE 40', b'G'), (b'LINE 499', b'?LINE 25\r'), (b'LINE 25', b'q')])
drive('htop', ['htop', '-d', '5'], [(b'Tasks', b'q')])
drive('bash', ['bash', '--norc', '-i'], [(rb'\$ ', b'sleep 100\r'), (b'sleep 100', b'\x1a'), (b'Stopped', b'bg\r'), (b'sleep 100 &', b'kill %1; wait; jobs\r'), (b'jobs', b'cat\r'), (b'cat', b'typed\r'), (b'typed\r\n.*typed', b'\x03'), (rb'\^C', b'stty size; exit 3\r'), (b'24 80', b'')])
if 'notmux' not in sys.argv:
    drive('tmux', ['tmux', '-L', 'x', '-f', '/dev/null', 'new', 'sh'], [(b'[$#] ', b'echo in $((1+1)) tmux\r'), (b'in 2 tmux', b'\x02"'), (b'[$#] ', b'exit\r'), (b'.', b'exit\r')])
drive('python', ['/usr/bin/python3', '-q'], [(b'>>> ', b'1+'), (b'1', b'1\r'), (b'2\r\n', b'import time; time.sleep(50)\r'), (b'sleep\\(50', b'\x03'), (b'KeyboardInterrupt', b'exit(4)\r')])
