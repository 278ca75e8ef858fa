#!/usr/bin/env python3
"""The tables in docs/security.md must be those of platform/policy/*.def.

    policy_doc.py           exit status 1 if the document is out of date
    policy_doc.py --fix     writes the tables into it
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
POLICY = os.path.join(ROOT, 'platform', 'policy')
DOCUMENT = os.path.join(ROOT, 'docs', 'security.md')
STRING = r'((?:\s*"(?:[^"\\]|\\.)*")+)'
FORWARDED = re.compile(r'^RULE\(%s,%s,%s,' % (STRING, STRING, STRING), re.M)
SENTRY = re.compile(r'^(BASE\(|CONTROL\(|NETWORK\(|SENTRY\(POLICY_GROUP_(\w+),)%s,%s,%s,' % (STRING, STRING, STRING), re.M)
GROUPS = {'BASE': 'always', 'WRITABLE': 'with a writable host tree', 'PTRACE': 'ptrace platform',
          'OWNER': "with root's own files", 'NETWORK': 'with Internet sockets',
          'WATCH': 'with a host tree that others change', 'CONTROL': 'in a container of an engine'}


def text_of(literal):
    """A C string literal, or several in a row, as text for a table."""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', literal)
    return ''.join(parts).replace('|', '\\|')


def read(name):
    with open(os.path.join(POLICY, name)) as f:
        return f.read()


def forwarded_table():
    rows = [tuple(map(text_of, m)) for m in FORWARDED.findall(read('forwarded.def'))]
    lines = ['%d calls:' % len({r[0] for r in rows}), '', '| call | values that pass | why it may |',
             '| --- | --- | --- |']
    return lines + ['| %s | %s | %s |' % r for r in rows]


def sentry_table():
    rows = []
    for start, group, call, values, why in SENTRY.findall(read('sentry.def')):
        name = GROUPS[group or start[:-1]]
        rows.append((text_of(call), text_of(values), text_of(why), name))
    base = {r[0] for r in rows if r[3] == GROUPS['BASE']}
    lines = ['%d calls always, %d with everything in use:' % (len(base), len({r[0] for r in rows})), '',
             '| call | values | for | when |', '| --- | --- | --- | --- |']
    return lines + ['| %s | %s | %s | %s |' % r for r in rows]


def replace(text, name, lines):
    begin, end = '<!-- %s: generated -->' % name, '<!-- %s: end -->' % name
    before, rest = text.split(begin, 1)
    return before + begin + '\n' + '\n'.join(lines) + '\n' + end + rest.split(end, 1)[1]


def main():
    with open(DOCUMENT) as f:
        old = f.read()
    new = replace(old, 'forwarded', forwarded_table())
    new = replace(new, 'sentry', sentry_table())
    if new == old:
        print('the tables of docs/security.md are up to date')
        return 0
    if '--fix' not in sys.argv[1:]:
        print('docs/security.md: tables out of date; tests/lint/policy_doc.py --fix')
        return 1
    with open(DOCUMENT, 'w') as f:
        f.write(new)
    return 0


if __name__ == '__main__':
    sys.exit(main())
