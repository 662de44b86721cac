// Test pictures with both boxes, and how the IoU is spread.

function boxes(p, stroke) {
  const rect = (b, kind) => element("rect", { x: b.x0 * p.width, y: b.y0 * p.height, width: Math.max(0, b.x1 - b.x0) * p.width, height: Math.max(0, b.y1 - b.y0) * p.height, class: kind, "stroke-width": stroke, "vector-effect": "non-scaling-stroke" });
  return [rect(p.truth, "box-under"), rect(p.predicted, "box-under"), rect(p.truth, "box-true"), rect(p.predicted, "box-predicted")];
}
function photo(p) { return element("image", { href: "data:image/jpeg;base64," + p.jpeg, x: 0, y: 0, width: p.width, height: p.height, preserveAspectRatio: "none" }); }

// The part of the picture around the true box, so that small objects can be judged.
function closeUp(p) {
  const b = p.truth, side = Math.max((b.x1 - b.x0) * p.width, (b.y1 - b.y0) * p.height) * 2.2 + 6;
  const within = (middle, room) => side >= room ? (room - side) / 2 : Math.max(0, Math.min(room - side, middle * room - side / 2));
  const x = within((b.x0 + b.x1) / 2, p.width), y = within((b.y0 + b.y1) / 2, p.height);
  const corner = ((b.x0 + b.x1) / 2 > 0.5 ? "left" : "right") + ((b.y0 + b.y1) / 2 > 0.5 ? " above" : " below");  // where it covers neither box
  return element("svg", { viewBox: `${x} ${y} ${side} ${side}`, class: "close " + corner, "aria-hidden": "true" }, photo(p), boxes(p, 2));
}

function pictureFigure(p) {
  const words = `${p.name}: IoU ${fixed(p.iou, 2)}`;
  return element("figure", { class: "picture" },
    element("div", { class: "frame" }, element("svg", { viewBox: `0 0 ${p.width} ${p.height}`, role: "img", "aria-label": words + ". Solid: true box. Dashed: predicted box." }, photo(p), boxes(p, 1.8)), closeUp(p)),
    element("figcaption", null, element("span", { class: "file", title: p.name, text: p.name }), element("strong", { text: "IoU " + fixed(p.iou, 2) })));
}

function histogram() {
  const ious = data.test_ious;
  if (ious.length < 2) return null;
  const bins = Array.from({ length: 20 }, () => 0);
  for (const v of ious) ++bins[Math.min(19, Math.floor(v * 20))];
  const most = Math.max(...bins), good = ious.filter((v) => v >= 0.5).length, mean = ious.reduce((a, b) => a + b, 0) / ious.length;
  const W = 640, H = 130, svg = element("svg", { viewBox: `0 0 ${W} ${H + 22}`, class: "histogram", role: "img", "aria-label": `IoU of ${ious.length} test pictures: mean ${fixed(mean, 3)}, ${percent(good, ious.length)} at least 0.5` });
  bins.forEach((n, i) => svg.append(element("rect", { x: i * W / 20 + 1.5, y: H - H * n / most, width: W / 20 - 3, height: H * n / most, rx: 2, class: i >= 10 ? "bar-net" : "bar-pale" }, element("title", { text: `${n} pictures with IoU ${(i / 20).toFixed(2)} to ${((i + 1) / 20).toFixed(2)}` }))));
  for (const t of [0, 0.25, 0.5, 0.75, 1]) svg.append(element("text", { x: Math.min(W - 2, Math.max(2, t * W)), y: H + 16, class: "small", "text-anchor": t === 0 ? "start" : t === 1 ? "end" : "middle", text: t }));
  return element("figure", { class: "spread" }, element("figcaption", null, element("strong", { text: `${percent(good, ious.length)} of ${whole(ious.length)} test pictures have an IoU of at least 0.5` }), "; mean " + fixed(mean, 3)), svg);
}

function picturesSection() {
  const best = data.pictures.filter((p) => p.best), worst = data.pictures.filter((p) => !p.best);
  if (!data.pictures.length && !data.test_ious.length) return section("pictures", "Test pictures", null, absent("No test picture has been scored yet."));
  const row = (title, all) => all.length ? [element("h3", { text: title }), element("div", { class: "pictures" + (all.length % 3 === 0 ? " three" : "") }, all.map(pictureFigure))] : null;
  return section("pictures", "Test pictures", "Boxes found by the integer network, on pictures that took no part in training or in any choice.", histogram(),
    data.pictures.length ? element("ul", { class: "legend" }, element("li", null, element("span", { class: "swatch line-true" }), "true box"), element("li", null, element("span", { class: "swatch line-predicted" }), "predicted box")) : null,
    row("The best", best), row("The worst", worst));
}
