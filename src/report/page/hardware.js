// The accelerator: what was predicted, what was simulated, what was synthesised.

function difference(predicted, actual) {
  if (!known(predicted) || !known(actual)) return DASH;
  const d = actual - predicted;
  return d === 0 ? element("span", { class: "exact", text: "0" }) : `${d > 0 ? "+" : "\u2212"}${grouped.format(Math.abs(Math.round(d * 10) / 10))} (${d > 0 ? "+" : "\u2212"}${Math.abs(100 * d / (predicted || 1)).toFixed(1)} %)`;
}

function cycleTable(caption, pairs) {
  const most = Math.max(...pairs.flatMap((p) => [p.predicted ?? 0, p.simulated ?? 0]), 1);
  const bars = (p) => element("span", { class: "bars", "aria-hidden": "true" }, known(p.predicted) && element("i", { class: "predicted", style: `width: ${100 * p.predicted / most}%` }), known(p.simulated) && element("i", { class: "simulated", style: `width: ${100 * p.simulated / most}%` }));
  return table(caption, [
    { title: caption, value: (p) => p.name }, { title: "Predicted", number: true, value: (p) => whole(p.predicted) }, { title: "Simulated", number: true, value: (p) => whole(p.simulated) },
    { title: "Difference", number: true, value: (p) => difference(p.predicted, p.simulated) }, { title: "", value: bars }], pairs);
}

function resourceBars() {
  const h = data.hardware, rows = [["DSP", "dsp", whole], ["LUT", "lut", whole], ["FF", "ff", whole], ["BRAM (36 Kbit)", "bram36", halves]].filter(([, key]) => known(h.predicted[key]) || known(h.synthesised[key]));
  if (!rows.length) return absent("No resources have been estimated or counted yet.");
  return element("div", { class: "resources" }, rows.map(([name, key, text]) => {
    const made = h.synthesised[key], predicted = h.predicted[key], all = h.device[key], top = Math.max(all || 0, made || 0, predicted || 0) || 1;
    const words = `${name}: predicted ${text(predicted)}, synthesised ${text(made)}, device ${text(all)}`;
    return element("div", { class: "resource" }, element("div", { class: "name" }, element("strong", { text: name }), element("span", null, known(made) ? text(made) : text(predicted) + " (estimate)", known(all) && element("span", { class: "of", text: ` of ${text(all)}, ${percent(made ?? predicted, all)}` }))),
      element("div", { class: "gauge", role: "img", "aria-label": words }, known(made) && element("i", { class: made > all ? "fill over" : "fill", style: `width: ${100 * made / top}%` }), known(predicted) && element("i", { class: "mark", style: `left: ${100 * predicted / top}%` })),
      element("div", { class: "note" }, `predicted ${text(predicted)}`, known(made) && [", difference ", difference(predicted, made)]));
  }));
}

function hardwareSection() {
  const h = data.hardware;
  if (!known(h.cycles_predicted) && !known(h.cycles_simulated) && !known(h.predicted.dsp) && !known(h.predicted.lut)) return section("hardware", "Accelerator", null, absent("No accelerator has been made yet."));
  const proof = known(h.bytes_compared) ? h.bytes_differ === 0
    ? element("p", { class: "proof good" }, `Verilator ran the accelerator on ${count(h.images || 0, "test picture")}: all ${whole(h.bytes_compared)} output bytes equal those of the golden model.`)
    : element("p", { class: "proof bad" }, `Verilator ran the accelerator on ${count(h.images || 0, "test picture")}: ${whole(h.bytes_differ)} of ${whole(h.bytes_compared)} output bytes differ from the golden model.`)
    : element("p", { class: "proof", text: "The accelerator has not been simulated: its figures are modelled, not simulated." });
  const facts = list([h.engine && ["Engine", h.engine], h.weight_bits && ["Widths", `${h.weight_bits}-bit weights, ${h.feature_bits}-bit features`],
    known(h.fps) && ["Frames per second", [fps(h.fps) + ` at ${data.clock_mhz} MHz${data.clock_basis ? ` (${data.clock_basis})` : ""} `, tag("simulated")]],
    known(h.latency_cycles) && ["One frame alone", [`${whole(h.latency_cycles)} cycles, ${plain(milliseconds(h.latency_cycles))} ms `, tag("simulated")]],
    known(h.mac_per_dsp_cycle) && ["MAC per DSP of the device and cycle", fixed(h.mac_per_dsp_cycle, 3)],
    known(h.bytes_read) && ["Memory traffic a frame", `${short(h.bytes_read)}B read, ${short(h.bytes_written)}B written`],
    known(h.watts) && ["Power", [fixed(h.watts, 2) + " W ", tag("estimate")]]]);
  const whole_frame = [{ name: "Whole frame", predicted: h.cycles_predicted, simulated: h.cycles_simulated }];
  const frame = known(h.cycles_predicted) || known(h.cycles_simulated);
  const counted = known(h.synthesised.lut) ? "Bars: Yosys' count as a share of the device. Marks: the estimator's prediction." : "Not synthesised yet: marks show the estimator's prediction alone.";
  return section("hardware", "Accelerator", null, proof, element("div", { class: "pair" },
      element("div", null, element("h3", null, "In figures"), facts),
      element("div", null, element("h3", null, "Resources: predicted against synthesised"), resourceBars(), element("p", { class: "note", text: counted }))),
    element("h3", null, "Cycles: predicted against simulated"), frame ? cycleTable("Part", [...h.layers, ...whole_frame]) : absent("Not estimated yet."),
    h.frames.length ? [element("h4", { text: "Frame by frame" }), cycleTable("Frame", h.frames)] : null);
}
