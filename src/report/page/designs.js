// Steps 1 to 3: Bundles and proposals.

const device = data.hardware.device;
const target = (unit) => data.targets.find((t) => t.unit === unit);

function resourceRows(r) {
  const row = (name, key, text) => known(r[key]) && [name, [text(r[key]), known(device[key]) && element("span", { class: "of", text: ` (${percent(r[key], device[key])})` })]];
  return [row("DSP", "dsp", whole), row("LUT", "lut", whole), row("FF", "ff", whole), row("BRAM (36 Kbit)", "bram36", halves)];
}
const figureFields = {
  iou: { label: "IoU on the validation part", value: (p) => p.iou, text: (v) => v.toFixed(2), better: 1 },
  latency: { label: "Time for a frame, ms", value: (p) => milliseconds(p.cycles), text: plain, better: -1 },
  cycles: { label: "Cycles a frame", value: (p) => p.cycles, text: short, better: -1 },
  dsp: { label: "DSPs", value: (p) => p.resources.dsp, text: whole, better: -1 },
  lut: { label: "LUTs", value: (p) => p.resources.lut, text: short, better: -1 },
  bram: { label: "BRAM, blocks of 36 Kbit", value: (p) => p.resources.bram36, text: whole, better: -1 },
  macs: { label: "MACs a frame", value: (p) => p.macs, text: short, better: -1 },
  parameters: { label: "Parameters", value: (p) => p.parameters, text: short, better: -1 },
};
const rateFields = {
  fps: { label: "Frames per second", value: (p) => p.fps, text: fps, better: 1 },
  watts: { label: "Power, W", value: (p) => p.watts, text: plain, better: -1 },
};
const guideIoU = target("IoU") ? [{ key: "iou", value: target("IoU").wanted, label: "wanted (test part): " + target("IoU").wanted + " IoU" }] : [];
const proposalGuides = [
  ...(target("FPS") ? [{ key: "fps", value: target("FPS").wanted, label: "wanted: " + target("FPS").wanted + " FPS" }] : []),
  ...(target("W") ? [{ key: "watts", value: target("W").wanted, label: "at most " + target("W").wanted + " W" }] : []), ...guideIoU];

function bundlesSection() {
  const all = data.bundles;
  if (!all.length) return section("bundles", "Bundles", null, absent("No Bundle has been evaluated yet."));
  const trained = all.filter((b) => known(b.iou)).length, epochs = Math.max(...all.map((b) => b.epochs));
  const lead = `${count(all.length, "Bundle")} drawn from the layer pool, each repeated into a prototype network. Speed and resources are estimates for the fastest engine that fits it; ` +
    (trained ? `the IoU of ${count(trained, "trained prototype")} was measured on the validation part${epochs ? ` after ${count(epochs, "epoch")}, of the worse half of each QoS group after fewer` : ""}.` : "no prototype has been trained yet.");
  const fields = { ...figureFields, bytes: { label: "Memory traffic a frame, bytes", value: (b) => b.bytes, text: short, better: -1 } };
  const spec = {
    id: "bundles", hash: "bundle", key: (b) => all.indexOf(b) + 1, points: all, fields, x: "latency", y: trained ? "iou" : "dsp", guides: [],
    counts: (b) => known(b.iou) || !trained, name: (b) => b.name, first: all.find((b) => b.selected),
    caption: (b) => b.selected && b.name,
    kinds: [
      { name: "selected", test: (b) => b.selected, colour: "net", style: "circle", radius: 7 },
      { name: "not selected", test: () => true, colour: "muted", style: "circle", radius: 5, hollow: true },
    ],
    summary: (b) => [["IoU", fixed(b.iou, 3)], ["Frame", plain(milliseconds(b.cycles)) + " ms (estimate)"]],
    panel: (b) => [
      element("h3", { text: b.name }),
      element("p", { class: "badges" }, b.selected && badge("net", "selected"), b.pareto && badge("", "Pareto front")),
      element("h4", { text: "Prototype network" }),
      list([["IoU, validation part", known(b.iou) ? fixed(b.iou, 3) + ` after ${count(b.epochs, "epoch")}` : "not trained"], ["MACs a frame", short(b.macs)], ["Parameters", short(b.parameters)], b.group && ["Group", b.group]]),
      element("h4", null, "Its accelerator ", tag("estimate")),
      list([["Cycles a frame", whole(b.cycles)], ["Time for a frame", plain(milliseconds(b.cycles)) + " ms"], ["Memory traffic a frame", known(b.bytes) ? short(b.bytes) + "B" : DASH], ...resourceRows(b.resources)]),
      b.note && element("p", { class: "note", text: b.note }), permalink(b, spec)],
  };
  const columns = [
    { title: "Bundle", value: (b) => b.name, sort: (b) => b.name },
    { title: "IoU", number: true, value: (b) => fixed(b.iou, 3), sort: (b) => b.iou },
    { title: "ms a frame", number: true, value: (b) => plain(milliseconds(b.cycles)), sort: (b) => b.cycles },
    { title: "DSP", number: true, value: (b) => whole(b.resources.dsp), sort: (b) => b.resources.dsp },
    { title: "LUT", number: true, value: (b) => whole(b.resources.lut), sort: (b) => b.resources.lut },
    { title: "BRAM", number: true, value: (b) => halves(b.resources.bram36), sort: (b) => b.resources.bram36 },
    { title: "Group", value: (b) => b.group || DASH, sort: (b) => b.group },
    { title: "Selected", value: (b) => b.selected ? "yes" : "no", sort: (b) => Number(b.selected) },
    { title: "Note", value: (b) => b.note },
  ];
  return section("bundles", "Bundles", lead, scatter(spec), folded(all.length > 1 ? `All ${whole(all.length)} Bundles as a table` : "As a table", pickTable("Bundles", columns, all, spec)));
}

function explorationSection() {
  const all = data.proposals;
  if (!all.length) return section("exploration", "Exploration", null, absent("The search has not proposed anything yet."));
  const predicted = all.some((p) => known(p.iou) && !p.trained), accepted = all.filter((p) => p.accepted).length, trained = all.filter((p) => p.trained).length;
  const lead = `${count(all.length, "proposal")} of the search: replications, down-sampling and channels, each with the widths and parallel factors chosen for it. ${whole(accepted)} ${accepted === 1 ? "meets" : "meet"} the constraints, ${whole(trained)} ` +
    `${trained === 1 ? "was" : "were"} trained. Speed, resources and power are estimates; ${predicted ? "an IoU is predicted until the network was trained" : "only a trained network has an IoU, so capacity stands in for it"}.`;
  const capacity = (p) => known(p.macs) && known(p.parameters) ? Math.sqrt(p.macs * p.parameters) : undefined;
  const fields = { ...figureFields, capacity: { label: "Capacity: \u221a(MACs \u00d7 parameters)", value: capacity, text: short, better: 1 }, ...rateFields,
    bits: { label: "Weight bits", value: (p) => p.weight_bits || undefined, text: plain, better: -1 }, index: { label: "Order of asking", value: (p) => p.index, text: plain } };
  const spec = {
    id: "exploration", tall: true, hash: "proposal", key: (p) => p.index, points: all, fields, x: "fps", y: predicted ? "iou" : "capacity",
    guides: proposalGuides,
    counts: (p) => p.accepted, name: (p) => "Proposal " + p.index, first: all.find((p) => p.chosen) || all.find((p) => p.trained) || all.find((p) => p.accepted),
    caption: (p) => p.chosen && "chosen",
    kinds: [
      { name: "chosen", test: (p) => p.chosen, colour: "hw", style: "rectRot", radius: 10 },
      { name: "trained", test: (p) => p.trained, colour: "net", style: "triangle", radius: 7 },
      { name: "meets the constraints" + (predicted ? ", IoU predicted" : ""), test: (p) => p.accepted, colour: "net", style: "circle", radius: 4, faint: true },
      { name: "turned down", test: () => true, colour: "muted", style: "circle", radius: 3, hollow: true },
    ],
    summary: (p) => [[p.trained ? "IoU (trained)" : known(p.iou) ? "IoU (predicted)" : "IoU", known(p.iou) ? fixed(p.iou, 3) : "not trained"], !predicted && ["Capacity", short(capacity(p))], ["FPS (estimate)", fps(p.fps)], ["Widths", widths(p.weight_bits, p.feature_bits)], ["DSP", whole(p.resources.dsp)], ["Channels", p.channels.join(" ")]],
    panel: (p) => proposalPanel(p, spec),
  };
  const columns = [
    { title: "#", number: true, value: (p) => p.index, sort: (p) => p.index },
    { title: "IoU", number: true, value: (p) => fixed(p.iou, 3), sort: (p) => p.iou },
    { title: "FPS", number: true, value: (p) => fps(p.fps), sort: (p) => p.fps },
    { title: "Cycles", number: true, value: (p) => whole(p.cycles), sort: (p) => p.cycles },
    { title: "W", number: true, value: (p) => p.weight_bits || DASH, sort: (p) => p.weight_bits },
    { title: "F", number: true, value: (p) => p.feature_bits || DASH, sort: (p) => p.feature_bits },
    { title: "DSP", number: true, value: (p) => whole(p.resources.dsp), sort: (p) => p.resources.dsp },
    { title: "LUT", number: true, value: (p) => whole(p.resources.lut), sort: (p) => p.resources.lut },
    { title: "BRAM", number: true, value: (p) => halves(p.resources.bram36), sort: (p) => p.resources.bram36 },
    { title: "W (power)", number: true, value: (p) => fixed(p.watts, 2), sort: (p) => p.watts },
    { title: "Channels", value: (p) => p.channels.join(" "), sort: (p) => p.channels.length },
    { title: "State", value: (p) => p.chosen ? "chosen" : p.trained ? "trained" : p.accepted ? "meets" : "turned down", sort: (p) => 4 * p.chosen + 2 * p.trained + p.accepted },
    { title: "Note", value: (p) => p.note },
  ];
  return section("exploration", "Exploration", lead, scatter(spec), folded(all.length > 1 ? `All ${whole(all.length)} proposals as a table` : "As a table", pickTable("Proposals", columns, all, spec)));
}

function proposalPanel(p, spec) {
  return [
    element("h3", { text: "Proposal " + p.index }),
    element("p", { class: "badges" }, p.chosen && badge("hw", "chosen"), p.trained && badge("net", "trained"), p.pareto && badge("", "Pareto front"), p.accepted ? badge("good", "meets the constraints") : badge("bad", "turned down")),
    silhouette(p),
    element("h4", { text: "Network" }),
    list([["IoU, validation part", known(p.iou) ? [fixed(p.iou, 3) + " ", tag(p.trained ? "measured" : "estimate", p.trained ? "trained" : "predicted")] : "not trained"], ["Bundle", p.bundle], ["Channels", p.channels.join(", ")],
      ["Down-samples after", p.downsample.length ? "Bundle " + p.downsample.map((i) => i + 1).join(", ") : "nothing"], ["MACs a frame", short(p.macs)], ["Parameters", short(p.parameters)]]),
    element("h4", null, "Accelerator ", tag("estimate")),
    list([["Widths", widths(p.weight_bits, p.feature_bits)], p.engine && ["Engine", p.engine], ["Frames per second", fps(p.fps)], ["Cycles a frame", whole(p.cycles)], ["Time for a frame", plain(milliseconds(p.cycles)) + " ms"], ...resourceRows(p.resources),
      ["Power", known(p.watts) ? fixed(p.watts, 2) + " W" : DASH]]),
    p.note && element("p", { class: "note", text: p.note }), permalink(p, spec)];
}

// One bar a replication: height for channels, a step down where it down-samples.
function silhouette(p) {
  const most = Math.max(...p.channels, 1), n = p.channels.length, wide = 300, high = 64, step = wide / Math.max(n, 1);
  const svg = element("svg", { viewBox: `0 0 ${wide} ${high + 18}`, class: "silhouette", role: "img", "aria-label": "Channels of each replication: " + p.channels.join(", ") });
  let scale = 1;
  p.channels.forEach((c, i) => {
    const h = Math.max(3, high * c / most), w = Math.max(4, (step - 6) * scale);
    svg.append(element("rect", { x: i * step + (step - w) / 2, y: high - h, width: w, height: h, rx: 2, class: "bar-net" }),
      element("text", { x: (i + 0.5) * step, y: high + 14, "text-anchor": "middle", class: "small", text: c }));
    if (p.downsample.includes(i)) scale *= 0.72;
  });
  return element("figure", null, svg, element("figcaption", { text: "Channels of each Bundle; narrower where the map was down-sampled before it" }));
}

function permalink(p, spec) { return element("p", { class: "note" }, element("a", { href: `#${spec.hash}-${spec.key(p)}`, text: "Link to this design" })); }
function pickTable(caption, columns, rows, spec) {
  const choose = (p) => { pickers[spec.hash].pick(p, true); };
  return table(caption, columns, rows, { tall: rows.length > 12, row: (p) => ({ "data-pick": spec.hash + "-" + spec.key(p), tabindex: 0, class: p === spec.first ? "pickable picked" : "pickable",
    onclick: () => choose(p), onkeydown: (e) => e.key === "Enter" && choose(p) }) });
}
