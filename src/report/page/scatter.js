// A scatter plot in which pointing shows a design and clicking (or Enter) picks it, with a panel of all its figures.
//
// spec: {id, points, fields {key: {label, value(p), text(v), better: 1 | -1}}, x, y (keys), kinds [{name, test(p), colour, style, radius, hollow}],
//        counts(p) (may stand on the front), name(p), summary(p) -> [[label, text]], panel(p) -> nodes, hash (prefix), guides [{key, value, label}]}

const pickers = {};  // by hash prefix, for links and tests

function scatter(spec) {
  const canvas = element("canvas", { tabindex: 0, role: "img" });
  const panel = element("div", { class: "panel", id: spec.id + "-panel" });
  const state = { x: spec.x, y: spec.y, picked: null, pointed: null };
  const chart = new Chart(canvas, { type: "scatter", data: { datasets: [] }, options: scatterOptions(spec, state), plugins: [marksPlugin(spec, state)] });

  const placed = () => spec.points.filter((p) => known(spec.fields[state.x].value(p)) && known(spec.fields[state.y].value(p)));
  function fill() {
    const at = (p) => ({ x: spec.fields[state.x].value(p), y: spec.fields[state.y].value(p), p });
    chart.data.datasets = [frontOf(spec, state, placed(), at), ...spec.kinds.map((kind) => ({
      label: kind.name, data: placed().filter((p) => spec.kinds.find((k) => k.test(p)) === kind).map(at), kind,
      pointStyle: kind.style, radius: kind.radius, hoverRadius: kind.radius + 2, hitRadius: 5, borderWidth: 1.6 }))];
    restyleScatter(chart, spec);
    setScales(chart, spec, state, placed());
    const left = spec.points.length - placed().length;
    canvas.setAttribute("aria-label", `Scatter plot of ${placed().length} designs: ${spec.fields[state.y].label} over ${spec.fields[state.x].label}. Arrow keys walk through them, Enter picks one.`);
    missing.textContent = left ? `${count(left, "design")} without these figures: choose other axes, or see the table.` : "";
  }
  function pick(p, byHand) {
    state.picked = p;
    panel.replaceChildren(...[spec.panel(p)].flat());
    for (const row of document.querySelectorAll(`[data-pick^="${spec.hash}-"]`)) row.classList.toggle("picked", row.dataset.pick === spec.hash + "-" + spec.key(p));
    if (byHand) { history.replaceState(null, "", "#" + spec.hash + "-" + spec.key(p)); say(spec.name(p) + " picked"); }
    chart.update("none");
  }
  function where(p) {  // in pixels of the window
    for (const [d, dataset] of chart.data.datasets.entries()) {
      const i = dataset.kind ? dataset.data.findIndex((q) => q.p === p) : -1;
      if (i < 0) continue;
      const dot = chart.getDatasetMeta(d).data[i], box = canvas.getBoundingClientRect();
      return { x: box.left + dot.x, y: box.top + dot.y };
    }
    return null;
  }
  function point(p) {
    state.pointed = p;
    const at = p && where(p);
    if (!at) return tooltip.hide();
    tooltip.show(at.x, at.y, element("strong", { text: spec.name(p) }), list(spec.summary(p)));
  }
  chart.options.onHover = (event, found) => {
    const hit = nearestDot(chart, event, found);
    canvas.style.cursor = hit ? "pointer" : "default";
    if (hit !== state.pointed) point(hit);
  };
  chart.options.onClick = (event, found) => { const hit = nearestDot(chart, event, found); if (hit) pick(hit, true); };
  canvas.addEventListener("mouseleave", () => point(null));
  canvas.addEventListener("blur", () => point(null));
  canvas.addEventListener("keydown", (event) => walk(event, state, placed(), spec, point, pick));

  const missing = element("p", { class: "note" });
  const axis = (which) => element("label", null, which === "x" ? "Across" : "Up", element("select",
    { onchange: (e) => { state[which] = e.target.value; fill(); chart.update("none"); } },
    Object.entries(spec.fields).map(([key, f]) => element("option", { value: key, text: f.label, selected: key === state[which] }))));
  fill();
  chart.update("none");
  charts.push({ chart, restyle: () => restyleScatter(chart, spec) });
  pickers[spec.hash] = { pick, where, points: spec.points, key: spec.key, section: spec.id };
  const first = spec.first || spec.points[0];
  if (first) pick(first, false);
  return element("div", { class: "scatter" },
    element("div", { class: "plot" }, element("div", { class: "axes" }, axis("x"), axis("y")), legend(spec), element("div", { class: "canvas" + (spec.tall ? " tall" : "") }, canvas), missing), panel);
}

function nearestDot(chart, event, found) {
  let best = null, distance = Infinity;
  for (const { datasetIndex, index, element: dot } of found) {
    const dataset = chart.data.datasets[datasetIndex], d = Math.hypot(dot.x - event.x, dot.y - event.y);
    if (dataset.kind && d < distance) { distance = d; best = dataset.data[index].p; }
  }
  return best;
}

function walk(event, state, points, spec, point, pick) {
  if (event.key === "Enter" && state.pointed) return pick(state.pointed, true);
  const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
  if (!step || !points.length) return;
  event.preventDefault();
  const order = [...points].sort((a, b) => spec.fields[state.x].value(a) - spec.fields[state.x].value(b));
  const at = order.indexOf(state.pointed || state.picked);
  const next = order[Math.max(0, Math.min(order.length - 1, at + step))];
  point(next);
  say(spec.name(next) + ", " + spec.summary(next).filter(Boolean).map(([k, v]) => k + " " + (v.textContent ?? v)).join(", "));
}

// The designs that no other beats on both axes shown.
function frontOf(spec, state, points, at) {
  const x = spec.fields[state.x], y = spec.fields[state.y], counted = points.filter(spec.counts);
  const dataset = { label: "Pareto front", type: "line", showLine: true, data: [], pointRadius: 0, pointHitRadius: 0, borderWidth: 1.5, borderDash: [5, 4], fill: false, order: 99 };
  if (!x.better || !y.better || state.x === state.y) return dataset;
  const worse = (p, q) => {  // q beats p
    const dx = (x.value(q) - x.value(p)) * x.better, dy = (y.value(q) - y.value(p)) * y.better;
    return dx >= 0 && dy >= 0 && dx + dy > 0;
  };
  dataset.data = counted.filter((p) => !counted.some((q) => worse(p, q))).map(at).sort((a, b) => a.x - b.x);
  return dataset;
}

function setScales(chart, spec, state, points) {
  for (const axis of ["x", "y"]) {
    const field = spec.fields[state[axis]], values = points.map(field.value);
    const near = (spec.guides || []).filter((g) => g.key === state[axis]).map((g) => g.value).filter((v) => v > Math.min(...values) / 3 && v < Math.max(...values) * 1.5);
    const low = Math.min(...values, ...near), high = Math.max(...values, ...near), wide = low > 0 && high / low > 12;
    const scale = chart.options.scales[axis];
    scale.type = wide ? "logarithmic" : "linear";
    scale.title.text = field.label + (wide ? " (logarithmic)" : "");
    const zero = low >= 0 && low < 0.4 * high;
    scale.min = wide ? low / 1.15 : zero || (low === high && low > 0) ? 0 : undefined;
    scale.max = wide ? high * 1.15 : low === high ? low * 2 || 1 : undefined;
    scale.grace = wide ? 0 : "6%";
    scale.afterBuildTicks = wide ? logTicks : undefined;
    scale.ticks.callback = (v) => (field.tick || field.text)(v);
    if (!values.length) { scale.min = 0; scale.max = 1; scale.type = "linear"; }
  }
}
// 1, 2, 5 in each decade: Chart.js labels a logarithmic axis far too densely.
function logTicks(scale) {
  scale.ticks = [];
  for (let decade = 10 ** Math.floor(Math.log10(scale.min)); decade <= scale.max; decade *= 10)
    for (const m of [1, 2, 5]) if (decade * m >= scale.min && decade * m <= scale.max) scale.ticks.push({ value: decade * m });
}

function scatterOptions(spec, state) {
  const axis = () => ({ title: { display: true, font: { size: 12 } }, grid: { drawBorder: false }, ticks: { maxTicksLimit: 8, font: { size: 12 }, maxRotation: 0 } });
  return { responsive: true, maintainAspectRatio: false, animation: false, layout: { padding: { top: 14, right: 16 } },
    interaction: { mode: "point", intersect: true }, plugins: { legend: { display: false }, tooltip: { enabled: false } }, scales: { x: axis(), y: axis() } };
}
function restyleScatter(chart, spec) {
  for (const axis of Object.values(chart.options.scales)) {
    axis.ticks.color = axis.title.color = colour("muted");
    axis.grid.color = colour("line");
  }
  for (const dataset of chart.data.datasets) {
    const c = colour(dataset.kind ? dataset.kind.colour : "front");
    dataset.borderColor = c;
    dataset.backgroundColor = dataset.kind && dataset.kind.hollow ? colour("bg") : dataset.kind && dataset.kind.faint ? c + "66" : c;
  }
}

// Targets as lines, the picked design as a ring, names of the designs that matter.
function marksPlugin(spec, state) {
  return { id: "marks", afterDatasetsDraw(chart) {
    const { ctx, chartArea: area, scales } = chart;
    ctx.save();
    ctx.font = "12px system-ui, sans-serif";
    for (const guide of spec.guides || []) {
      const axis = guide.key === state.x ? "x" : guide.key === state.y ? "y" : null;
      if (!axis || guide.value < scales[axis].min || guide.value > scales[axis].max) continue;
      const at = scales[axis].getPixelForValue(guide.value);
      ctx.strokeStyle = ctx.fillStyle = colour("good");
      ctx.setLineDash([2, 3]);
      ctx.beginPath();
      if (axis === "x") { ctx.moveTo(at, area.top); ctx.lineTo(at, area.bottom); } else { ctx.moveTo(area.left, at); ctx.lineTo(area.right, at); }
      ctx.stroke();
      ctx.setLineDash([]);
      const wide = ctx.measureText(guide.label).width;
      if (axis === "x") ctx.fillText(guide.label, Math.min(at + 5, area.right - wide), area.top + 2);
      else ctx.fillText(guide.label, area.left + 4, at - 5);
    }
    for (const [d, dataset] of chart.data.datasets.entries()) for (const [i, q] of dataset.data.entries()) {
      if (!dataset.kind) continue;
      const dot = chart.getDatasetMeta(d).data[i];
      if (q.p === state.picked) {
        ctx.strokeStyle = colour("text");
        ctx.lineWidth = 2;
        ctx.beginPath();
        ctx.arc(dot.x, dot.y, dataset.radius + 5, 0, 7);
        ctx.stroke();
      }
      const words = spec.caption && spec.caption(q.p);
      if (!words) continue;
      ctx.fillStyle = colour("text");
      const wide = ctx.measureText(words).width;
      ctx.fillText(words, dot.x + dataset.radius + 7 + wide > area.right ? dot.x - dataset.radius - 7 - wide : dot.x + dataset.radius + 7, dot.y - 10);
    }
    ctx.restore();
  } };
}

function legend(spec) {
  const shape = (kind) => {
    const svg = element("svg", { viewBox: "-8 -8 16 16", width: 15, height: 15, "aria-hidden": "true" });
    const paint = { fill: kind.hollow ? "var(--bg)" : `var(--${kind.colour})`, stroke: `var(--${kind.colour})`, "stroke-width": 1.6, "fill-opacity": kind.faint ? 0.4 : 1 };
    if (kind.style === "circle") svg.append(element("circle", { r: 5, ...paint }));
    else if (kind.style === "rectRot") svg.append(element("polygon", { points: "0,-6 6,0 0,6 -6,0", ...paint }));
    else if (kind.style === "triangle") svg.append(element("polygon", { points: "0,-6 6,5 -6,5", ...paint }));
    else svg.append(element("rect", { x: -5, y: -5, width: 10, height: 10, ...paint }));
    return svg;
  };
  const front = element("svg", { viewBox: "0 0 24 10", width: 24, height: 10, "aria-hidden": "true" },
    element("path", { d: "M0 5H24", stroke: "var(--front)", "stroke-width": 1.6, "stroke-dasharray": "5 4" }));
  return element("ul", { class: "legend" }, spec.kinds.filter((k) => spec.points.some((p) => spec.kinds.find((q) => q.test(p)) === k)).map((k) => element("li", null, shape(k), k.name)),
    element("li", null, front, "Pareto front of the axes shown"));
}
