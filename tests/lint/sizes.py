#!/usr/bin/env python3
"""Sizes to look at: functions, files, parameters, nesting. Relies on the house format.

Prints a report. Fails only on a function above 100 lines that has no comment `/* long: reason */` right
before it, and on a file above 900 lines. The rest (p95 of a directory above 50 lines, more than 6
parameters, more than 3 levels of indent) is printed for somebody to think about.

    sizes.py [-v] [DIR...]      -v: the ten longest functions of each directory, too
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOPS = ['sentry', 'syscalls', 'fs', 'netstack', 'platform', 'runsc-c', 'tests']
FUNCTION_MAX, FUNCTION_P95, FILE_MAX, PARAMETERS_MAX, NESTING_MAX = 100, 50, 900, 6, 3
CONTROL = re.compile(r'^(\t+)(if|for|while|do|switch|else|return|break|continue|goto|\w*for_each\w*)\b')
LONG = re.compile(r'/\*\s*long:\s*\S')
NAME = re.compile(r'(\w+)\s*\(')


class Function:
    def __init__(self, path, start, name, lines, parameters, nesting, reason):
        self.path, self.start, self.name, self.lines = path, start, name, lines
        self.parameters, self.nesting, self.reason = parameters, nesting, reason

    def __str__(self):
        return '%s:%d: %s' % (self.path, self.start, self.name)


def head_of(lines, brace):
    """Index of the first line of the definition whose opening brace stands at line index brace."""
    start = brace
    while start > 0:
        before = lines[start - 1]
        if not before.strip() or before.startswith(('}', '#', '/*', ' *', '//')) or \
           before.rstrip().endswith((';', '*/')):
            break
        start -= 1
    return start


def count_parameters(head):
    """Parameters of the last parenthesised list of a definition's head."""
    depth, commas, start = 0, 0, head.find('(')
    inner = head[start:]
    if re.match(r'\(\s*(void)?\s*\)', inner):
        return 0
    for char in inner:
        depth += (char == '(') - (char == ')')
        commas += char == ',' and depth == 1
        if depth == 0:
            break
    return commas + 1


def functions(path, lines):
    for brace, line in enumerate(lines):
        if line.rstrip() != '{':
            continue
        start = head_of(lines, brace)
        head = re.sub(r'__attribute__\(\(.*?\)\)', '', ' '.join(lines[start:brace]))
        m = NAME.search(head)
        end = next((i for i in range(brace, len(lines)) if lines[i].startswith('}')), None)
        if not m or end is None:
            continue
        levels = [len(c.group(1)) for c in map(CONTROL.match, lines[brace:end]) if c]
        above = lines[start - 1] if start else ''
        comment_from = max(0, start - 12)
        comment = ''.join(lines[comment_from:start]).rpartition('/*')
        reason = above.rstrip().endswith('*/') and LONG.search('/*' + comment[2])
        yield Function(path, start + 1, m.group(1), end - start + 1, count_parameters(head[m.start(1):]),
                       max(levels, default=1) - 1, bool(reason))


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0


def report_directory(top, found, sizes, verbose):
    lengths = [f.lines for f in found]
    p95 = percentile(lengths, 95)
    print('%-10s %4d files, largest %4d; %5d functions: median %2d, p95 %3d%s, max %3d' % (
        top, len(sizes), max(sizes.values(), default=0), len(found), percentile(lengths, 50), p95,
        ' (!)' if p95 > FUNCTION_P95 else '', max(lengths, default=0)))
    if verbose:
        for f in sorted(found, key=lambda f: -f.lines)[:10]:
            print('    %4d lines  %s' % (f.lines, f))


def scan(top):
    """(functions, {path: lines}) of a top directory."""
    found, sizes = [], {}
    for folder, _, names in os.walk(os.path.join(ROOT, top)):
        for name in sorted(names):
            if name.endswith(('.c', '.h', '.S')):
                path = os.path.relpath(os.path.join(folder, name), ROOT)
                with open(os.path.join(ROOT, path), errors='replace') as f:
                    lines = f.readlines()
                sizes[path] = len(lines)
                found += functions(path, lines)
    return found, sizes


def main():
    words = sys.argv[1:]
    verbose = '-v' in words
    failures, remarks = [], []
    for top in [w for w in words if w != '-v'] or TOPS:
        found, sizes = scan(top)
        report_directory(top, found, sizes, verbose)
        for f in found:
            if f.lines > FUNCTION_MAX and not f.reason:
                failures.append('%s: %d lines and no /* long: reason */ before it' % (f, f.lines))
            if f.parameters > PARAMETERS_MAX:
                remarks.append('%s: %d parameters' % (f, f.parameters))
            if f.nesting > NESTING_MAX:
                remarks.append('%s: %d levels of indent' % (f, f.nesting))
        failures += ['%s: %d lines' % (p, n) for p, n in sizes.items() if n > FILE_MAX]
    if remarks:
        print('to think about:\n    ' + '\n    '.join(remarks))
    if failures:
        print('too long:\n    ' + '\n    '.join(failures))
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
