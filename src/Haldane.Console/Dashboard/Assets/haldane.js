// What the browser does itself: it says how fresh the page is, asks before it acts, filters, copies, and draws curves. Everything else comes from the server as HTML.
(() => {
  'use strict';

  const STALE_MS = 6000;
  const byId = id => document.getElementById(id);
  const page = { heard: null, lost: false, over: null };

  // Only what changed is written, so that a selection or a screen reader's place survives.
  const say = (node, text) => {
    if (node && node.textContent !== text) {
      node.textContent = text;
    }
  };

  const clock = time => new Date(time).toISOString().slice(11, 19);

  // ---------------------------------------------------------------- how fresh the page is

  function tellState() {
    const connection = byId('connection');
    const isLive = Boolean(byId('live'));
    if (!connection || !isLive) {
      return;
    }

    const isStale = page.heard != null && Date.now() - page.heard > STALE_MS;
    const [state, text] = page.over ? ['bad', page.over]
      : page.heard == null && !page.lost ? ['wait', 'connecting']
      : page.lost || isStale ? ['bad', page.heard == null ? 'no connection' : `stale since ${clock(page.heard)}, reconnecting`]
      : ['good', 'live'];
    connection.dataset.state = state;
    say(connection, text);
    document.body.classList.toggle('stale', state === 'bad');
    const notice = byId('notice');
    notice.hidden = state !== 'bad';
    say(notice, state !== 'bad' ? ''
      : page.over === 'signed out' ? 'You are signed out: what stands below does not change any more. Reload the page to sign in.'
      : page.over === 'gone' ? 'This rollout is no longer in the specification.'
      : `The server does not answer${page.heard == null ? '' : ` since ${clock(page.heard)} UTC`}. The gateway may still serve traffic. What stands below is old; trying again.`);
  }

  function hear() {
    page.heard = Date.now();
    page.lost = false;
    tellState();
  }

  document.addEventListener('htmx:sse:after:message', hear);
  document.addEventListener('htmx:sse:after:connection', hear);
  document.addEventListener('signedout', () => { page.over = 'signed out'; tellState(); });
  document.addEventListener('gone', () => { page.over = 'gone'; tellState(); });
  document.addEventListener('htmx:sse:error', e => {
    page.lost = true;
    if (e.detail.status === 401 || e.detail.status === 403) {
      page.over = 'signed out';
    }

    tellState();
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && page.heard != null) {
      page.heard = Date.now();
    }
  });

  // ---------------------------------------------------------------- since when

  function ago(seconds) {
    const parts = [[Math.floor(seconds / 86400), 'd'], [Math.floor(seconds / 3600) % 24, 'h'], [Math.floor(seconds / 60) % 60, 'min'], [seconds % 60, 's']];
    return parts.filter(([n]) => n > 0).slice(0, 2).map(([n, unit]) => `${n} ${unit}`).join(' ') || '0 s';
  }

  function tellTimes() {
    for (const node of document.querySelectorAll('time[data-since]')) {
      const at = Date.parse(node.dateTime);
      const today = node.dateTime.slice(0, 10) === new Date().toISOString().slice(0, 10);
      say(node, `${today ? '' : `${node.dateTime.slice(0, 10)} `}${clock(at)} (${ago(Math.max(0, Math.floor((Date.now() - at) / 1000)))})`);
    }
  }

  // In the words of who looks, when somebody asks: to write all of them would hold up a page of many.
  document.addEventListener('pointerover', e => {
    const node = e.target.closest?.('time[data-since]');
    if (node) {
      node.title = `${node.dateTime.slice(0, 19).replace('T', ' ')} UTC, ${new Date(node.dateTime).toLocaleString()} here`;
    }
  });

  // ---------------------------------------------------------------- what is shown of the overview

  function filter() {
    const form = document.querySelector('form.filters');
    if (!form) {
      return;
    }

    const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = [...form.querySelectorAll('[name=show]:checked')].map(box => box.value);
    let shown = 0;
    for (const row of document.querySelectorAll('.rows > .row')) {
      const text = row.textContent.toLowerCase();
      const fits = words.every(w => text.includes(w)) && (kinds.length === 0 || kinds.includes(row.dataset.urgency));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }

    byId('none-shown').hidden = shown > 0 || document.querySelector('[data-rest]') != null || document.querySelector('.rows > .row') == null;
    const asked = new URLSearchParams();
    if (words.length > 0) {
      asked.set('q', form.elements.q.value.trim());
    }

    kinds.forEach(kind => asked.append('show', kind));
    const query = asked.size > 0 ? `?${asked}` : '';
    if (location.search !== query) {
      history.replaceState(history.state, '', `${location.pathname}${query}${location.hash}`);
    }
  }

  function restoreFilter() {
    const form = document.querySelector('form.filters');
    if (form && !form.dataset.restored) {
      form.dataset.restored = 'yes';
      const asked = new URLSearchParams(location.search);
      form.elements.q.value = asked.get('q') ?? '';
      form.querySelectorAll('[name=show]').forEach(box => { box.checked = asked.getAll('show').includes(box.value); });
      filter();
    }
  }

  document.addEventListener('input', e => {
    if (e.target.closest('form.filters')) {
      filter();
    }
  });
  document.addEventListener('submit', e => {
    if (e.target.matches('form.filters')) {
      e.preventDefault();
    }
  });

  // A list of hundreds has hundreds of links: each is made one that changes only the page when somebody comes to it.
  function prepare(e) {
    const link = e.target.closest?.('[data-prepare] a[href]:not([data-hx-boost])');
    if (link) {
      link.dataset.hxBoost = 'true';
      htmx.process(link);
    }
  }

  document.addEventListener('pointerover', prepare);
  document.addEventListener('focusin', prepare);

  // ---------------------------------------------------------------- what people do

  function ask(dialog) {
    dialog.showModal();
    dialog.querySelector('input')?.focus();
  }

  // An address may ask for something at once, so that nothing is more than a click away.
  function askNamed() {
    const dialog = byId(location.hash.slice(1));
    if (dialog?.tagName === 'DIALOG') {
      history.replaceState(history.state, '', location.pathname + location.search);
      ask(dialog);
    }
  }

  document.addEventListener('click', async e => {
    const button = e.target.closest('button');
    if (!button) {
      return;
    }

    if (button.dataset.open) {
      ask(byId(button.dataset.open));
    } else if ('close' in button.dataset) {
      button.closest('dialog').close();
    } else if ('filterClear' in button.dataset) {
      document.querySelector('form.filters').reset();
      filter();
    } else if (button.dataset.copy) {
      say(button, await copy(button, button.dataset.copy) ? 'Copied' : 'Selected');
      setTimeout(() => say(button, 'Copy'), 2000);
    }
  });

  // The clipboard asks for a secure page; over plain HTTP the command is selected instead, ready for the keyboard.
  async function copy(button, text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      getSelection().selectAllChildren(button.parentElement.querySelector('code'));
      return false;
    }
  }

  document.addEventListener('htmx:after:request', e => {
    e.target.closest?.('dialog')?.close();
    if (e.target.matches?.('form[data-hx-post]') && e.detail.ctx.response?.status < 400) {
      delete byId('outcome')?.dataset.kind;
      e.target.reset();
    }
  });

  // What was refused says why, as problem details.
  document.addEventListener('htmx:response:error', e => {
    if (e.target.matches?.('a[href]')) {
      location.assign(e.target.href); // the browser asks anew, and gets the page that says why
      return;
    }

    let detail = `refused (${e.detail.ctx.response.status})`;
    try {
      detail = JSON.parse(e.detail.ctx.text).detail ?? detail;
    } catch {
      // No more is known.
    }

    const outcome = byId('outcome');
    if (outcome) {
      outcome.dataset.kind = 'refused';
      say(outcome, `Not done: ${detail}`);
    }
  });

  // ---------------------------------------------------------------- curves

  const charts = new Map();
  let numbers = null;
  let span = 'whole';

  // What draws them is asked for by the first page that has some, and when that page is there: it holds up nothing.
  const PLOT = document.currentScript.dataset.plot;
  let plotting = false;

  function plot() {
    if (document.readyState !== 'complete') {
      addEventListener('load', plot, { once: true });
    } else if (!plotting && !globalThis.uPlot) {
      plotting = true;
      const script = document.createElement('script');
      const over = () => { plotting = false; };
      script.src = PLOT;
      script.addEventListener('load', () => { over(); draw(); });
      script.addEventListener('error', () => { over(); script.remove(); }); // the next numbers ask again
      document.head.append(script);
    }
  }

  const plain = value => value == null ? '–' : value.toLocaleString('en', { maximumSignificantDigits: 4 }).replace(/^-/, '\u2212');
  const percent = value => value == null ? '–' : `${plain(value * 100)} %`;
  const seconds = value => value == null ? '–' : Math.abs(value) < 1 ? `${plain(value * 1000)} ms` : `${plain(value)} s`;
  const signed = (text, value) => value > 0 ? `+${text}` : text;
  const UNITS = {
    Ratio: v => v == null ? '–' : `${plain(v)}×`,
    Points: v => v == null ? '–' : signed(`${plain(v * 100)} ${Math.abs(v) === 0.01 ? 'point' : 'points'}`, v),
    Fraction: percent,
    Seconds: seconds,
    Bits: v => v == null ? '–' : `${plain(v)} bits`,
    Number: plain,
  };

  const ARMS = {
    latency: { keys: ['p99', 'p95', 'p50'], names: ['p99', 'p95', 'p50'], word: seconds, log: true },
    errors: { keys: ['err'], names: [''], word: percent, least: 0.01 },
    throughput: { keys: ['ps'], names: [''], word: v => v == null ? '–' : `${plain(v)}/s` },
    firsttoken: { keys: ['ft'], names: ['p95'], word: seconds, log: true },
  };
  const [FAR, AWAY] = [1e6, 1e12]; // beyond every picture
  const RATIOS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.33, 0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10, 20, 50, 100];
  const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000]; // seconds: what is written at an axis has none in parts
  const DASHES = [[], [8, 4], [3, 4]];
  const VERDICTS = { P: 'Pass', U: 'Undecided', N: 'No data', F: 'Fail', B: 'Broken' };

  const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function frame(node, height) {
    const times = (u, splits) => {
      const range = u.scales.x.max - u.scales.x.min;
      const text = t => new Date(t * 1000).toISOString();
      return splits.map(t => range > 2 * 86400 ? text(t).slice(5, 16).replace('T', ' ') : range > 600 ? text(t).slice(11, 16) : text(t).slice(11, 19));
    };
    const axis = { stroke: color('--quiet'), grid: { stroke: color('--faint'), width: 1 }, ticks: { stroke: color('--line'), width: 1 }, font: '12px system-ui, sans-serif' };
    return {
      axis,
      time: { ...axis, values: times, space: 70, incrs: STEPS },
      options: {
        width: node.clientWidth,
        height,
        padding: [16, null, null, null], // for what stands above the curves
        tzDate: ts => uPlot.tzDate(new Date(ts * 1000), 'Etc/UTC'),
        cursor: { sync: { key: 'time' }, points: { size: 7 } },
        legend: { markers: { width: 3 } },
      },
    };
  }

  const at = { label: 'at', value: (_, v) => v == null ? '' : clock(v * 1000) };

  function armsChart(node) {
    const plan = ARMS[node.dataset.chart];
    const { axis, time, options } = frame(node, 210);
    const line = (arm, i) => ({
      label: `${arm} ${plan.names[i]}`.trim(), stroke: color(`--${arm}`), width: arm === 'canary' ? 2 : 3.5, alpha: arm === 'canary' ? 1 : 0.7, dash: DASHES[i],
      value: (_, v) => plan.word(v), points: { show: false },
    });
    const chart = new uPlot({
      ...options,
      scales: { x: { time: true }, y: plan.log ? { distr: 3 } : { range: (_, low, high) => [0, Math.max(high * 1.1, plan.least ?? 1)] } },
      axes: [time, { ...axis, size: 74, values: (_, ticks) => ticks.map(v => v == null ? '' : plan.word(v)) }],
      series: [at, ...plan.keys.map((_, i) => line('baseline', i)), ...plan.keys.map((_, i) => line('canary', i))],
      hooks: { drawClear: [stages] },
    }, armsData(plan), node);
    return { chart, data: () => armsData(plan), height: 210 };
  }

  function armsData(plan) {
    const all = numbers[span];
    return [all.t, ...plan.keys.map(key => plan.log ? all.b[key].map(v => v > 0 ? v : null) : all.b[key]), ...plan.keys.map(key => plan.log ? all.c[key].map(v => v > 0 ? v : null) : all.c[key])];
  }

  // Where the share changes, a line with the new one.
  function stages(u) {
    const all = u.haldaneSpan === 'whole' ? numbers?.whole : numbers?.[span];
    if (!all) {
      return;
    }

    u.ctx.save();
    u.ctx.strokeStyle = u.ctx.fillStyle = color('--quiet');
    u.ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    u.ctx.textBaseline = 'alphabetic';
    u.ctx.textAlign = 'left';
    u.ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
    let free = 0;
    for (let i = 1; i < all.t.length; i++) {
      if (all.share[i] !== all.share[i - 1]) {
        const x = Math.round(u.valToPos(all.t[i], 'x', true));
        u.ctx.beginPath();
        u.ctx.moveTo(x, u.bbox.top);
        u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
        u.ctx.stroke();
        const text = `${all.share[i] / 100}%`;
        const from = Math.min(x, u.bbox.left + u.bbox.width - u.ctx.measureText(text).width);
        if (from >= free) {
          u.ctx.fillText(text, from, u.bbox.top - 4 * devicePixelRatio);
          free = from + u.ctx.measureText(text).width + 4 * devicePixelRatio;
        }
      }
    }

    // Where something inside the canary changed suddenly.
    u.ctx.strokeStyle = u.ctx.fillStyle = color('--bad');
    u.ctx.setLineDash([2 * devicePixelRatio, 2 * devicePixelRatio]);
    numbers.marks.t.forEach((t, i) => {
      if (t >= u.scales.x.min && t <= u.scales.x.max) {
        const x = Math.round(u.valToPos(t, 'x', true));
        u.ctx.beginPath();
        u.ctx.moveTo(x, u.bbox.top);
        u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
        u.ctx.stroke();
        const text = `▲ ${numbers.marks.s[i]}`;
        const isLast = x + u.ctx.measureText(text).width > u.bbox.left + u.bbox.width;
        u.ctx.textAlign = isLast ? 'right' : 'left';
        u.ctx.fillText(text, x + (isLast ? -3 : 3) * devicePixelRatio, u.bbox.top + u.bbox.height - 4 * devicePixelRatio);
      }
    });
    u.ctx.restore();
  }

  // A line across the picture with its name at the right: below it or above, and left of another name.
  function rule(u, value, name, ink, isBelow, beside = null) {
    const y = Math.round(u.valToPos(value, 'y', true));
    if (y < u.bbox.top || y > u.bbox.top + u.bbox.height) {
      return;
    }

    u.ctx.save();
    u.ctx.strokeStyle = u.ctx.fillStyle = color(ink);
    u.ctx.lineWidth = 2 * devicePixelRatio;
    u.ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    u.ctx.textAlign = 'right';
    u.ctx.textBaseline = 'alphabetic';
    u.ctx.setLineDash([]); // the curve before it may have left its own
    u.ctx.beginPath();
    u.ctx.moveTo(u.bbox.left, y);
    u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
    u.ctx.stroke();

    const aside = beside === null ? 0 : u.ctx.measureText(beside).width + 10 * devicePixelRatio;
    const written = [name, u.bbox.left + u.bbox.width - 3 * devicePixelRatio - aside, y + (isBelow ? 13 : -5) * devicePixelRatio];
    u.ctx.strokeStyle = color('--card'); // or it could not be read where the curve runs through it
    u.ctx.lineWidth = 4 * devicePixelRatio;
    u.ctx.lineJoin = 'round';
    u.ctx.strokeText(...written);
    u.ctx.fillText(...written);
    u.ctx.restore();
  }

  // The difference of a guard with its interval, against the lines that were drawn before the start: the band must not cross them.
  function guardChart(node) {
    const { guard, unit, what } = node.dataset;
    if (numbers.guards[guard]?.p) {
      return proofChart(node);
    }

    const [bad, fine] = [Number(node.dataset.bad), Number(node.dataset.fine)];
    const word = UNITS[unit] ?? plain;
    const log = unit === 'Ratio';
    const { axis, time, options } = frame(node, 170);
    const data = () => {
      const band = numbers.guards[guard];
      const open = (ends, others, end) => ends.map((v, i) => v ?? (band.e[i] == null && others[i] == null ? null : end)); // an interval without a bound goes on beyond the picture
      return band ? [numbers.whole.t, open(band.h, band.l, log ? FAR : AWAY), open(band.l, band.h, log ? 1 / FAR : -AWAY), band.e] : [[], [], [], []];
    };
    const bound = v => v == null ? '–' : Math.abs(v) >= AWAY || (log && (v >= FAR || v <= 1 / FAR)) ? 'no bound yet' : word(v);
    const named = (name, value) => `${name} ${word(Number(value.toPrecision(3)))}`;
    // Above the picture is the place of the stages; and where the lines lie close, their names stand side by side.
    const limit = (u, value, name, ink) => {
      const place = v => u.valToPos(v, 'y', true);
      const isCramped = place(value) < u.bbox.top + 16 * devicePixelRatio;
      const isClose = isCramped && name !== 'fine' && fine !== bad && Math.abs(place(fine) - place(value)) < 28 * devicePixelRatio;
      rule(u, value, named(name, value), ink, (name === 'fine') === (bad >= fine) || isCramped, isClose ? named('fine', fine) : null);
    };
    // An estimate outside the picture is told of, not left out.
    const outside = u => {
      const last = numbers.guards[guard]?.e.at(-1);
      const isAbove = last > u.scales.y.max;
      if (last != null && (isAbove || last < u.scales.y.min)) {
        u.ctx.save();
        u.ctx.fillStyle = color('--ink');
        u.ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
        u.ctx.textAlign = 'left';
        u.ctx.textBaseline = 'alphabetic';
        u.ctx.fillText(`${isAbove ? '▲' : '▼'} ${word(Number(last.toPrecision(3)))}`, u.bbox.left + 4 * devicePixelRatio, isAbove ? u.bbox.top + 13 * devicePixelRatio : u.bbox.top + u.bbox.height - 5 * devicePixelRatio);
        u.ctx.restore();
      }
    };
    const chart = new uPlot({
      ...options,
      scales: { x: { time: true }, y: { distr: log ? 3 : 1, log: 2, range: () => guardRange(guard, bad, fine, log) } },
      axes: [time, { ...axis, size: 86, ...(log ? { splits: (_, i, low, high) => apart(RATIOS.filter(v => v >= low && v <= high), low, high) } : {}), values: (_, ticks) => ticks.map(v => v == null ? '' : word(v)) }],
      bands: [{ series: [1, 2], fill: color('--band') }],
      series: [
        at,
        { label: 'at most', stroke: 'transparent', value: (_, v) => bound(v), points: { show: false } },
        { label: 'at least', stroke: 'transparent', value: (_, v) => bound(v), points: { show: false } },
        { label: what, stroke: color('--ink'), width: 2, value: (u, v, s, i) => i == null ? '–' : `${word(v)}, ${VERDICTS[numbers.guards[guard]?.k[i]] ?? ''}`, points: { show: false } },
      ],
      hooks: { drawClear: [stages], draw: [u => fine !== bad && limit(u, fine, 'fine', '--good'), u => limit(u, bad, fine === bad ? 'limit' : 'bad', '--bad'), outside] },
    }, data(), node);
    chart.haldaneSpan = 'whole';
    return { chart, data, height: 170, isOver: () => Boolean(numbers.guards[guard]?.p) };
  }

  // Where no difference can be estimated, as of errors that never came: how far the two proofs are.
  function proofChart(node) {
    const { guard } = node.dataset;
    const { axis, time, options } = frame(node, 170);
    const data = () => {
      const band = numbers.guards[guard];
      return band?.p ? [numbers.whole.t, band.p, band.f] : [[], [], []];
    };
    const line = (label, ink, dash) => ({ label, stroke: color(ink), width: 2, dash, points: { show: false }, value: (_, v) => v == null ? '–' : v > 2 ? 'twice its proof and more' : `${percent(v)} of its proof` });
    const chart = new uPlot({
      ...options,
      scales: { x: { time: true }, y: { range: (_, low, high) => [0, Math.min(Math.max(high * 1.1, 1.25), 2)] } },
      axes: [time, { ...axis, size: 86, values: (_, ticks) => ticks.map(percent) }],
      series: [at, line('Pass', '--good', []), line('Fail', '--bad', DASHES[1])],
      hooks: { drawClear: [stages], draw: [u => rule(u, 1, 'proof', '--ink', true)] },
    }, data(), node);
    chart.haldaneSpan = 'whole';
    return { chart, data, height: 170, isOver: () => !numbers.guards[guard]?.p };
  }

  // From 1 outwards, as many as can be read: the picture is about seven lines of print high.
  const apart = (ticks, low, high) => [...ticks].sort((a, b) => Math.abs(Math.log(a)) - Math.abs(Math.log(b)))
    .reduce((kept, v) => kept.every(k => Math.abs(Math.log(k / v)) > Math.log(high / low) / 7) ? [...kept, v] : kept, []).sort((a, b) => a - b);

  // Both distributions over each other, with the quantiles that guards speak of.
  function shapeChart(node) {
    const { axis, options } = frame(node, 210);
    const data = () => {
      const shape = numbers.shape;
      return shape ? [shape.x, shape.b, shape.c] : [[], [], []];
    };
    const marks = u => {
      u.ctx.save();
      for (const [quantiles, ink, top] of [[numbers.shape?.bq ?? [], '--baseline', -26], [numbers.shape?.cq ?? [], '--canary', -13]]) {
        u.ctx.strokeStyle = u.ctx.fillStyle = color(ink);
        u.ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
        u.ctx.textBaseline = 'top';
        quantiles.forEach((q, i) => {
          const x = Math.round(u.valToPos(q, 'x', true));
          u.ctx.setLineDash(DASHES[2 - i].map(d => d * devicePixelRatio));
          u.ctx.beginPath();
          u.ctx.moveTo(x, u.bbox.top);
          u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
          u.ctx.stroke();
          u.ctx.textAlign = i === 2 ? 'left' : 'right'; // p95 and p99 may be close
          u.ctx.fillText(['p50', 'p95', 'p99'][i], x + (i === 2 ? 2 : -2) * devicePixelRatio, u.bbox.top + top * devicePixelRatio);
        });
      }

      u.ctx.restore();
    };
    const steps = uPlot.paths.stepped({ align: -1 });
    const line = (label, ink, width) => ({ label, stroke: color(ink), width, fill: `${color(ink)}22`, paths: steps, points: { show: false }, value: (_, v) => percent(v) });
    const chart = new uPlot({
      ...options,
      padding: [30, null, null, null],
      cursor: { points: { size: 7 } },
      scales: { x: { time: false, distr: 3 }, y: { range: (_, low, high) => [0, high * 1.1 || 1] } },
      axes: [{ ...axis, space: 60, values: (_, ticks) => ticks.map(v => v == null ? '' : seconds(v)) }, { ...axis, size: 74, values: (_, ticks) => ticks.map(v => v == null ? '' : percent(v)) }],
      series: [{ label: 'up to', value: (_, v) => seconds(v) }, line('baseline', '--baseline', 3), line('canary', '--canary', 2)],
      hooks: { draw: [marks] },
    }, data(), node);
    return { chart, data, height: 210 };
  }

  // So that the lines and what was decided can be seen, whatever the first uncertain moments looked like.
  function guardRange(guard, bad, fine, log) {
    const band = numbers.guards[guard];
    const along = log ? v => Math.log(Math.max(v, 1e-9)) : v => v;
    const back = log ? Math.exp : v => v;
    const lines = [bad, fine, ...(log ? [1] : [])].map(along);
    const unit = Math.max(...lines) - Math.min(...lines) || Math.abs(lines[0]) / 2 || 1;
    const settled = (band?.e ?? []).slice(Math.floor((band?.e.length ?? 0) / 4)).filter(v => v != null && (!log || v > 0)).map(along);
    const ends = [band?.l.at(-1), band?.h.at(-1)].filter(v => v != null && (!log || v > 0)).map(along).filter(v => Math.abs(v - along(bad)) < 3 * unit);
    const all = [...lines, ...settled, ...ends];
    const low = Math.max(Math.min(...all), Math.min(...lines) - 4 * unit) - 0.25 * unit;
    const high = Math.min(Math.max(...all), Math.max(...lines) + 4 * unit) + 0.25 * unit;
    return [back(low), back(high)];
  }

  const MADE = { guard: guardChart, shape: shapeChart };

  function draw() {
    for (const [node, held] of charts) {
      if (!node.isConnected) {
        held.chart.destroy();
        charts.delete(node);
      }
    }

    const nodes = document.querySelectorAll('[data-chart]');
    if (!numbers || nodes.length === 0) {
      return;
    }

    if (!globalThis.uPlot) {
      plot();
      return;
    }

    for (const node of nodes) {
      if (charts.get(node)?.isOver?.()) {
        charts.get(node).chart.destroy(); // there is something else to draw by now
        charts.delete(node);
      }

      const held = charts.get(node);
      if (held) {
        held.chart.setData(held.data());
        tellLast(held.chart);
      } else if (node.clientWidth > 0 && numbers.whole.t.length > 1 && (node.dataset.chart !== 'firsttoken' || numbers.whole.c.ft.some(v => v != null)) && (node.dataset.chart !== 'shape' || numbers.shape)) {
        const made = (MADE[node.dataset.chart] ?? armsChart)(node);
        charts.set(node, made);
        made.chart.over.addEventListener('mouseleave', () => setTimeout(() => tellLast(made.chart)));
        setTimeout(() => charts.get(node) === made && tellLast(made.chart)); // when it has been drawn: what it draws first says nothing
      }
    }
  }

  // Where nobody points at a moment, the legend has the last one.
  function tellLast(chart) {
    if (chart.cursor.idx == null && chart.data[0].length > 0) {
      chart.setLegend({ idx: chart.data[0].length - 1 }, false);
    }
  }

  function redraw() {
    charts.forEach((held, node) => {
      held.chart.destroy();
      charts.delete(node);
    });
    draw();
  }

  const numbersAt = () => document.querySelector('[data-numbers]')?.dataset.numbers ?? null;
  let fetching = null;

  async function fetchNumbers() {
    const from = numbersAt();
    if (from === null) {
      numbers = null;
    }

    // The stream brings news as soon as it is open, while the whole is still on its way.
    if (from === null || fetching === from) {
      return;
    }

    fetching = from;
    try {
      const answer = await fetch(from, { headers: { accept: 'application/json' } });
      const whole = answer.ok ? await answer.json() : null;
      if (whole && numbersAt() === from) {
        numbers = whole;
        draw();
      }
    } catch {
      // The stream says that the server is gone, and asks again when it is back.
    } finally {
      fetching = fetching === from ? null : fetching;
    }
  }

  // Puts what is new behind what is known; false when something between is missing.
  function join(known, news) {
    if (known.step !== news.step || news.from > known.from + known.t.length || news.from < known.from) {
      return false;
    }

    const keep = news.from - known.from;
    const put = (to, from) => to.splice(keep, Infinity, ...from);
    put(known.t, news.t);
    put(known.share, news.share);
    for (const arm of ['b', 'c']) {
      Object.keys(known[arm]).forEach(key => put(known[arm][key], news[arm][key]));
    }

    return true;
  }

  // The last minutes slide: where a point stands changes, so it is found by its time.
  function slide(known, news) {
    const from = news.t.findIndex(t => t > (known.t.at(-1) ?? -Infinity));
    if (from === 0 && known.t.length > 0) {
      return false;
    }

    if (from > 0 || known.t.length === 0) {
      const put = (to, more) => {
        to.push(...more.slice(from));
        to.splice(0, to.length - 600);
      };
      put(known.t, news.t);
      put(known.share, news.share);
      for (const arm of ['b', 'c']) {
        Object.keys(known[arm]).forEach(key => put(known[arm][key], news[arm][key]));
      }
    }

    return true;
  }

  // A page asks at once, and again when its stream is back after a break: what came between is missing.
  let hasConnected = false;
  document.addEventListener('htmx:sse:after:connection', () => {
    if (hasConnected) {
      fetchNumbers();
    }

    hasConnected = true;
  });
  document.addEventListener('numbers', e => {
    const news = JSON.parse(e.detail.data);
    if (!numbers || numbers.run !== news.run) {
      fetchNumbers();
      return;
    }

    const keep = news.whole.from - numbers.whole.from;
    if (!join(numbers.whole, news.whole) || !slide(numbers.recent, news.recent)) {
      fetchNumbers();
      return;
    }

    for (const [guard, band] of Object.entries(news.guards)) {
      const known = numbers.guards[guard] ??= { e: [], l: [], h: [], k: '' };
      for (const key of ['e', 'l', 'h']) {
        known[key].splice(keep, Infinity, ...band[key]);
      }

      for (const key of ['p', 'f']) {
        known[key] = band[key] && [...(known[key] ?? []).slice(0, keep), ...band[key]];
      }

      known.k = known.k.slice(0, keep) + band.k;
    }

    numbers.shape = news.shape;
    numbers.marks = news.marks;

    draw();
  });
  // What a slider stands at.
  const SHOWN = { times: v => v === 1 ? 'as planned' : `${plain(v)} times`, percent };
  document.addEventListener('input', e => {
    if (e.target.dataset?.shows) {
      say(e.target.parentElement.querySelector('output'), SHOWN[e.target.dataset.shows](Number(e.target.value)));
    }
  });
  document.addEventListener('change', e => {
    if (e.target.matches('[name=span]')) {
      span = e.target.value;
      redraw();
    }
  });
  addEventListener('resize', () => charts.forEach((held, node) => held.chart.setSize({ width: node.clientWidth, height: held.height })));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);

  // ---------------------------------------------------------------- the start, and after each change

  // What happened is asked for again when something has.
  let mark = null;

  function followRecords() {
    const now = byId('rollout-head')?.dataset.mark ?? null;
    if (mark !== null && now !== null && now !== mark) {
      htmx.trigger(byId('records'), 'moved');
      htmx.trigger(byId('segments'), 'moved');
    }

    mark = now;
  }

  // What a page asks for besides, its stream too, it asks for when it is there: nothing holds it up. The rest of a long list comes first, for news are about what stands there.
  function askBesides() {
    if (document.readyState === 'complete') {
      const first = document.querySelector('[data-rest]') ? '[data-rest]' : '';
      for (const node of document.querySelectorAll(`${first}[data-hx-trigger^="shown"]:not([data-asked])`)) {
        node.dataset.asked = '';
        htmx.trigger(node, 'shown');
      }
    }
  }

  document.addEventListener('htmx:finally:request', e => {
    if (e.target.matches?.('[data-rest]')) {
      delete e.target.dataset.rest; // it did not come; its link stays
      askBesides();
    }
  });
  addEventListener('load', () => setTimeout(() => {
    tellTimes();
    askBesides();
  }));

  function fit() {
    askBesides();
    followRecords();
    if (document.readyState === 'complete') {
      tellTimes();
    }

    restoreFilter();
    filter();
    draw();
    if (!numbers) {
      fetchNumbers();
    }
  }

  document.addEventListener('htmx:after:swap', fit);
  document.addEventListener('htmx:before:swap', e => {
    if (e.detail.ctx?.target === document.body) {
      Object.assign(page, { heard: null, lost: false, over: null });
      numbers = null;
      hasConnected = false;
    }
  });
  setInterval(() => { tellState(); tellTimes(); }, 1000);
  fit();
  askNamed();
})();
