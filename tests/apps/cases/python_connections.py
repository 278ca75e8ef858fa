"""3000 connections kept between two processes, from several addresses, with requests on all in rounds."""
import os
import resource
import select
import socket

CONNECTIONS, ROUNDS = 3000, 3

soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2 * CONNECTIONS), hard))


def serve(listener):
    poll, conns = select.epoll(), {}
    listener.setblocking(False)
    poll.register(listener, select.EPOLLIN)
    while conns or not getattr(serve, 'began', False):
        for fd, _ in poll.poll():
            if fd == listener.fileno():
                try:
                    while True:
                        conn, peer = listener.accept()
                        conn.setblocking(False)
                        conns[conn.fileno()] = conn
                        poll.register(conn, select.EPOLLIN)
                        serve.began = True
                except BlockingIOError:
                    continue
            data = conns[fd].recv(100)
            if data:
                conns[fd].send(b'answer to ' + data)
            else:
                poll.unregister(fd)
                conns.pop(fd).close()


def main():
    listener = socket.create_server(('127.0.0.1', 0), backlog=500)
    port = listener.getsockname()[1]
    child = os.fork()
    if child == 0:
        serve(listener)
        os._exit(0)
    listener.close()
    conns = [socket.create_connection(('127.0.0.1', port), source_address=('127.0.0.%d' % (1 + i % 4), 0))
             for i in range(CONNECTIONS)]
    right = 0
    for r in range(ROUNDS):
        for i, c in enumerate(conns):
            c.send(b'%d of %d' % (i, r))
        for i, c in enumerate(conns):
            right += c.recv(100) == b'answer to %d of %d' % (i, r)
    for c in conns:
        c.close()
    print('%d answers, server ended with %d' % (right, os.waitpid(child, 0)[1]))


main()
