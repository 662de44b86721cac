// The chosen network, drawn: one slab a layer, as high as its map, as thick as its channels.

function layerWords(layer) {
  return [["Output", `${layer.channels} \u00d7 ${layer.height} \u00d7 ${layer.width}`], ["MACs", short(layer.macs)], ["Parameters", short(layer.parameters)]];
}
function shortKind(kind) { return kind.replace(/^dw-conv/, "dw").replace(/^(max|average|avg) pool.*/, "$1").replace(/^head.*/, "head").replace(/(\d)x(\d)/, "$1\u00d7$2"); }
function slabClass(layer) { return /^dw/.test(layer.kind) ? "slab-dw" : /pool/.test(layer.kind) ? "slab-pool" : /^head/.test(layer.kind) ? "slab-head" : "slab-conv"; }

function networkDrawing() {
  const input = { name: "picture", kind: "picture", block: "Input", channels: data.input_channels, height: data.input_height, width: data.input_width, macs: 0, parameters: 0 };
  const layers = [input, ...data.layers], tallest = Math.max(...layers.map((l) => l.height), 1);
  const floor = 188, blocks = [];
  const parts = new Set(layers.map((l) => l.block)).size, slot = Math.max(62, Math.min(96, (1050 - 16 * parts) / layers.length));  // fills the page where it fits
 
  let x = 8;
  const slabs = layers.map((layer) => {
    const high = 16 + 112 * Math.sqrt(layer.height / tallest), skew = 8 + 30 * Math.sqrt(layer.height / tallest), thick = 4 + 3.1 * Math.log2(layer.channels + 1);
    if (!blocks.length || blocks[blocks.length - 1].name !== layer.block) { x += blocks.length ? 16 : 0; blocks.push({ name: layer.block, from: x, layers: [] }); }
    const block = blocks[blocks.length - 1], wide = Math.max(thick + skew + 8, slot), left = x + (wide - thick - skew) / 2;
    block.layers.push(layer);
    x += wide;
    block.to = x;
    return slab(layer, left, floor, thick, high, skew, x - wide / 2);
  });
  const svg = element("svg", { viewBox: `0 0 ${x + 8} 316`, width: x + 8, height: 316, class: "network", role: "img", "aria-label": "The network, layer by layer; the table below holds the same figures" }, slabs, blocks.map((b) => blockMark(b, floor + 26)));
  return element("div", { class: "scroll drawing", tabindex: 0, role: "region", "aria-label": "Drawing of the network" }, svg);
}

function slab(layer, x, floor, thick, high, skew, middle) {
  const up = skew * 0.62, top = floor - high, kind = slabClass(layer);
  const corners = (list) => list.map((p) => p.map((v) => v.toFixed(1)).join(",")).join(" ");
  const group = element("g", { class: "layer " + (layer.kind === "picture" ? "slab-input" : kind), tabindex: 0, role: "img", "aria-label": `${layer.name}: ${layer.kind}, output ${layer.channels} by ${layer.height} by ${layer.width}` },
    element("polygon", { class: "side", points: corners([[x + thick, top], [x + thick + skew, top - up], [x + thick + skew, floor - up], [x + thick, floor]]) }),
    element("polygon", { class: "lid", points: corners([[x, top], [x + skew, top - up], [x + thick + skew, top - up], [x + thick, top]]) }),
    element("rect", { class: "face", x, y: top, width: thick, height: high }),
    element("text", { x: middle, y: floor + 16, "text-anchor": "middle", class: "small", text: shortKind(layer.kind) }));
  const show = () => {
    const box = group.getBoundingClientRect();
    tooltip.show(box.right - 8, box.top + box.height / 2, element("strong", { text: `${layer.name}: ${layer.kind}` }), list(layerWords(layer)));
  };
  for (const event of ["mouseenter", "focus"]) group.addEventListener(event, show);
  for (const event of ["mouseleave", "blur"]) group.addEventListener(event, () => tooltip.hide());
  return group;
}

// Under each replication: its name, shape, and its share of work and of cycles.
function blockMark(block, y) {
  const last = block.layers[block.layers.length - 1], wide = block.to - block.from - 4, x = block.from + 2;
  const macs = block.layers.reduce((sum, l) => sum + l.macs, 0), all = data.layers.reduce((sum, l) => sum + l.macs, 0);
  const pair = data.hardware.layers.find((l) => l.name === block.name), cycles = pair && (pair.simulated ?? pair.predicted);
  const total = data.hardware.layers.reduce((sum, l) => sum + (l.simulated ?? l.predicted ?? 0), 0);
  const text = (dy, words, kind) => element("text", { x: x + wide / 2, y: y + dy, "text-anchor": "middle", class: kind, text: words });
  const bar = (dy, share, kind) => [element("rect", { x, y: y + dy, width: wide, height: 5, rx: 2.5, class: "track" }), element("rect", { x, y: y + dy, width: Math.max(0.5, wide * share), height: 5, rx: 2.5, class: kind })];
  return element("g", null, element("path", { d: `M${x} ${y}v5h${wide}v-5`, class: "bracket" }), text(22, block.name, "strong"), text(38, `${last.channels} \u00d7 ${last.height} \u00d7 ${last.width}`, "small"),
    macs && all ? [bar(50, macs / all, "bar-net"), text(67, wide > 90 ? percent(macs, all) + " of MACs" : percent(macs, all), "small")] : null,
    cycles && total ? [bar(74, cycles / total, "bar-hw"), text(91, wide > 90 ? percent(cycles, total) + " of cycles" : percent(cycles, total), "small")] : null);
}

function networkSection() {
  if (!data.layers.length) return section("network", "Network", null, absent("No network has been chosen yet."));
  const sum = (key) => data.layers.reduce((total, l) => total + l[key], 0);
  const cycles = (l) => { const pair = data.hardware.layers.find((c) => c.name === l.block); return pair && (pair.simulated ?? pair.predicted); };
  const last = (l) => data.layers.filter((o) => o.block === l.block).pop() === l;
  const columns = [
    { title: "Layer", value: (l) => l.name }, { title: "Part", value: (l) => l.block }, { title: "Kind", value: (l) => l.kind },
    { title: "Output (C \u00d7 H \u00d7 W)", number: true, value: (l) => `${l.channels} \u00d7 ${l.height} \u00d7 ${l.width}` }, { title: "MACs", number: true, value: (l) => l.macs ? whole(l.macs) : DASH },
    { title: "Parameters", number: true, value: (l) => l.parameters ? whole(l.parameters) : DASH }, { title: "Cycles of the part", number: true, value: (l) => last(l) ? whole(cycles(l)) : "" }];
  const key = (kind, words) => element("li", null, element("span", { class: "swatch " + kind }), words);
  return section("network", "Network", `${short(sum("macs"))} multiply-accumulates a frame, ${whole(sum("parameters"))} parameters. The Bundles run one after another on the same engine (folded), as a pipeline over tiles.`,
    networkDrawing(),
    element("ul", { class: "legend" }, key("slab-dw", "depth-wise convolution"), key("slab-conv", "convolution"), key("slab-pool", "pooling"), key("slab-head", "box head"), key("bar-net", "share of MACs"), data.hardware.layers.length ? key("bar-hw", "share of cycles" + (data.hardware.layers.some((l) => known(l.simulated)) ? "" : " (predicted)")) : null),
    folded("All layers as a table", table("Layers", columns, data.layers)));
}
