#!/usr/bin/env python3
"""Names and headers of files, as the house style wants them.

Every .c and .h of the product and of tests/unit:
  - begins with a comment whose first line is `<path from the root> - what it is`
  - a header's guard is its path in capitals; a .c file includes its own header first (or the internal
    one that its directory shares)
  - no typedef of a struct, union or pointer (function types and integers are fine)
  - file names are lower case with underscores
  - a .c file is listed in the meson.build of its top-level directory (or in one further down)
  - sys_<call> functions are defined in syscalls/ only, each once
Exit status 1 and one line per complaint.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PRODUCT = ['sentry', 'syscalls', 'fs', 'netstack', 'platform', 'runsc-c']
TOPS = PRODUCT + ['tests/unit']
FILE_NAME = re.compile(r'^[a-z0-9_]+\.[ch]$')
TYPEDEF = re.compile(r'^\s*typedef\s+((struct|union)\b|[\w\s]+\*\s*\w+\s*;)')
SYS_DEFINITION = re.compile(r'^(?:static\s+)?(?:long|int|ssize_t)\s+(sys_\w+)\s*\([^;]*$')


def read(path):
    with open(os.path.join(ROOT, path), errors='replace') as f:
        return f.read()


def check_header_comment(path, text):
    if not text.startswith(('/*\n * %s - ' % path, '/* %s - ' % path)):
        yield '%s:1: does not begin with the comment "%s - what it is"' % (path, path)


def check_guard(path, text):
    guard = re.sub(r'[^A-Z0-9]', '_', path.upper())
    if not re.search(r'^#ifndef %s\n#define %s\n' % (guard, guard), text, re.M):
        yield '%s: include guard is not %s' % (path, guard)


def check_own_header_first(path, text):
    own = path[:-2] + '.h'
    includes = re.findall(r'^\s*#\s*include\s+["<]([^">]+)[">]', text, re.M)
    if os.path.exists(os.path.join(ROOT, own)) and includes and \
       os.path.dirname(includes[0]) != os.path.dirname(own):
        yield '%s: its own header is not the first include' % path


def check_typedefs(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if TYPEDEF.match(line):
            yield '%s:%d: typedef of a struct or pointer' % (path, number)


def is_listed(path):
    """True if a meson.build between the file and its top directory names it."""
    folder = os.path.dirname(path)
    while folder:
        build = os.path.join(folder, 'meson.build')
        if os.path.exists(os.path.join(ROOT, build)):
            name = os.path.relpath(path, folder)
            if path.startswith('tests/unit/'):
                name = re.sub(r'(^|/)test_([^/]*)\.c$', r'\1\2', name)
                if "'%s'" % os.path.basename(path) in read(build):
                    return True
            if "'%s'" % name in read(build):
                return True
        folder = os.path.dirname(folder)
    return False


def check_file(path):
    text = read(path)
    yield from check_header_comment(path, text)
    yield from check_typedefs(path, text)
    if not FILE_NAME.match(os.path.basename(path)):
        yield '%s: file name is not lower_case' % path
    if path.endswith('.h'):
        yield from check_guard(path, text)
    else:
        yield from check_own_header_first(path, text)
        if not is_listed(path):
            yield '%s: not in any meson.build' % path


def check_sys_functions(paths):
    seen = {}
    for path in paths:
        for number, line in enumerate(read(path).splitlines(), 1):
            m = SYS_DEFINITION.match(line)
            if not m or path.endswith('.h'):
                continue
            if not path.startswith('syscalls/'):
                yield '%s:%d: %s is defined outside of syscalls/' % (path, number, m.group(1))
            if m.group(1) in seen:
                yield '%s:%d: %s is also in %s' % (path, number, m.group(1), seen[m.group(1)])
            seen[m.group(1)] = path


def main():
    complaints, paths = [], []
    for top in TOPS:
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            paths += [os.path.relpath(os.path.join(folder, n), ROOT) for n in sorted(names)
                      if n.endswith(('.c', '.h'))]
    for path in paths:
        complaints += check_file(path)
    complaints += check_sys_functions([p for p in paths if p.split('/')[0] in PRODUCT])
    print('\n'.join(complaints) if complaints else '%d files are named as they should be' % len(paths))
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main())
