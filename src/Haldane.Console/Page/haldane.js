// Haldane's live page, in parts from plain to live: words and numbers, elements, drawings (SVG), a rollout's section, polls and streams.
// Data reaches the document only as text nodes and attributes; nothing here parses HTML. One file, because it is served as one and
// there is no build that would join several.

const POLL_MS = 2000;
const STALE_MS = 5000;
const PATIENCE_MS = 8000;
const RETRY_MS = 3000;
const MOST_POINTS = 600;
const MOST_STREAMS = 4; // a browser opens six connections to a host over HTTP/1.1; the polls need the rest
const ACTIVE = new Set(['Running', 'Returning']); // phases in which the canary has a share of its own
const LATEST_ROLLBACK_MS = 3600_000;

// ---------------------------------------------------------------- words and numbers

const NONE = '–';
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const count = n => whole.format(n ?? 0);
const milliseconds = seconds => seconds == null ? NONE : `${tenths.format(seconds * 1000).replace(/^-/, '\u2212')} ms`;
const shareText = basisPoints => `${decimals((basisPoints ?? 0) / 100, 2)}%`;

function decimals(value, most, least = 0) {
  return value.toLocaleString('en', { minimumFractionDigits: least, maximumFractionDigits: most }).replace(/^-/, '\u2212');
}

// Three digits that say something, and none that hide how near to 100 % a rate is.
function percent(fraction) {
  if (fraction == null) {
    return NONE;
  }

  const value = fraction * 100;
  const size = Math.abs(value);
  return `${decimals(value, size >= 99 ? 3 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4)}%`;
}

function signed(text, value) {
  return value > 0 ? `+${text}` : text;
}

// A .NET TimeSpan, [-][d.]hh:mm:ss[.fffffff], as seconds.
function seconds(span) {
  const parts = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(span ?? '');
  return parts ? (((+(parts[1] ?? 0) * 24 + +parts[2]) * 60 + +parts[3]) * 60 + +parts[4]) : 0;
}

function duration(total) {
  const s = Math.floor(total);
  const parts = [[Math.floor(s / 86400), 'd'], [Math.floor(s / 3600) % 24, 'h'], [Math.floor(s / 60) % 60, 'min'], [s % 60, 's']];
  const said = parts.filter(([n]) => n > 0).slice(0, 2).map(([n, unit]) => `${n} ${unit}`);
  return said.length > 0 ? said.join(' ') : '0 s';
}

const pad = n => String(n).padStart(2, '0');

function clock(time) {
  const at = new Date(time);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
}

function moment(time) {
  const at = new Date(time);
  const today = at.toDateString() === new Date().toDateString();
  return today ? clock(at) : `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${clock(at)}`;
}

function signalText(signal) {
  switch (signal.kind) {
    case 'Latency': return `latency-p${decimals(signal.quantile * 100, 3)}`;
    case 'FirstToken': return signal.quantile === 0.95 ? 'time-to-first-token' : `time-to-first-token-p${decimals(signal.quantile * 100, 3)}`;
    case 'Mean': return `mean:${signal.name}`;
    case 'EventRate': return signal.name === 'conversion' ? signal.name : `rate:${signal.name}`;
    // The others are written as they are called: ErrorRate is error-rate.
    default: return signal.kind.replace(/(?!^)[A-Z]/g, letter => `-${letter}`).toLowerCase();
  }
}

const isTime = kind => kind === 'Latency' || kind === 'FirstToken';
const isNumber = kind => kind === 'Mean' || kind === 'Throughput';

// A number in its own unit, which only the specification's author knows.
const plain = value => value.toLocaleString('en', { maximumSignificantDigits: 4 }).replace(/^-/, '\u2212');

// How numbers on a guard's scale are written, where "no difference" stands on it, and which way is worse.
function scaleOf(guard) {
  const kind = guard.signal.kind;
  const own = isTime(kind) ? milliseconds : isNumber(kind) ? plain : percent;
  switch (guard.scale) {
    case 'Ratio': {
      const digits = Math.abs(guard.bad - 1) < 0.05 ? 3 : 2;
      return { log: true, none: 1, lowerIsWorse: guard.bad < 1, text: v => `${decimals(v, digits, digits)}×`, own };
    }
    case 'Difference': {
      const text = isTime(kind) ? milliseconds : isNumber(kind) ? plain : v => `${decimals(v * 100, Math.abs(v) < 0.001 ? 3 : 2)} pp`;
      return { none: 0, lowerIsWorse: guard.bad < 0, text: v => signed(text(v), v), own };
    }
    case 'JensenShannon':
      return { none: 0, least: 0, lowerIsWorse: false, text: v => `${decimals(v, Math.abs(v) < 0.01 ? 4 : 3)} bits`, own };
    default:
      return { none: null, least: isNumber(kind) ? null : 0, lowerIsWorse: guard.atLeast || kind === 'Accuracy', text: own, own };
  }
}

// Safe to paste into a shell, whatever the name holds.
const shellWord = name => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;

// ---------------------------------------------------------------- elements

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value != null && value !== false) {
      node.setAttribute(name, value === true ? '' : value);
    }
  }

  node.append(...children.filter(c => c != null));
  return node;
}

const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// Only what changed is written, so that a selection, the focus or a screen reader's place survives the next second.
function say(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

function mark(node, name, value) {
  if (value == null || value === false) {
    node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value);
  }
}

const cell = (label, attributes, ...children) => el('td', { role: 'cell', 'data-label': label, ...attributes }, ...children);

// ---------------------------------------------------------------- drawing: the difference band

const BAND = { width: 232, height: 54, top: 16, bottom: 38 };

function bandText(verdict, scale) {
  if (verdict.estimate == null) {
    return 'no estimate yet';
  }

  const low = verdict.low == null ? null : scale.text(verdict.low);
  const high = verdict.high == null ? null : scale.text(verdict.high);
  const range = low && high ? `${low} to ${high}` : low ? `at least ${low}` : high ? `at most ${high}` : 'unbounded';
  return `${scale.text(verdict.estimate)} (${range})`;
}

function drawBand(verdict, guard, scale) {
  const { width, height, top, bottom } = BAND;
  const along = scale.log ? v => Math.log(Math.max(v, 1e-9)) : v => v;
  const lines = [verdict.fine, verdict.bad, scale.none].filter(v => v != null).map(along);
  const numbers = [verdict.estimate, verdict.low, verdict.high].filter(v => v != null && Number.isFinite(v)).map(along);
  const first = Math.min(...lines);
  const last = Math.max(...lines);
  const unit = last - first || Math.abs(last) / 2 || 1;

  // What lies far outside the lines is cut and shown as an arrow: the lines matter more than the size of the uncertainty.
  let from = Math.max(Math.min(first - 0.6 * unit, ...numbers.map(n => n - 0.15 * unit)), first - 2.5 * unit);
  const to = Math.min(Math.max(last + 0.6 * unit, ...numbers.map(n => n + 0.15 * unit)), last + 2.5 * unit);
  if (scale.least != null) {
    from = Math.max(from, along(scale.least) - 0.12 * (to - from));
  }

  const x = v => Math.min(Math.max((along(v) - from) / (to - from) * width, 0), width);
  const fine = x(verdict.fine);
  const bad = x(verdict.bad);
  const worse = scale.lowerIsWorse;
  const zone = (name, a, b) => svg('rect', { class: name, x: Math.min(a, b), width: Math.abs(b - a), y: top, height: bottom - top });
  const line = (name, at) => svg('line', { class: name, x1: at, x2: at, y1: top - 2, y2: bottom + 2 });
  const inside = (at, text) => Math.min(Math.max(at, text.length * 3 + 1), width - text.length * 3 - 1);
  const label = (name, at, y, text) => svg('text', { class: name, x: inside(at, text), y, 'text-anchor': 'middle' }, text);

  const drawing = svg('svg', { class: 'band', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img' },
    zone('zone-fine', worse ? width : 0, fine), zone('zone-between', fine, bad), zone('zone-bad', bad, worse ? 0 : width));
  const same = Math.abs(fine - bad) < 1;
  if (!same) {
    drawing.append(line('line-fine', fine), label('fine', fine, top - 6, `fine ${scale.text(verdict.fine)}`));
  }

  const badText = `${same ? 'limit' : 'bad'} ${scale.text(verdict.bad)}`;
  drawing.append(line('line-bad', bad), label('bad', bad, height - 4, badText));
  if (scale.none != null) {
    const none = x(scale.none);
    const badAt = inside(bad, badText);
    drawing.append(line('line-none', none));
    const room = Math.abs(none - badAt) - badText.length * 3;
    if (room > 42) {
      drawing.append(label('none', none, height - 4, 'no difference'));
    } else if (room > 10) {
      drawing.append(label('none', none, height - 4, scale.log ? '1×' : '0'));
    }
  }

  if (verdict.estimate != null) {
    drawing.append(...interval(verdict, x, width, (top + bottom) / 2, v => along(v) < from || along(v) > to));
  }

  const lineText = same ? `limit ${scale.text(verdict.bad)}` : `fine line ${scale.text(verdict.fine)}, bad line ${scale.text(verdict.bad)}`;
  mark(drawing, 'aria-label', `${bandText(verdict, scale)}; ${lineText}; ${worse ? 'lower' : 'higher'} is worse`);
  return drawing;
}

function interval(verdict, x, width, y, isCut) {
  const low = verdict.low == null || isCut(verdict.low);
  const high = verdict.high == null || isCut(verdict.high);
  const a = low ? 1 : x(verdict.low);
  const b = high ? width - 1 : x(verdict.high);
  const end = (open, at, way) => open
    ? svg('path', { class: 'interval-end', d: `M${at - way * 6} ${y - 5}L${at} ${y}L${at - way * 6} ${y + 5}` })
    : svg('path', { class: 'interval-end', d: `M${at} ${y - 5}V${y + 5}` });
  return [
    svg('line', { class: 'interval', x1: a, x2: Math.max(b, a), y1: y, y2: y }),
    end(low, a, -1),
    end(high, b, 1),
    svg('circle', { class: 'estimate', cx: x(verdict.estimate), cy: y, r: 4.5 }),
  ];
}

// ---------------------------------------------------------------- drawing: curves

const PLOT = { left: 62, right: 10, top: 20, height: 190, strip: 22, gap: 24, axis: 18 };
const TIME_STEPS = [5, 10, 15, 30, 60, 120, 300];

const LATENCY = {
  title: 'Latency',
  note: 'successful answers, over the last 10 s',
  format: milliseconds,
  tick: s => `${decimals(s * 1000, 3)} ms`,
  lines: [
    { arm: 'baseline', name: 'baseline p99', class: 'baseline', get: p => p.baseline.p99 },
    { arm: 'baseline', name: 'baseline p50', class: 'baseline half', get: p => p.baseline.p50 },
    { arm: 'canary', name: 'canary p99', class: 'canary', get: p => p.canary.p99 },
    { arm: 'canary', name: 'canary p50', class: 'canary half', get: p => p.canary.p50 },
  ],
};

const ERRORS = {
  title: 'Error rate',
  note: 'of exchanges, over the last 10 s',
  format: percent,
  tick: f => `${decimals(f * 100, 4)}%`,
  least: 0.001,
  lines: [
    { arm: 'baseline', name: 'baseline', class: 'baseline', get: p => p.baseline.errorRate },
    { arm: 'canary', name: 'canary', class: 'canary', get: p => p.canary.errorRate },
  ],
};

function niceStep(range, most) {
  const rough = range / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map(m => m * power).find(step => step >= rough * 0.999);
}

function linearAxis(values, least) {
  const step = niceStep(Math.max(least, ...values), 5);
  const top = Math.ceil(Math.max(least, ...values) / step - 1e-9) * step;
  const ticks = [];
  for (let i = 0; i * step <= top * 1.0001; i++) {
    ticks.push(i * step);
  }

  return { ticks, place: v => v / top };
}

function logAxis(values) {
  const low = Math.min(...values) / 1.15;
  const high = Math.max(...values) * 1.15;
  const grids = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7], [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9]];
  let ticks = [];
  for (const grid of grids) {
    ticks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
      ticks.push(...grid.map(m => m * 10 ** power).filter(v => v >= low && v <= high));
    }

    if (ticks.length >= 3) {
      break;
    }
  }

  return { ticks, place: v => Math.log(v / low) / Math.log(high / low) };
}

/** A chart with its legend. Redrawn as a whole once a second; the cursor is a layer of its own. */
class Chart {
  constructor(plan, onCursor, extra) {
    this.plan = plan;
    this.points = [];
    this.log = false;
    this.drawing = svg('svg', { class: 'chart', tabindex: 0, role: 'img', 'aria-label': plan.title });
    this.drawing.setAttribute('aria-keyshortcuts', 'ArrowLeft ArrowRight Escape');
    this.time = el('span', { class: 'quiet' });
    this.values = plan.lines.map(() => el('b'));
    const items = plan.lines.map((line, i) => el('li', {},
      svg('svg', { class: 'key', width: 26, height: 10, 'aria-hidden': 'true' }, svg('path', { class: `curve ${line.class}`, d: 'M1 5H25' })),
      `${line.name} `, this.values[i]));
    this.empty = el('p', { class: 'quiet nothing', hidden: true });
    this.node = el('figure', {},
      el('figcaption', {}, el('h4', {}, plan.title), el('span', { class: 'quiet' }, plan.note), extra),
      el('ul', { class: 'legend' }, ...items, el('li', {}, this.time)),
      this.drawing, this.empty);
    this.drawing.addEventListener('pointermove', e => onCursor(this.timeAt(e.offsetX)));
    this.drawing.addEventListener('pointerdown', e => onCursor(this.timeAt(e.offsetX)));
    this.drawing.addEventListener('pointerleave', e => e.pointerType === 'mouse' && onCursor(null));
    this.drawing.addEventListener('blur', () => onCursor(null));
    this.drawing.addEventListener('keydown', e => this.key(e, onCursor));
  }

  key(e, onCursor) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -30, PageDown: 30 }[e.key];
    if (step && this.points.length > 0) {
      const at = this.cursor == null ? this.points.length - 1 : this.near(this.cursor) + step;
      const point = this.points[Math.min(Math.max(at, 0), this.points.length - 1)];
      onCursor(point.time);
      tell(`${clock(point.time)}: ${this.plan.lines.map(l => `${l.name} ${this.plan.format(l.get(point))}`).join(', ')}`);
      e.preventDefault();
    } else if (e.key === 'Escape') {
      onCursor(null);
    }
  }

  x(time) {
    return PLOT.left + (time - this.from) / (this.to - this.from) * (this.width - PLOT.left - PLOT.right);
  }

  timeAt(x) {
    return this.points.length === 0 ? null : this.from + (x - PLOT.left) / (this.width - PLOT.left - PLOT.right) * (this.to - this.from);
  }

  near(time) {
    let best = 0;
    this.points.forEach((p, i) => {
      if (Math.abs(p.time - time) < Math.abs(this.points[best].time - time)) {
        best = i;
      }
    });
    return best;
  }

  draw(points, why) {
    this.points = points;
    this.empty.hidden = points.length > 0;
    this.drawing.toggleAttribute('hidden', points.length === 0);
    say(this.empty, why);
    this.width = Math.floor(this.drawing.clientWidth);
    if (points.length === 0 || this.width === 0) {
      this.moveTo(null);
      return;
    }

    this.to = points.at(-1).time;
    this.from = Math.min(points[0].time, this.to - 60_000);
    this.height = PLOT.top + PLOT.height + PLOT.gap + PLOT.strip + PLOT.axis;
    const values = this.plan.lines.flatMap(l => points.map(l.get)).filter(v => v != null && (!this.log || v > 0));
    const axis = values.length === 0 || !this.log ? linearAxis(values, this.plan.least ?? 0.001) : logAxis(values);
    this.y = v => PLOT.top + PLOT.height * (1 - Math.min(Math.max(axis.place(v), 0), 1));
    mark(this.drawing, 'viewBox', `0 0 ${this.width} ${this.height}`);
    mark(this.drawing, 'height', this.height);
    this.layer = svg('g');
    this.drawing.replaceChildren(...this.rules(axis), ...this.times(), ...this.stages(), ...this.curves(), ...this.strip(), this.layer);
    const last = points.at(-1);
    mark(this.drawing, 'aria-label', `${this.plan.title} from ${clock(this.from)} to ${clock(this.to)}. Last: `
      + this.plan.lines.map(l => `${l.name} ${this.plan.format(l.get(last))}`).join(', ') + '. Arrow keys read single seconds.');
    this.moveTo(this.cursor);
  }

  rules(axis) {
    return axis.ticks.flatMap(v => [
      svg('line', { class: 'rule', x1: PLOT.left, x2: this.width - PLOT.right, y1: this.y(v), y2: this.y(v) }),
      svg('text', { x: PLOT.left - 7, y: this.y(v) + 4, 'text-anchor': 'end' }, this.plan.tick(v)),
    ]);
  }

  times() {
    const room = (this.width - PLOT.left - PLOT.right) / 70;
    const step = 1000 * (TIME_STEPS.find(s => (this.to - this.from) / 1000 / s <= room) ?? 600);
    const marks = [];
    const bottom = PLOT.top + PLOT.height;
    for (let at = Math.ceil(this.from / step) * step; at <= this.to; at += step) {
      const text = step < 60_000 ? clock(at) : clock(at).slice(0, 5);
      const x = Math.min(this.x(at), this.width - text.length * 3.2);
      marks.push(
        svg('line', { class: 'rule', x1: this.x(at), x2: this.x(at), y1: bottom, y2: bottom + 4 }),
        svg('text', { x, y: bottom + 16, 'text-anchor': 'middle' }, text));
    }

    return marks;
  }

  // The stretches of one share each: stage changes are where they meet.
  shares() {
    const spans = [];
    for (const p of this.points) {
      if (spans.length === 0 || spans.at(-1).share !== p.share) {
        spans.push({ share: p.share, from: spans.length === 0 ? p.time : spans.at(-1).to, to: p.time });
      }

      spans.at(-1).to = p.time;
    }

    return spans;
  }

  stages() {
    let free = 0;
    return this.shares().slice(1).flatMap(span => {
      const x = this.x(span.from);
      const drawn = [svg('line', { class: 'stage', x1: x, x2: x, y1: PLOT.top - 4, y2: PLOT.top + PLOT.height + PLOT.gap + PLOT.strip })];
      const text = `to ${shareText(span.share)}`;
      if (x >= free) {
        const atEnd = x + text.length * 6.5 > this.width;
        drawn.push(svg('text', { class: 'stage', x: atEnd ? this.width : x, y: PLOT.top - 8, 'text-anchor': atEnd ? 'end' : 'start' }, text));
        free = x + text.length * 7;
      }

      return drawn;
    });
  }

  curves() {
    return this.plan.lines.map(line => {
      let path = '';
      let before = null;
      for (const p of this.points) {
        const value = line.get(p);
        if (value != null && !(this.log && value <= 0)) {
          const joined = before != null && p.time - before < STALE_MS;
          path += `${joined ? 'L' : 'M'}${this.x(p.time).toFixed(1)} ${this.y(value).toFixed(1)}`;
          path += joined ? '' : 'h0.01';
          before = p.time;
        } else {
          before = null;
        }
      }

      return svg('path', { class: `curve ${line.class}`, d: path });
    });
  }

  // Heights grow with the square root, so that 1 % can be seen beside 50 %; the exact share is written.
  strip() {
    const base = PLOT.top + PLOT.height + PLOT.gap + PLOT.strip;
    let free = PLOT.left;
    const drawn = this.shares().flatMap(span => {
      const a = this.x(span.from);
      const b = Math.max(this.x(span.to), a + 1);
      const high = span.share === 0 ? 0 : Math.max(2, PLOT.strip * Math.sqrt(span.share / 10_000));
      const text = shareText(span.share);
      const fits = b - a > text.length * 7 + 6 && a >= free - 1;
      free = fits ? a : free;
      return [
        svg('rect', { class: 'share', x: a, y: base - high, width: b - a, height: high }),
        fits ? svg('text', { class: 'on-share', x: a + 4, y: base + 13 }, text) : null,
      ];
    });
    return [
      svg('line', { class: 'rule', x1: PLOT.left, x2: this.width - PLOT.right, y1: base, y2: base }),
      svg('text', { x: PLOT.left - 7, y: base - 6, 'text-anchor': 'end' }, 'share'),
      ...drawn.filter(d => d),
    ];
  }

  moveTo(time) {
    this.cursor = time;
    const point = this.points.length === 0 ? null : time == null ? this.points.at(-1) : this.points[this.near(time)];
    this.plan.lines.forEach((line, i) => say(this.values[i], point ? this.plan.format(line.get(point)) : NONE));
    say(this.time, point ? `${time == null ? 'last,' : 'at'} ${clock(point.time)}, share ${shareText(point.share)}` : '');
    if (!this.layer) {
      return;
    }

    this.layer.replaceChildren();
    if (time != null && point) {
      const x = this.x(point.time);
      this.layer.append(svg('line', { class: 'cursor', x1: x, x2: x, y1: PLOT.top, y2: PLOT.top + PLOT.height + PLOT.gap + PLOT.strip }));
      for (const line of this.plan.lines.filter(l => l.get(point) != null)) {
        this.layer.append(svg('circle', { class: `dot ${line.arm}`, cx: x, cy: this.y(line.get(point)), r: 3.5 }));
      }
    }
  }
}

// ---------------------------------------------------------------- a rollout on the page

const HOLDS = {
  Baking: 'Baking, as planned',
  NoData: 'Holds: NoData, no evidence flows',
  Broken: 'Holds: Broken, the measurement cannot be trusted',
  Undecided: 'Holds: Undecided, a required guard has not passed yet',
  Anomaly: 'Holds: Anomaly, something changed suddenly inside the canary',
  Ejected: 'Holds: Ejected, the baseline serves the canary\'s callers',
  TooFew: 'Holds: TooFew, the canary has not served enough yet',
  Paused: 'Holds: Paused',
  Overstayed: 'Holds: Overstayed, a person is asked',
};

/** A rollout's section, built once and then only brought up to date. */
class RolloutSection {
  constructor(name) {
    this.name = name;
    this.points = [];
    this.rows = new Map();
    this.title = el('h3');
    this.badge = el('span', { class: 'badge' });
    this.hold = el('span', { class: 'hold' });
    this.stale = el('span', { class: 'hold', 'data-kind': 'Stale', hidden: true });
    this.reason = el('span', { class: 'reason' });
    this.summary = el('summary', {}, this.title, el('span', { class: 'badges' }, this.badge, this.hold, this.stale), this.reason);
    this.share = el('p', { class: 'share-now' });
    this.rail = el('ol', { class: 'rail' });
    this.when = el('p', { class: 'quiet when' });
    this.totals = el('dl', { class: 'totals' });
    this.nothing = el('p', { class: 'quiet', hidden: true });
    this.guards = el('tbody', { role: 'rowgroup' });
    this.commands = el('div', { class: 'commands' });
    const log = el('input', { type: 'checkbox', checked: true });
    const move = time => this.charts.forEach(c => c.moveTo(time));
    const [latency, errors] = [new Chart(LATENCY, move, el('label', {}, log, ' log scale')), new Chart(ERRORS, move)];
    latency.log = true;
    log.addEventListener('change', () => {
      latency.log = log.checked;
      this.drawCharts();
    });
    this.charts = [latency, errors];
    this.details = el('details', { class: 'rollout', id: `rollout-${encodeURIComponent(name)}` }, this.summary, this.body());
    this.details.addEventListener('toggle', () => {
      this.drawCharts();
      follow();
    });
    this.summary.addEventListener('click', () => {
      this.touched = true;
    });
    this.node = el('article', { 'aria-label': `Rollout ${name}` }, this.details);
    new ResizeObserver(() => this.drawCharts()).observe(this.charts[0].drawing);
  }

  body() {
    const heads = ['Guard', 'Verdict', 'What the judge says', 'Difference', 'Evidence', 'Counted'];
    return el('div', { class: 'body' },
      el('div', { class: 'where' },
        el('div', {}, this.share, el('p', { class: 'quiet' }, 'served by the canary now')),
        el('div', {}, el('h4', { class: 'unseen' }, 'Stages'), this.rail, this.when)),
      el('h4', { class: 'unseen' }, 'Totals of this run'), this.totals,
      el('h4', {}, 'Guards'), this.nothing,
      el('table', { class: 'guards', role: 'table' },
        el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...heads.map(h => el('th', { role: 'columnheader', scope: 'col' }, h)))),
        this.guards),
      el('p', { class: 'quiet help' }, 'Difference: the dot is the estimate, the bar its interval at all times; an arrow goes on outside. '
        + 'Evidence: how far the proof of Pass and of Fail has come, on a logarithmic scale; a full bar is proof.'),
      el('div', { class: 'charts' }, ...this.charts.map(c => c.node)),
      el('h4', {}, 'Commands'), this.commands,
      el('p', { class: 'quiet' }, el('a', { href: `#/rollout/${encodeURIComponent(this.name)}` }, 'Link to this rollout')));
  }

  /** Takes a view; its points are added, or replace what was known. */
  take(view, { replace }) {
    const { rollout } = view;
    const news = (view.series ?? []).map(p => ({ ...p, time: Date.parse(p.at), share: p.share ?? 0 }));
    if (replace || rollout.run !== this.view?.rollout.run) {
      this.points = news;
    } else {
      const last = this.points.at(-1)?.time ?? -Infinity;
      this.points.push(...news.filter(p => p.time > last));
    }

    this.points = this.points.slice(-MOST_POINTS);
    this.announce(rollout);
    if (view.version !== this.view?.version) {
      this.seen = Date.now();
    }

    this.view = view;
    this.draw();
  }

  announce(rollout) {
    const was = this.view?.rollout;
    if (was && (was.phase !== rollout.phase || was.stage !== rollout.stage || was.canaryShare !== rollout.canaryShare)) {
      tell(`${this.name}: ${rollout.phase}, canary share ${shareText(rollout.canaryShare)}, ${rollout.reason}`);
    }
  }

  get running() {
    return ACTIVE.has(this.view?.rollout.phase);
  }

  get open() {
    return this.details.open;
  }

  draw() {
    const { rollout, judgement, totals } = this.view;
    say(this.title, `${rollout.name}: ${rollout.spec.model} from ${rollout.spec.baseline} to ${rollout.spec.canary}`);
    say(this.badge, this.running ? `${rollout.phase} at ${shareText(rollout.canaryShare)}` : rollout.phase);
    mark(this.badge, 'data-phase', rollout.phase);
    this.hold.hidden = !rollout.hold;
    say(this.hold, HOLDS[rollout.hold] ?? rollout.hold ?? '');
    mark(this.hold, 'data-kind', rollout.hold);
    const culprit = [rollout.guard && `guard ${rollout.guard}`, rollout.segment && `segment ${rollout.segment}`].filter(Boolean).join(', ');
    say(this.reason, culprit ? `${culprit}: ${rollout.reason}` : rollout.reason);
    say(this.share, shareText(rollout.canaryShare));
    this.drawRail(rollout, judgement);
    this.drawWhen(rollout);
    this.drawTotals(totals ?? []);
    this.drawGuards(rollout, judgement);
    this.drawCommands(rollout);
    this.drawCharts();
  }

  drawRail(rollout, judgement) {
    const baked = judgement?.stage === rollout.stage ? seconds(judgement.baked) : 0;
    const reached = rollout.phase === 'Draft' ? -1 : rollout.phase === 'Promoted' ? Infinity : rollout.stage;
    const steps = rollout.spec.stages.map((stage, i) => {
      const state = i < reached ? 'done' : i > reached ? 'ahead' : rollout.phase === 'Running' ? 'current' : 'lost';
      const bake = seconds(stage.bake);
      const note = state === 'current' ? `baked ${duration(Math.min(baked, bake))} of ${duration(bake)}`
        : state === 'done' ? `bake ${duration(bake)}, done`
        : state === 'lost' ? (rollout.phase === 'Concluded' ? 'concluded' : rollout.phase === 'Returning' ? 'taken back from here' : 'rolled back here') : `bake ${duration(bake)}`;
      return { state, share: stage.kind === 'Shadow' ? 'shadow' : shareText(stage.share), note, part: state === 'current' ? (bake > 0 ? Math.min(baked / bake, 1) : 1) : null };
    });
    const promoted = rollout.phase === 'Promoted';
    if (rollout.spec.stages.at(-1).kind !== 'Experiment') {
      steps.push({ state: promoted ? 'done' : 'ahead', share: '100% promoted', note: promoted ? `since ${moment(rollout.since)}` : 'the end' });
    }

    while (this.rail.children.length < steps.length) {
      this.rail.append(el('li', {}, el('b'), el('span'), el('i', { 'aria-hidden': 'true' }, el('i'))));
    }

    while (this.rail.children.length > steps.length) {
      this.rail.lastChild.remove();
    }

    steps.forEach((step, i) => {
      const item = this.rail.children[i];
      mark(item, 'data-state', step.state);
      mark(item, 'aria-current', step.state === 'current' ? 'step' : null);
      say(item.children[0], step.share);
      say(item.children[1], step.note);
      item.children[2].firstChild.style.width = `${100 * (step.part ?? (step.state === 'ahead' ? 0 : 1))}%`;
    });
  }

  drawWhen(rollout) {
    const said = rollout.phase === 'Draft'
      ? ['not started yet']
      : [`run ${rollout.run}`, rollout.startedAt && `started ${moment(rollout.startedAt)}`,
        `${this.running ? `in stage ${rollout.stage + 1} of ${rollout.spec.stages.length}` : rollout.phase} since ${moment(rollout.since)}`];
    say(this.when, said.filter(Boolean).join(', '));
  }

  drawTotals(totals) {
    const last = this.running ? this.points.at(-1) : null;
    const arms = [['Canary', 'canary'], ['Baseline', 'baseline']].map(([arm, key]) => ({
      key, total: totals.find(t => t.arm === arm) ?? { exchanges: 0, errors: 0 }, rate: last?.[key].perSecond,
    }));
    const items = arms.flatMap(({ key, total, rate }) => [
      [`${key} requests`, count(total.exchanges), rate == null ? '' : `${tenths.format(rate)} a second now`],
      [`${key} errors`, count(total.errors), total.exchanges > 0 ? `${percent(total.errors / total.exchanges)} of its requests` : ''],
    ]);
    if (this.totals.children.length === 0) {
      this.totals.append(...items.map(([name]) => el('div', {}, el('dt', {}, name), el('dd'), el('dd', { class: 'quiet' }))));
    }

    items.forEach(([, value, note], i) => {
      say(this.totals.children[i].children[1], value);
      say(this.totals.children[i].children[2], note);
    });
  }

  drawGuards(rollout, judgement) {
    const silence = judgement?.noData;
    this.nothing.hidden = Boolean(judgement) && !(silence && silence !== rollout.reason);
    say(this.nothing, judgement ? silence ?? '' : 'The judge has not said anything about this run yet.');
    const guards = rollout.spec.guards;
    const names = new Set(guards.map(g => g.name));
    for (const [name, row] of this.rows) {
      if (!names.has(name)) {
        row.node.remove();
        this.rows.delete(name);
      }
    }

    for (const guard of guards) {
      if (!this.rows.has(guard.name)) {
        const row = new GuardRow(guard);
        this.rows.set(guard.name, row);
        this.guards.append(row.node);
      }

      this.rows.get(guard.name).draw(guard, judgement?.verdicts.find(v => v.guard === guard.name), rollout);
    }
  }

  drawCommands(rollout) {
    const name = shellWord(rollout.name);
    const lines = [
      `haldane rollout watch ${name}`,
      this.running ? `haldane rollout rollback ${name} --why "..."` : null,
      `haldane ledger show --rollout ${name}`,
    ].filter(Boolean);
    if (this.shown !== lines.join('\n')) {
      this.shown = lines.join('\n');
      this.commands.replaceChildren(...lines.map(command));
    }
  }

  drawCharts() {
    if (this.open && this.view) {
      const why = this.view.rollout.phase === 'Draft' ? 'Curves begin with the start.'
        : this.running || !this.complete ? 'No exchanges yet.'
        : 'No curves are kept for this run any more; the ledger has what was decided.';
      this.charts.forEach(c => c.draw(this.points, why));
    }
  }

  drawStale(since) {
    this.stale.hidden = since == null;
    say(this.stale, since == null ? '' : `Stale since ${clock(since)}`);
  }
}

/** A guard's line in the table. */
class GuardRow {
  constructor(guard) {
    this.signal = el('span', { class: 'quiet' });
    this.must = el('span', { class: 'quiet' });
    this.chip = el('span', { class: 'chip' });
    this.reason = el('span');
    this.segment = el('span', { class: 'segment' });
    this.aside = el('span', { class: 'quiet' });
    this.band = el('div', { class: 'band-place' });
    this.numbers = el('span', { class: 'exact' });
    this.own = el('span', { class: 'quiet' });
    this.proofs = { Pass: proof('Pass'), Fail: proof('Fail') };
    this.canary = el('span');
    this.baseline = el('span');
    this.unit = el('span', { class: 'quiet' });
    this.node = el('tr', { role: 'row' },
      el('th', { role: 'rowheader', scope: 'row' }, guard.name, this.signal, this.must),
      cell('Verdict', {}, this.chip),
      cell('What the judge says', { class: 'says' }, this.reason, this.segment, this.aside),
      cell('Difference', { class: 'differs' }, this.band, this.numbers, this.own),
      cell('Evidence', { class: 'proofs' }, this.proofs.Pass.node, this.proofs.Fail.node),
      cell('Counted', { class: 'counted' }, this.canary, this.baseline, this.unit));
  }

  draw(guard, verdict, rollout) {
    const scale = scaleOf(guard);
    const shown = verdict ?? { kind: null, reason: 'not judged yet', fine: guard.fineLine ?? guard.bad, bad: guard.bad };
    say(this.signal, verdict?.signal ?? signalText(guard.signal));
    say(this.must, rollout.spec.stages.at(-1).kind === 'Experiment' ? 'promotes nothing'
      : `must pass ${guard.requiredFrom == null ? 'in the last stage' : `from ${shareText(guard.requiredFrom)}`}`);
    say(this.chip, shown.kind ?? 'none yet');
    mark(this.chip, 'data-kind', shown.kind ?? 'None');
    mark(this.node, 'data-kind', shown.kind);
    say(this.reason, shown.reason);
    this.segment.hidden = !verdict;
    say(this.segment, shown.segment ? `segment ${shown.segment}` : 'everyone');
    mark(this.segment, 'data-one', Boolean(shown.segment) || null);
    this.aside.hidden = !verdict?.aside;
    say(this.aside, verdict?.aside ?? '');
    this.drawBand(shown, guard, scale);
    say(this.numbers, bandText(shown, scale));
    this.own.hidden = shown.baselineValue == null && shown.canaryValue == null;
    say(this.own, [['baseline', shown.baselineValue], ['canary', shown.canaryValue]]
      .filter(([, value]) => value != null).map(([arm, value]) => `${arm} ${scale.own(value)}`).join(', '));
    this.proofs.Pass.draw(shown.passEvidence, shown.passAt);
    this.proofs.Fail.draw(shown.failEvidence, shown.failAt);
    say(this.canary, verdict ? `canary ${count(shown.canaryCount)}` : NONE);
    say(this.baseline, verdict && guard.scale !== 'Value' ? `baseline ${count(shown.baselineCount)}` : '');
    say(this.unit, verdict ? shown.countedBy : '');
  }

  drawBand(shown, guard, scale) {
    const key = JSON.stringify([shown.estimate, shown.low, shown.high, shown.fine, shown.bad, guard.scale]);
    if (this.drawn !== key) {
      this.drawn = key;
      this.band.replaceChildren(drawBand(shown, guard, scale));
    }
  }
}

// A thin bar for how far a proof has come. Evidence is the logarithm of an e-value: below 0 it speaks for the other side.
function proof(kind) {
  const bar = el('span', { class: 'filled' });
  const text = el('span', { class: 'exact' });
  const meter = el('span', { class: 'meter', role: 'meter', 'aria-label': `evidence towards ${kind}`, 'aria-valuemin': 0, 'aria-valuemax': 100 }, bar);
  return {
    node: el('div', { class: 'proof', 'data-kind': kind }, el('span', {}, kind), meter, text),
    draw(evidence, at) {
      const known = evidence != null && at > 0;
      const part = known ? Math.min(Math.max(evidence / at, 0), 1) : 0;
      bar.style.width = `${100 * part}%`;
      mark(meter, 'aria-valuenow', Math.floor(100 * part));
      mark(meter, 'aria-valuetext', known ? `${Math.floor(100 * part)}% of the proof of ${kind}` : 'nothing yet');
      // Past its line the exact number no longer matters, and a long one would not fit.
      say(text, !known ? NONE : `${evidence >= 100 ? '> 99' : decimals(Math.max(evidence, 0), 1, 1)} of ${decimals(at, 1, 1)}`);
    },
  };
}

function command(text) {
  const code = el('code', {}, text);
  const button = el('button', { type: 'button', 'aria-label': `Copy: ${text}` }, 'Copy');
  button.addEventListener('click', async () => {
    say(button, await copy(code, text) ? 'Copied' : 'Selected');
    setTimeout(() => say(button, 'Copy'), 2000);
  });
  return el('div', { class: 'command' }, code, button);
}

// The clipboard asks for a secure page; over plain HTTP the command is selected instead, ready for the keyboard.
async function copy(code, text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return false;
  }
}

// ---------------------------------------------------------------- what is live

const byId = id => document.getElementById(id);
const sections = new Map();
const streams = new Map();
const page = { answered: null, failure: null, signedOut: false, first: true };

const tell = text => say(byId('said'), text);

function show(node, state, text) {
  mark(node, 'data-state', state);
  say(node, text);
}

class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function get(path, alsoFine) {
  const answer = await fetch(path, { headers: { accept: 'application/json' }, signal: AbortSignal.timeout(PATIENCE_MS) });
  const body = await answer.json().catch(() => null);
  if (!answer.ok && answer.status !== alsoFine) {
    throw new Refused(answer.status, body?.detail ?? answer.statusText);
  }

  return body;
}

async function refresh() {
  const asked = Date.now();
  try {
    const [ready, models, rollouts] = await Promise.all([get('/readyz', 503), get('/api/v1/models'), get('/api/v1/rollouts')]);
    page.answered = Date.now();
    page.failure = null;
    drawReady(ready);
    drawModels(models);
    await takeRollouts(rollouts, asked);
  } catch (e) {
    page.failure = e;
    page.signedOut = e.status === 401;
    if (!(e instanceof Refused) && !['TypeError', 'TimeoutError', 'AbortError'].includes(e.name)) {
      console.error(e);
    }
  }

  drawConnection();
  if (!page.signedOut) {
    setTimeout(refresh, POLL_MS);
  }
}

async function takeRollouts(views, asked) {
  const names = new Set(views.map(v => v.rollout.name));
  for (const [name, section] of sections) {
    if (!names.has(name)) {
      stopFollowing(name);
      section.node.remove();
      sections.delete(name);
    }
  }

  for (const view of views) {
    const name = view.rollout.name;
    if (!sections.has(name)) {
      sections.set(name, new RolloutSection(name));
    }

    const section = sections.get(name);
    // Versions begin anew with the program, so an equal one may still be another rollout; and a stream may have overtaken this answer.
    const changed = section.view?.version !== view.version || JSON.stringify(section.view.rollout) !== JSON.stringify(view.rollout);
    if (changed && !streams.get(name)?.heard && !(section.heard > asked)) {
      section.complete &&= section.view?.rollout.run === view.rollout.run && !section.running;
      section.take(view, { replace: false });
    }
  }

  arrange();
  follow();
  await Promise.all([...sections.values()].filter(s => s.open && !streams.has(s.name)).map(complete));
}

// What is not followed by a stream is fetched with its curves: once when it does not run, with every poll when it does.
async function complete(section) {
  if (section.view.rollout.phase !== 'Draft' && (!section.complete || section.running)) {
    const view = await get(`/api/v1/rollouts/${encodeURIComponent(section.name)}`);
    section.complete = true;
    section.take(view, { replace: true });
  }
}

// Running ones first, then what ended, each newest first; drafts last.
function arrange() {
  const rank = { Running: 0, Returning: 0, RolledBack: 1, Promoted: 1, Concluded: 1, Draft: 2 };
  const time = r => Date.parse(ACTIVE.has(r.phase) ? r.startedAt : r.since) || 0;
  const order = [...sections.values()].sort((a, b) =>
    rank[a.view.rollout.phase] - rank[b.view.rollout.phase] || time(b.view.rollout) - time(a.view.rollout) || a.name.localeCompare(b.name));
  const place = byId('rollouts');
  const articles = [...place.querySelectorAll('article')];
  order.forEach((section, i) => {
    const { phase, since } = section.view.rollout;
    const fresh = phase === 'RolledBack' && Date.now() - Date.parse(since) < LATEST_ROLLBACK_MS;
    if (!section.touched && (ACTIVE.has(phase) || fresh || (page.first && i === 0))) {
      section.details.open = true;
    }

    if (articles[i] !== section.node) {
      place.append(...order.slice(i).map(s => s.node));
      articles.splice(0, articles.length, ...place.querySelectorAll('article'));
    }
  });
  const empty = byId('rollouts-empty');
  empty.hidden = order.length > 0;
  say(empty, 'There are no rollouts: every model is served by one version. A rollout begins in the specification.');
  if (page.first && order.length > 0) {
    page.first = false;
    goToLink();
  }
}

function drawModels(models) {
  const rows = models.map(m => [m.name, m.route, m.serving, m.rollout ?? '', m.canaryShare ?? 0]);
  byId('models').hidden = rows.length === 0;
  byId('models-empty').hidden = rows.length > 0;
  say(byId('models-empty'), 'There are no models in the specification.');
  const key = JSON.stringify(rows);
  if (page.models !== key) {
    page.models = key;
    byId('models').tBodies[0].replaceChildren(...rows.map(([name, route, serving, rollout, share]) => el('tr', { role: 'row' },
      el('th', { role: 'rowheader', scope: 'row' }, name),
      cell('Route', {}, el('code', {}, route)),
      cell('Serving', {}, serving),
      cell('Running rollout', {}, rollout ? el('a', { href: `#/rollout/${encodeURIComponent(rollout)}` }, rollout) : 'none'),
      cell('Canary share', { class: 'number' }, rollout ? shareText(share) : NONE))));
  }
}

function drawReady(health) {
  if (health?.ready) {
    show(byId('ready'), 'good', 'ready');
  } else {
    show(byId('ready'), 'bad', `not ready: ${health?.message ?? 'no reason given'}`);
  }
}

function drawConnection() {
  const now = Date.now();
  const running = [...sections.values()].filter(s => s.running);
  for (const section of sections.values()) {
    section.drawStale(section.running && now - section.seen > STALE_MS ? section.seen : null);
  }

  const oldest = Math.min(...running.map(s => s.seen));
  const lost = page.failure || [...streams.values()].some(s => s.lost);
  const connection = byId('connection');
  if (page.signedOut) {
    show(connection, 'bad', 'signed out');
  } else if (lost) {
    const since = Math.min(oldest, page.answered ?? Infinity);
    show(connection, 'bad', Number.isFinite(since) && now - since > STALE_MS ? `reconnecting, stale since ${clock(since)}` : 'reconnecting');
  } else if (now - oldest > STALE_MS) {
    show(connection, 'warn', `stale since ${clock(oldest)}`);
  } else if (page.answered && now - page.answered > POLL_MS + PATIENCE_MS) {
    show(connection, 'warn', `stale since ${clock(page.answered)}`);
  } else if (page.answered) {
    show(connection, 'good', 'live');
  }

  drawNotice();
  drawTitle(running);
}

function drawNotice() {
  const notice = byId('notice');
  const e = page.failure;
  const kept = page.answered ? ` What stands below is from ${clock(page.answered)}.` : '';
  const text = !e ? ''
    : page.signedOut ? `Signed out: ${e.message || 'the server asks for the admin token'}. Reload the page to sign in.${kept}`
    : e instanceof Refused ? `The server refuses (${e.status}): ${e.message || 'no reason given'}. Trying again.${kept}`
    : `The server cannot be reached. The gateway may still serve traffic. Trying again.${kept}`;
  notice.hidden = !e;
  say(notice, text);
  if (e) {
    show(byId('ready'), 'wait', 'readiness unknown');
    if (!page.answered) {
      say(byId('models-empty'), 'Not loaded.');
      say(byId('rollouts-empty'), 'Not loaded.');
    }
  }
}

function drawTitle(running) {
  const shown = running.find(s => s.name === linked()) ?? running[0];
  document.title = shown ? `${shareText(shown.view.rollout.canaryShare)} ${shown.name} · Haldane` : 'Haldane';
}

// ---------------------------------------------------------------- streams

// Open, running rollouts are followed while somebody looks: tabs in the background would use up the browser's connections.
function follow() {
  const wanted = document.hidden || page.signedOut ? [] : [...sections.values()].filter(s => s.running && s.open).slice(0, MOST_STREAMS).map(s => s.name);
  for (const name of [...streams.keys()].filter(n => !wanted.includes(n))) {
    stopFollowing(name);
  }

  for (const name of wanted.filter(n => !streams.has(n))) {
    connect(name);
  }
}

function stopFollowing(name) {
  const stream = streams.get(name);
  stream?.source.close();
  clearTimeout(stream?.retry);
  streams.delete(name);
}

function connect(name) {
  const source = new EventSource(`/api/v1/rollouts/${encodeURIComponent(name)}/events`);
  const stream = { source, first: true, heard: false, lost: false, retry: null };
  streams.set(name, stream);
  source.addEventListener('open', () => {
    stream.first = true;
    stream.lost = false;
    drawConnection();
  });
  source.addEventListener('error', () => {
    stream.lost = true;
    stream.heard = false;
    if (source.readyState === EventSource.CLOSED) {
      stream.retry = setTimeout(() => {
        stopFollowing(name);
        follow();
      }, RETRY_MS);
    }

    drawConnection();
  });
  source.addEventListener('rollout', e => {
    const section = sections.get(name);
    if (section) {
      const replace = stream.first;
      stream.first = false;
      stream.heard = true;
      section.heard = Date.now();
      section.complete = true;
      section.take(JSON.parse(e.data), { replace });
      if (!section.running) {
        stopFollowing(name);
        arrange();
      }

      drawConnection();
    }
  });
}

// ---------------------------------------------------------------- links and the start

function linked() {
  const link = /^#\/rollout\/(.+)$/.exec(location.hash);
  try {
    return link && decodeURIComponent(link[1]);
  } catch {
    return null;
  }
}

function goToLink() {
  const section = sections.get(linked());
  if (section) {
    section.touched = true;
    section.details.open = true;
    section.node.scrollIntoView();
    section.summary.focus({ preventScroll: true });
  }
}

addEventListener('hashchange', goToLink);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) {
    sections.forEach(s => {
      s.seen = Date.now();
    });
  }

  follow();
});
say(byId('zone'), Intl.DateTimeFormat().resolvedOptions().timeZone || 'your time zone');
setInterval(drawConnection, 1000);
refresh();
