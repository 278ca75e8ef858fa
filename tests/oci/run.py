#!/usr/bin/env python3
"""The OCI runtime under real engines: Docker, containerd, podman, as far as they are installed.

Each engine is started by hand with a data directory, state directory and socket of its own, in a
network namespace of its own, and stopped at the end; an installed engine that runs is not touched.
The image is busybox, so busybox-static (or a static busybox in PATH) is needed, and root. The ordinary
user of podman-rootless exists in a mount namespace only.

The last line is `N passed, N failed, N skipped`.
"""
import argparse
import os
import re
import shutil
import sys
import tempfile

import containerd_tests
import docker_life_tests
import docker_tests
import podman_tests
import rootless_tests
from engines import Skip, Tally, all_of, make_image

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def test_docker(tally, directory, runtime, image):
    d = docker_tests.Docker(directory, runtime, image)
    try:
        for name, f in all_of(docker_tests, 'docker_') + all_of(docker_life_tests, 'docker_'):
            tally.test(name, f, d)
            if re.search(tally.pattern, name):
                d.clean()
        c = containerd_tests.Containerd(d, runtime)
        for name, f in all_of(containerd_tests, 'containerd_'):
            tally.test(name, f, c, image)
    finally:
        d.stop()


def test_podman(tally, directory, runtime, image):
    p = podman_tests.Podman(directory, runtime, image)
    for name, f in all_of(podman_tests, 'podman_'):
        tally.test(name, f, p)


def test_rootless(tally, directory, runtime, image):
    r = rootless_tests.Rootless(directory, runtime, image)
    try:
        for name, f in all_of(rootless_tests, 'rootless_'):
            tally.test(name, f, r)
            if re.search(tally.pattern, name):
                r.clean()
    finally:
        r.stop()


ENGINES = {'docker': test_docker, 'podman': test_podman, 'podman-rootless': test_rootless}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--binary', default=os.path.join(ROOT, 'build', 'sandbox'))
    parser.add_argument('--filter', default='', metavar='REGEXP')
    parser.add_argument('--engine', choices=sorted(ENGINES), help='only this one')
    args = parser.parse_args()
    tally = Tally(args.filter)
    with tempfile.TemporaryDirectory(prefix='oci-', ignore_cleanup_errors=True) as directory:
        os.chmod(directory, 0o755)  # the ordinary user's way to the runtime
        runtime = os.path.join(directory, 'runsc-c')
        shutil.copy(args.binary, runtime)
        os.chmod(runtime, 0o755)
        try:
            if os.geteuid() != 0:
                raise Skip('engines are started as root')
            image = make_image(directory)
        except Skip as e:
            tally.skip('all', e)
            image = None
        for engine, f in ENGINES.items():
            if not image or args.engine not in (None, engine):
                continue
            try:
                f(tally, directory, runtime, image)
            except Skip as e:
                tally.skip(engine, e)
    print('%d passed, %d failed, %d skipped' % (tally.passed, tally.failed, tally.skipped))
    return 1 if tally.failed else 0


if __name__ == '__main__':
    sys.exit(main())
