"""Results as tables, JSON, an SVG chart of ratios, and the part of docs/performance.md between its marks."""
import json
import os
import re

import cases
import chart

BEGIN, END = '<!-- results: begin -->', '<!-- results: end -->'
WORST = 12


def duration(ns):
    """Three digits and a unit."""
    for unit, factor in (('ns', 1), ('us', 1e3), ('ms', 1e6), ('s', 1e9)):
        value = ns / factor
        if value < 999.5 or unit == 's':
            break
    digits = 0 if value >= 99.5 or unit == 'ns' else 1 if value >= 9.95 else 2
    return '%.*f %s' % (digits, value, unit)


def times(ratio):
    return '%.0f' % ratio if ratio >= 99.5 else '%.1f' % ratio if ratio >= 9.95 else '%.2f' % ratio


def cell(row, name):
    """A time and its ratio, what a system's column shows."""
    got = row['systems'].get(name)
    if not got:
        return '-'
    if name == 'native' or 'ratio' not in got:
        return duration(got['ns'])
    return '%s (%s)' % (duration(got['ns']), times(got['ratio']))


def sections(result):
    """(title, rows) for every group, free and on one CPU."""
    for pinned in (False, True):
        for group, title in cases.GROUPS.items():
            rows = [c for c in result['cases'] if c['group'] == group and c['pinned'] == pinned]
            if rows:
                yield title + (', one CPU' if pinned else ''), rows


FOOTPRINT_ROWS = [
    ('start and end of /bin/true', 'startup_ms', '%.1f ms'),
    ('memory of an idle one (PSS of all processes)', 'pss_kib', '%.0f KiB'),
    ('memory added to native (PSS)', 'adds_kib', '%.0f KiB'),
    ('processor time when idle, per second', 'idle_ms_per_s', '%.1f ms'),
    ('wake-ups when idle, per second', 'idle_wakes_per_s', '%.1f'),
    ('%(many)s at once: PSS each', 'many_pss_kib', '%.0f KiB'),
    ('%(many)s at once: memory the host misses, each', 'many_host_kib', '%.0f KiB'),
    ('%(many)s at once: time to start, each', 'many_start_ms', '%.1f ms'),
]


def footprint_rows(result):
    """(label, [cell per system]) of what was measured."""
    feet = result['footprint']
    base = feet.get('native', {}).get('pss_kib')
    many = max((f.get('many', 0) for f in feet.values()), default=0)
    for f in feet.values():
        if base is not None and 'pss_kib' in f:
            f['adds_kib'] = f['pss_kib'] - base
    for label, key, form in FOOTPRINT_ROWS:
        if any(key in f for f in feet.values()):
            cells = [form % feet[s['name']][key] if key in feet.get(s['name'], {}) else '-'
                     for s in result['systems']]
            yield label % {'many': many}, cells


def notes(result):
    """What did not run, one line each."""
    for name, reason in result['skipped'].items():
        yield 'not measured: %s: %s' % (name, reason)
    for error in result['errors']:
        yield 'failed: ' + error


def print_table(head, rows):
    widths = [max(len(r[i]) for r in [head] + rows) for i in range(len(head))]
    for r in [head] + rows:
        print('  '.join([r[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(r[1:], widths[1:])]))
    print()


def print_tables(result):
    names = [s['name'] for s in result['systems']]
    titles = [s['title'] for s in result['systems']]
    for title, rows in sections(result):
        print_table([title] + titles + ['goal'],
                    [[r['name']] + [cell(r, n) for n in names] + ['%.1f' % r['goal'] if r['goal'] else '']
                     for r in rows])
    feet = [[label] + cells for label, cells in footprint_rows(result)]
    if feet:
        print_table(['footprint'] + titles, feet)
    for s in result['systems']:
        print('%s: %s' % (s['title'], s['version']))
    print('in brackets: median over %d rounds of the ratio to native; load average %s at the start, %s at the end'
          % (result['rounds'], result['load'][0], result['load'][1]))
    for note in notes(result):
        print(note)


def write_json(result, path):
    """Readable, and one line per case so that a diff of two is too."""
    plain = {k: v for k, v in result.items() if k != 'cases'}
    text = json.dumps(plain, indent=1, sort_keys=True)
    lines = ',\n'.join('  ' + json.dumps(c, sort_keys=True) for c in result['cases'])
    with open(path, 'w') as f:
        f.write('%s,\n "cases": [\n%s\n ]\n}\n' % (text[:-2], lines))


def write_svg(result, path):
    with open(path, 'w') as f:
        f.write(chart.draw(result, list(sections(result))))


def markdown_table(head, rows):
    lines = ['| ' + ' | '.join(head) + ' |', '| ' + ' | '.join(['---'] + ['--:'] * (len(head) - 1)) + ' |']
    return lines + ['| ' + ' | '.join(r) + ' |' for r in rows]


def losses(result):
    """Where we are furthest from native, and where behind a goal or another system."""
    ours = [s['name'] for s in result['systems'] if s['name'] in ('fast', 'notify')]
    if not ours:
        return []
    best = 'fast' if 'fast' in ours else 'notify'
    title = {s['name']: s['title'] for s in result['systems']}
    rows = [c for c in result['cases'] if 'ratio' in c['systems'].get(best, {})]
    worst = sorted(rows, key=lambda c: -c['systems'][best]['ratio'])[:WORST]
    lines = ['Furthest from native (%s): %s.' % (title[best], ', '.join(
        '%s%s %s' % (c['name'], ' on one CPU' if c['pinned'] else '', times(c['systems'][best]['ratio']))
        for c in worst))]
    goals = [c for c in rows if c['goal'] and not c['pinned']]
    if goals:
        met = sum(c['systems'][best]['ratio'] <= c['goal'] * 1.05 for c in goals)
        lines += ['', 'Of the %d cases with a goal, %d meet it (5%% of tolerance).' % (len(goals), met)]
    for other in [n for n in ('bubblewrap', 'gvisor') if n in title]:
        pairs = [(c, c['systems'][other]) for c in rows if 'ratio' in c['systems'].get(other, {})]
        slower = [c['name'] for c, o in pairs if not c['pinned'] and c['systems'][best]['ns'] > o['ns'] * 1.05]
        count = sum(not c['pinned'] for c, _ in pairs)
        text = 'Slower than %s in %d of %d cases' % (title[other], len(slower), count)
        lines += ['', text + (': %s.' % ', '.join(slower) if 0 < len(slower) <= 20 else '.')]
    return lines


def docs_text(result, stem):
    m = result['machine']
    names = [s['name'] for s in result['systems']]
    head = [s['title'] for s in result['systems']]
    lines = ['Measured %s: %d processors (%s), %s GiB, Linux %s; load average %s at the start, %s at the end.'
             % (result['date'], m['cpus'], m['cpu'], m['memory_gib'], m['kernel'], *result['load']),
             'Medians of %d rounds; in brackets the median ratio to native. %s.'
             % (result['rounds'], '; '.join('%s: %s' % (s['title'], s['version']) for s in result['systems'])),
             'All numbers: [%s.json](%s.json).' % (stem, stem), '']
    lines += ['- ' + note for note in notes(result)]
    lines += ['', '![Ratios to native, logarithmic](%s.svg)' % stem, '', '### Where it loses', '']
    lines += losses(result)
    feet = [[label] + cells for label, cells in footprint_rows(result)]
    if feet:
        lines += ['', '### Footprint', ''] + markdown_table([''] + head, feet)
    for title, rows in sections(result):
        lines += ['', '### ' + title[0].upper() + title[1:], '']
        lines += markdown_table(['operation'] + head + ['goal'], [
            [r['name']] + [cell(r, n) for n in names] + ['%.1f' % r['goal'] if r['goal'] else ''] for r in rows])
    return re.sub(r'\n{3,}', '\n\n', '\n'.join(lines))


def write_docs(result, docs):
    """docs/bench-DATE.{json,svg}, and the results in docs/performance.md between the marks."""
    stem = 'bench-' + result['date']
    write_json(result, os.path.join(docs, stem + '.json'))
    write_svg(result, os.path.join(docs, stem + '.svg'))
    path = os.path.join(docs, 'performance.md')
    with open(path) as f:
        text = f.read()
    if BEGIN not in text or END not in text:
        raise SystemExit('bench: %s has no marks %s and %s' % (path, BEGIN, END))
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    with open(path, 'w') as f:
        f.write(before + BEGIN + '\n' + docs_text(result, stem) + '\n' + END + after)
