// Training curves and what more training would bring.

const CURVE_COLOURS = ["hw", "net", "series3", "series4", "series5", "series6"];

function lineChart(words, datasets, options) {
  const canvas = element("canvas", { role: "img", "aria-label": words });
  const axis = (title, extra) => ({ type: "linear", title: { display: true, text: title, font: { size: 12 } }, grid: { drawBorder: false }, ticks: { font: { size: 12 }, maxTicksLimit: 8, maxRotation: 0, precision: title === "Epoch" ? 0 : undefined }, ...extra });
  const chart = new Chart(canvas, { type: "line", data: { datasets },
    options: { responsive: true, maintainAspectRatio: false, animation: false, interaction: { mode: "nearest", axis: "x", intersect: false },
      plugins: { legend: { display: false }, filler: { propagate: false },
        tooltip: { enabled: false, external: ({ chart: c, tooltip: t }) => pointedCurve(c, t, options) } },
      scales: { x: axis(options.x, options.xAxis), y: axis(options.y, options.yAxis) } } });
  const restyle = () => {
    for (const scale of Object.values(chart.options.scales)) { scale.ticks.color = scale.title.color = colour("muted"); scale.grid.color = colour("line"); }
    for (const d of chart.data.datasets) { d.borderColor = colour(d.colour) + (d.thin ? "00" : ""); d.backgroundColor = colour(d.colour) + (d.fill ? "2e" : ""); }
  };
  canvas.addEventListener("mouseleave", () => tooltip.hide());
  restyle();
  chart.update("none");
  charts.push({ chart, restyle });
  return element("div", { class: "canvas" }, canvas);
}
function pointedCurve(chart, state, options) {
  if (!state.opacity) return tooltip.hide();
  const box = chart.canvas.getBoundingClientRect();
  const points = state.dataPoints.filter((p) => !p.dataset.thin);
  if (!points.length) return tooltip.hide();
  tooltip.show(box.left + state.caretX, box.top + state.caretY, element("strong", { text: `${options.x} ${plain(points[0].parsed.x)}` }), list(points.map((p) => [p.dataset.label, fixed(p.parsed.y, 3)])));
}

function curveDatasets(key) {
  return data.finalists.map((f, i) => ({ label: f.name + (f.chosen ? " (chosen)" : ""), colour: f.chosen ? "hw" : CURVE_COLOURS[1 + (i % (CURVE_COLOURS.length - 1))],
    data: f.curve.filter((p) => known(p[key])).map((p) => ({ x: p.epoch, y: p[key] })), borderWidth: f.chosen ? 2.5 : 1.5, pointRadius: f.curve.length < 30 ? 2.5 : 0, pointHoverRadius: 4, order: f.chosen ? 0 : 1 }));
}

function trainingSection() {
  const all = data.finalists;
  if (!all.length) return section("training", "Training", null, absent("No network has been trained to the end yet."));
  const keys = element("ul", { class: "legend" }, curveDatasets("loss").map((d) => element("li", null, element("span", { class: "swatch", style: `background: var(--${d.colour})` }), d.label)));
  const columns = [
    { title: "Network", value: (f) => f.name }, { title: "Bundle", value: (f) => (data.proposals.find((p) => p.index === f.proposal) || { bundle: DASH }).bundle }, { title: "Epochs", number: true, value: (f) => f.curve.length ? plain(f.curve[f.curve.length - 1].epoch) : DASH },
    { title: "Time", number: true, value: (f) => duration(f.seconds) }, { title: "IoU, validation (float)", number: true, value: (f) => fixed(f.iou_validation, 3) },
    { title: "IoU, validation (quantised)", number: true, value: (f) => fixed(f.iou_quantized, 3) }, { title: "", value: (f) => f.chosen ? badge("hw", "chosen") : "" }];
  return section("training", "Training", "Finalists were trained on the training part and compared on the validation part. The test part took no part in any choice.",
    keys, element("div", { class: "pair" },
      element("figure", null, lineChart("IoU on the validation part over epochs", curveDatasets("validation_iou"), { x: "Epoch", y: "IoU, validation part", xAxis: { min: 0 }, yAxis: { min: 0 } })),
      element("figure", null, lineChart("Training loss over epochs", curveDatasets("loss"), { x: "Epoch", y: "Training loss", xAxis: { min: 0 } }))),
    table("Finalists", columns, all), forecastBlock());
}

function forecastBlock() {
  const f = data.forecast, chosen = data.finalists.find((x) => x.chosen);
  const title = element("h3", { id: "forecast" }, "What the next hour of training would bring ", tag("estimate"));
  if (!f) return [title, absent("No estimate: too few epochs of the chosen network were scored to fit a curve, or no network was chosen.")];
  const measured = chosen ? chosen.curve.filter((p) => known(p.validation_iou) && p.epoch > 0).map((p) => ({ x: p.epoch, y: p.validation_iou })) : [];
  const first = measured.length ? measured[0].x : 1, last = measured.length ? measured[measured.length - 1].x : f.epochs, end = f.until, vague = f.high - f.low > 0.15;
  const fit = [], low = [], high = [];
  for (let i = 0; i <= 60; ++i) {
    const t = first * (end / first) ** (i / 60), y = f.a - f.b * t ** -f.c;
    if (t < first + (last - first) / 3) continue;
    fit.push({ x: t, y });
    if (t < last) continue;
    const share = 0.3 + 0.7 * Math.log(t / last) / Math.log(end / last);  // the range opens as the curve leaves what was measured
    low.push({ x: t, y: y - share * (f.later - f.low) });
    high.push({ x: t, y: y + share * (f.high - f.later) });
  }
  const gain = f.later - f.now, hours = f.seconds === 3600 ? "one more hour" : duration(f.seconds) + " more";
  const chart = lineChart("Measured IoU and the fitted curve, continued", [
    { label: "measured", colour: "hw", data: measured, pointRadius: 2.5, showLine: false },
    { label: "fitted (estimate)", colour: "net", data: fit, borderDash: [5, 4], borderWidth: 2, pointRadius: 0 },
    { label: "low", colour: "net", thin: true, data: low, pointRadius: 0 }, { label: "high", colour: "net", thin: true, data: high, pointRadius: 0, fill: "-1" }],
    { x: "Epoch", y: "IoU, validation part", xAxis: { type: "logarithmic", min: first, max: end, afterBuildTicks: logTicks, title: { display: true, text: "Epoch (logarithmic)" } }, yAxis: { min: 0 } });
  return [title, element("div", { class: "forecast" },
    element("div", null,
      element("p", { class: "big" }, element("span", { text: fixed(f.now, 3) }), " \u2192 ", element("strong", { text: vague ? `${fixed(f.low, 2)} to ${fixed(f.high, 2)}` : fixed(f.later, 3) })),
      element("p", { text: `${hours[0].toUpperCase() + hours.slice(1)} of training (about ${plain(Math.round(f.epochs))} epochs) ` + (vague ? `could bring the IoU on the validation part to anywhere between ${fixed(f.low, 2)} and ${fixed(f.high, 2)}: the scored epochs are too few, or scatter too much, for a closer estimate.`
        : `would move the IoU on the validation part by about ${(gain >= 0 ? "+" : "\u2212") + Math.abs(gain).toFixed(3)}, to between ${fixed(f.low, 3)} and ${fixed(f.high, 3)}.`) }),
      element("p", { class: "note", text: "Estimate: " + f.method })),
    element("figure", null, chart))];
}
