// The page from top to bottom.

function verdict() {
  const judged = data.targets.filter((t) => known(t.met)), met = judged.filter((t) => t.met).length, n = data.targets.length;
  const h = data.hardware, over = ["dsp", "lut", "ff", "bram36"].some((key) => known(h.device[key]) && (h.synthesised[key] ?? h.predicted[key]) > h.device[key]);
  if (over) return badge("bad", "does not fit the device");
  if (data.state === "running") return badge("wait", "still running");
  if (data.state === "failed") return badge("bad", "the run failed");
  if (!n) return badge("", "no targets given");
  if (met === n) return badge("good", n === 1 ? "the target is met" : `all ${n} targets met`);
  return badge("bad", `${met} of ${n} targets met`);
}

function summaryWords() {
  if (data.summary) return data.summary;
  const h = data.hardware, words = [], board = data.device_title.replace(/ *\(.*/, "") || "the device", clock = data.clock_mhz ? ` at ${data.clock_mhz} MHz` : "";
  const iou = data.iou_golden ?? data.iou_quantized ?? data.iou_float;
  if (known(iou)) words.push(`The network finds the object with a mean IoU of ${fixed(iou, 3)} on ${count(data.test_pictures || data.test_ious.length, "test picture")} it never saw.`);
  if (known(h.fps)) words.push(`Its accelerator on ${board} takes ${whole(h.cycles_simulated)} cycles a frame in simulation: ${fps(h.fps)} frames per second${clock}.`);
  if (known(h.bytes_compared)) words.push(h.bytes_differ === 0 ? "Every simulated output byte equals the integer model's." : `${whole(h.bytes_differ)} simulated output bytes differ from the integer model's.`);
  if (!words.length) words.push(`A detector and its accelerator for ${board}${clock}. The run has not come to figures yet.`);
  return words.join(" ");
}

function tile(kind, title, value, unit, note, marks) {
  return element("div", { class: "tile " + kind }, element("h3", { text: title }), element("p", { class: "value" }, element("span", { text: value }), unit && element("small", { text: " " + unit })), element("p", { class: "note" }, note, marks && [" ", marks]));
}

function tiles() {
  const h = data.hardware, iou = data.iou_golden ?? data.iou_quantized ?? data.iou_float, exact = known(h.cycles_predicted) && known(h.cycles_simulated);
  const off = exact ? Math.abs(h.cycles_simulated - h.cycles_predicted) : undefined;
  return element("div", { class: "tiles" },
    tile("net", "Mean IoU, test part", fixed(iou, 3), "", known(iou) ? [known(data.iou_float) && `float ${fixed(data.iou_float, 3)}`, known(data.iou_golden) && h.weight_bits ? `, ${widths(h.weight_bits, h.feature_bits)} in integers` : ""] : "not scored yet"),
    tile("hw", "Frames per second", fps(h.fps), "", known(h.fps) ? `${plain(milliseconds(h.cycles_simulated))} ms a frame at ${data.clock_mhz} MHz` : "not simulated yet", known(h.fps) && tag("simulated")),
    tile(off ? "bad" : exact ? "good" : "", "Cycles off the prediction", exact ? whole(off) : DASH, "", exact ? `${whole(h.cycles_predicted)} predicted, ${whole(h.cycles_simulated)} simulated` + (off ? `: ${(100 * off / h.cycles_predicted).toFixed(2)} %` : "") : "not simulated yet"),
    tile(h.bytes_differ ? "bad" : known(h.bytes_differ) ? "good" : "", "Output bytes that differ", whole(h.bytes_differ), "", known(h.bytes_compared) ? `of ${whole(h.bytes_compared)} compared, ${count(h.images || 0, "picture")}` : "not simulated yet"),
    tile("hw", "MAC per DSP and cycle", fixed(h.mac_per_dsp_cycle, 2), "", known(h.mac_per_dsp_cycle) ? "counting every DSP of the device" : "not simulated yet"),
    tile("hw", "Power", fixed(h.watts, 2), known(h.watts) ? "W" : "", known(h.watts) ? "" : "not estimated yet", known(h.watts) && tag("estimate")), fullness());
}

// How full the device is, in one line of the headline.
function fullness() {
  const h = data.hardware, rows = [["DSP", "dsp"], ["LUT", "lut"], ["FF", "ff"], ["BRAM", "bram36"]].filter(([, key]) => known(h.device[key]) && known(h.synthesised[key] ?? h.predicted[key]));
  if (!rows.length) return null;
  const made = known(h.synthesised.lut);
  return element("div", { class: "tile wide" }, element("h3", null, "Share of the device ", tag(made ? "synthesised" : "estimate")), element("div", { class: "shares" }, rows.map(([name, key]) => {
    const n = h.synthesised[key] ?? h.predicted[key], all = h.device[key];
    return element("div", null, element("div", { class: "name" }, element("strong", { text: name }), element("span", { class: "of", text: percent(n, all) })),
      element("div", { class: "gauge", role: "img", "aria-label": `${name}: ${halves(n)} of ${halves(all)}` }, element("i", { class: n > all ? "fill over" : "fill", style: `width: ${Math.min(100, 100 * n / all)}%` })));
  })));
}

function hero() {
  const p = data.pictures.find((q) => q.best);
  return p ? element("div", { class: "hero-picture" }, pictureFigure(p)) : null;
}

function targetsSection() {
  if (!data.targets.length) return section("targets", "Targets", null, absent("The flow names no targets."));
  const value = (x, unit) => (known(x) ? plain(x) : DASH) + (unit && known(x) ? " " + unit : "");
  return section("targets", "Targets", null, element("ul", { class: "targets" }, data.targets.map((t) => {
    const top = Math.max(t.wanted, t.reached || 0) * 1.12 || 1;
    const state = !known(t.met) ? badge("wait", "not known yet") : t.met ? badge("good", "met") : badge("bad", "not met");
    return element("li", null, element("div", { class: "name" }, element("strong", { text: t.name }), state),
      element("div", { class: "gauge", role: "img", "aria-label": `${t.name}: wanted ${t.at_least ? "at least" : "at most"} ${value(t.wanted, t.unit)}, reached ${value(t.reached, t.unit)}` },
        known(t.reached) && element("i", { class: "fill " + (t.met ? "good" : "bad"), style: `width: ${100 * t.reached / top}%` }), element("i", { class: "mark", style: `left: ${100 * t.wanted / top}%` })),
      element("div", { class: "note" }, `wanted ${t.at_least ? "at least" : "at most"} ${value(t.wanted, t.unit)}; reached ${value(t.reached, t.unit)}`, t.basis && ` (${t.basis})`));
  })));
}

function runSection() {
  const total = data.steps.reduce((sum, s) => sum + (s.seconds || 0), 0);
  const state = (s) => badge({ done: "good", failed: "bad", running: "wait" }[s.state] || "", s.state);
  const bar = (s) => element("span", { class: "bars", "aria-hidden": "true" }, s.seconds && total ? element("i", { class: "simulated", style: `width: ${100 * s.seconds / total}%` }) : null);
  const named = (title, pairs, code) => pairs.length ? [element("h3", { text: title }), list(pairs.map((p) => [p.name, code ? element("code", { text: p.value }) : p.value]))] : null;
  const split = data.data_title && [["Pictures", data.data_title], data.data_split && ["Parts", data.data_split], ["Training, validation, test", `${whole(data.train_pictures)}, ${whole(data.validation_pictures)}, ${whole(data.test_pictures)}`], ["Brought to", `${data.input_width} \u00d7 ${data.input_height} pixels`]];
  return section("run", "The run", null,
    data.steps.length ? [element("h3", { text: "Steps" + (total ? `: ${duration(total)} in all` : "") }), table("Steps", [{ title: "Step", value: (s) => s.name }, { title: "State", value: state }, { title: "Time", number: true, value: (s) => duration(s.seconds) }, { title: "", value: bar }, { title: "Note", value: (s) => s.note }], data.steps)] : null,
    element("div", { class: "pair" }, element("div", null, split ? [element("h3", { text: "Data" }), list(split)] : null), element("div", null, named("Seeds", data.seeds, true), named("Versions", data.versions))),
    data.commands.length ? [element("h3", { text: "Commands to reproduce" }), data.commands.map((c) => element("div", { class: "command" }, element("span", { text: c.name }), element("pre", { tabindex: 0 }, element("code", { text: c.value }))))] : null,
    data.files.length ? [element("h3", { text: "Files" }), element("div", { class: "files" }, list(data.files.map((f) => [f.name, f.value])))] : null);
}

function problems() {
  return data.problems.length ? element("aside", { class: "problems", "aria-label": "What you should know" }, element("h2", { text: "What you should know" }), element("ul", null, data.problems.map((p) => element("li", { text: p })))) : null;
}

function build() {
  const where = [data.device_title, data.device_part, data.clock_mhz ? `${data.clock_mhz} MHz${data.clock_basis ? " " + data.clock_basis : ""}` : "", data.finished && data.finished + " UTC"].filter(Boolean);
  const page = document.getElementById("page");
  page.replaceChildren(
    element("div", { id: "start" }, element("div", null, element("p", { class: "eyebrow", text: where.join(" \u00b7 ") }), element("h1", { text: data.title || "A run" }), element("p", { class: "badges" }, verdict()), element("p", { class: "summary", text: summaryWords() })), hero()),
    tiles(), ...[problems()].filter(Boolean));
  const makers = [targetsSection, picturesSection, bundlesSection, explorationSection, paretoSection, trainingSection, networkSection, hardwareSection, runSection];
  for (const make of makers) {
    const made = make();
    page.append(made);
    document.getElementById("links").append(element("a", { href: "#" + made.id, text: made.querySelector("h2").textContent }));
  }
  page.append(element("footer", null, "Written by duet. Predicted and estimated figures come from models; simulated ones from Verilator, synthesised ones from Yosys, scores from the pictures named above."));
}

function followHash() {
  const link = /^#([a-z]+)-(\d+)$/.exec(location.hash), picker = link && pickers[link[1]];
  const p = picker && picker.points.find((q) => String(picker.key(q)) === link[2]);
  if (!p) return;
  picker.pick(p, false);
  document.getElementById(picker.section).scrollIntoView();
}

function watchSections() {
  const links = [...document.querySelectorAll("#links a")];
  const seen = new IntersectionObserver((entries) => {
    for (const e of entries) if (e.isIntersecting) for (const a of links) a.toggleAttribute("aria-current", a.hash === "#" + e.target.id);
  }, { rootMargin: "-20% 0px -70% 0px" });
  for (const s of document.querySelectorAll("main > section")) seen.observe(s);
}

function watchTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)"), root = document.documentElement;
  document.getElementById("theme").addEventListener("click", () => {
    const now = root.dataset.theme || (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    restyle();
  });
  dark.addEventListener("change", restyle);
  addEventListener("beforeprint", () => { root.dataset.print = "yes"; restyle(); });
  addEventListener("afterprint", () => { delete root.dataset.print; restyle(); });
}

Chart.defaults.font.family = 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
build();
followHash();
watchSections();
watchTheme();
addEventListener("hashchange", followHash);
addEventListener("scroll", () => tooltip.hide(), { passive: true });
