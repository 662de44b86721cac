// The Pareto set: designs that were trained and built and that no other beats in IoU, frames per second and power, one after the other.

function paretoSection() {
  const all = data.proposals.filter((p) => p.files).sort((a, b) => b.fps - a.fps);
  if (!all.length) return section("pareto", "Pareto set", null, absent("No design has been trained and built yet."));
  const chosen = all.find((p) => p.chosen);
  const lead = all.length === 1 ? "One trained design; no other one that was trained is better in IoU, frames per second or power." :
    `${count(all.length, "trained design")} that no other trained one beats in IoU, frames per second and power at once, each with its network and its accelerator in the run's folder. ` +
    "Frames per second and power are estimates from the models; IoU was measured on the validation part.";
  const walk = stepper(all, (p) => pickers.design.pick(p, true));
  const { iou, latency, dsp, lut, bram, macs, parameters } = figureFields;
  const spec = {
    id: "pareto", hash: "design", key: (p) => p.index, points: all, x: "fps", y: "iou", guides: proposalGuides,
    fields: { iou, ...rateFields, latency, dsp, lut, bram, macs, parameters },
    counts: () => true, name: (p) => "Proposal " + p.index, first: chosen, caption: (p) => p.chosen && "chosen",
    kinds: [
      { name: "chosen", test: (p) => p.chosen, colour: "hw", style: "rectRot", radius: 10 },
      { name: "of the Pareto set", test: () => true, colour: "net", style: "triangle", radius: 8 },
    ],
    summary: (p) => [["IoU", fixed(p.iou, 3)], ["FPS (estimate)", fps(p.fps)], ["Power (estimate)", fixed(p.watts, 2) + " W"], ["Widths", widths(p.weight_bits, p.feature_bits)]],
    panel: (p) => {
      walk.show(p);
      return [...proposalPanel(p, spec), element("h4", { text: "Files" }), element("p", null, element("code", { text: p.files })),
        chosen && p !== chosen && element("p", { class: "note", text: beside(p, chosen) })];
    },
  };
  const columns = [
    { title: "#", number: true, value: (p) => p.index, sort: (p) => p.index },
    { title: "IoU", number: true, value: (p) => fixed(p.iou, 3), sort: (p) => p.iou },
    { title: "FPS", number: true, value: (p) => fps(p.fps), sort: (p) => p.fps },
    { title: "W (power)", number: true, value: (p) => fixed(p.watts, 2), sort: (p) => p.watts },
    { title: "Score", number: true, value: (p) => fixed(p.score, 3), sort: (p) => p.score },
    { title: "Widths", value: (p) => widths(p.weight_bits, p.feature_bits), sort: (p) => p.weight_bits },
    { title: "DSP", number: true, value: (p) => whole(p.resources.dsp), sort: (p) => p.resources.dsp },
    { title: "LUT", number: true, value: (p) => whole(p.resources.lut), sort: (p) => p.resources.lut },
    { title: "BRAM", number: true, value: (p) => halves(p.resources.bram36), sort: (p) => p.resources.bram36 },
    { title: "Files", value: (p) => p.files },
  ];
  return section("pareto", "Pareto set", lead, all.length > 1 && walk.node, scatter(spec), pickTable("Pareto set", columns, all, spec));
}

// Buttons that go from one design to its neighbour.
function stepper(all, pick) {
  let at = 0;
  const words = element("output");
  const button = (text, step) => element("button", { type: "button", text, onclick: () => pick(all[at + step]) });
  const faster = button("\u2190 Faster", -1), slower = button("Slower \u2192", 1);
  return {
    node: element("p", { class: "stepper" }, faster, words, slower),
    show(p) {
      at = all.indexOf(p);
      words.textContent = `${at + 1} of ${all.length}`;
      faster.disabled = at === 0;
      slower.disabled = at + 1 === all.length;
    },
  };
}

function beside(p, chosen) {
  const more = (x, digits) => (x < 0 ? "\u2212" : "+") + Math.abs(x).toFixed(digits);
  return `Beside the chosen design: ${(p.fps / chosen.fps).toFixed(2)} times the frames per second, ${more(p.iou - chosen.iou, 3)} IoU, ${more(p.watts - chosen.watts, 2)} W.`;
}
