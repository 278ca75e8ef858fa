"""The chart: one row per case, one mark per system, its ratio to native on a logarithmic axis; as SVG."""
import math
from xml.sax.saxutils import escape

# Told apart without colours too, by their shape.
STYLE = {
    'bubblewrap': ('#7a7a7a', 'diamond'),
    'gvisor': ('#d55e00', 'square'),
    'notify': ('#0072b2', 'circle'),
    'ptrace': ('#8a5fb5', 'circle'),
    'fast': ('#009e73', 'triangle'),
    'other': ('#cc3377', 'square'),
}
LEFT, RIGHT, WIDTH = 190, 30, 900
ROW, HEAD, TOP, BOTTOM = 15, 26, 62, 34
SIZE = 4.2


def mark(x, y, name):
    colour, shape = STYLE.get(name, ('#000000', 'circle'))
    s = SIZE
    if shape == 'circle':
        body = '<circle cx="%.1f" cy="%.1f" r="%.1f"' % (x, y, s)
    elif shape == 'square':
        body = '<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f"' % (x - s + .6, y - s + .6, 2 * s - 1.2, 2 * s - 1.2)
    else:
        points = [(0, -s), (s, s * .8), (-s, s * .8)] if shape == 'triangle' else [(0, -s), (s, 0), (0, s), (-s, 0)]
        body = '<polygon points="%s"' % ' '.join('%.1f,%.1f' % (x + dx, y + dy) for dx, dy in points)
    return body + ' fill="%s" fill-opacity="0.85" stroke="#ffffff" stroke-width="0.6"/>' % colour


def label(ratio):
    return '%gx' % ratio


def ticks(low, high):
    """The powers of ten in the range, and 2 and 5 times them where there is room."""
    fine = (1, 2, 5) if high - low < 2.2 else (1,)
    for power in range(math.floor(low), math.ceil(high) + 1):
        for step in fine:
            value = step * 10.0 ** power
            if low - 1e-9 <= math.log10(value) <= high + 1e-9:
                yield value


def draw(result, sections):
    systems = [s for s in result['systems'] if s['name'] != 'native']
    ratios = [c['ratio'] for _, rows in sections for r in rows for n, c in r['systems'].items()
              if n != 'native' and c.get('ratio', 0) > 0]
    low = min(-0.3, math.log10(min(ratios, default=1)) - 0.1)
    high = max(0.6, math.log10(max(ratios, default=1)) + 0.1)
    height = TOP + sum(HEAD + ROW * len(rows) for _, rows in sections) + BOTTOM

    def x_of(ratio):
        return LEFT + (math.log10(ratio) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" '
           'font-family="sans-serif" font-size="11">' % (WIDTH, height, WIDTH, height),
           '<rect width="100%" height="100%" fill="#ffffff"/>',
           '<text x="12" y="20" font-size="14" font-weight="bold">Time relative to native, %s (left is better)'
           '</text>' % escape(result['date'])]
    x = 14
    for s in systems:
        out += [mark(x, 38, s['name']), '<text x="%d" y="42">%s</text>' % (x + 9, escape(s['title']))]
        x += 26 + 7 * len(s['title'])
    for value in ticks(low, high):
        bold = value == 1
        out.append('<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="%s" stroke-width="%s"/>'
                   % (x_of(value), x_of(value), TOP, height - BOTTOM, '#333333' if bold else '#dddddd',
                      '1.2' if bold else '1'))
        for y in (TOP - 4, height - BOTTOM + 14):
            out.append('<text x="%.1f" y="%d" text-anchor="middle" fill="#555555">%s</text>'
                       % (x_of(value), y, label(value)))
    y = TOP
    for title, rows in sections:
        y += HEAD
        out.append('<text x="12" y="%d" font-weight="bold">%s</text>' % (y - 5, escape(title)))
        for r in rows:
            middle = y + ROW / 2
            out.append('<text x="%d" y="%.1f" text-anchor="end">%s</text>' % (LEFT - 8, middle + 4, escape(r['name'])))
            out.append('<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#eeeeee"/>'
                       % (LEFT, WIDTH - RIGHT, middle, middle))
            for s in systems:
                ratio = r['systems'].get(s['name'], {}).get('ratio', 0)
                if ratio > 0:
                    out.append(mark(x_of(ratio), middle, s['name']))
            y += ROW
    out.append('</svg>')
    return '\n'.join(out) + '\n'
