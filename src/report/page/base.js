"use strict";
// What every section needs: the data, elements without markup from strings, figures in words, the tooltip.

const data = JSON.parse(document.getElementById("data").textContent);

// Creates an element. Attributes: "class", "text", event handlers ("onclick") or plain ones; null and false are left out.
function element(tag, attributes, ...children) {
  const svg = ["svg", "g", "rect", "path", "text", "line", "polygon", "circle", "image", "title"].includes(tag);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") node.textContent = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}

const known = (x) => x !== undefined && x !== null;
const DASH = "\u2013";
const grouped = new Intl.NumberFormat("en-US");

function fixed(x, digits) { return known(x) ? x.toFixed(digits) : DASH; }
function whole(x) { return known(x) ? grouped.format(Math.round(x)) : DASH; }
function halves(x) { return known(x) ? grouped.format(Math.round(2 * x) / 2) : DASH; }
function short(x) {  // 223 M, 1.84 M, 950
  if (!known(x)) return DASH;
  const scales = [[1e9, " G"], [1e6, " M"], [1e3, " k"]];
  for (const [unit, name] of scales) if (Math.abs(x) >= unit) return Number((x / unit).toPrecision(3)) + name;
  return String(Number(x.toPrecision(3)));
}
function plain(x) { return known(x) ? grouped.format(Number(x.toPrecision(4))) : DASH; }
function percent(part, total) { return known(part) && total ? (100 * part / total).toFixed(part / total < 0.1 ? 1 : 0) + " %" : DASH; }
function fps(x) { return known(x) ? grouped.format(x >= 100 ? Math.round(x) : Math.round(10 * x) / 10) : DASH; }
function duration(s) {
  if (!known(s)) return DASH;
  if (s < 90) return (s < 10 ? s.toFixed(1) : Math.round(s)) + " s";
  if (s < 5400) return Math.round(s / 60) + " min";
  return (s / 3600).toFixed(1) + " h";
}
function milliseconds(cycles) { return known(cycles) && data.clock_mhz ? cycles / data.clock_mhz / 1000 : undefined; }
function count(n, one, many) { return whole(n) + " " + (n === 1 ? one : many || one + "s"); }
function widths(w, f) { return w ? `W${w} F${f}` : DASH; }

// Where a figure comes from, beside it.
function tag(kind, words) { return element("span", { class: "tag " + kind, text: words || kind }); }
function badge(kind, words) { return element("span", { class: "badge " + kind, text: words }); }

function section(id, title, lead, ...children) {
  const words = lead && element("p", { class: "lead" }, lead);
  return element("section", { id, "aria-labelledby": id + "-title" }, element("h2", { id: id + "-title", text: title }), words, children);
}
function absent(words) { return element("p", { class: "absent", text: words }); }
function list(pairs) {  // [[name, value node or text]]
  return element("dl", null, pairs.filter(Boolean).map(([name, value]) => element("div", null, element("dt", { text: name }), element("dd", null, value))));
}

// A table that scrolls inside itself. columns: {title, number, value(row) -> text or node, sort(row)}
function table(caption, columns, rows, options = {}) {
  const body = element("tbody");
  const lines = rows.map((row) => {
    const line = element("tr", options.row ? options.row(row) : null, columns.map((c, i) => element(i === 0 && !c.number ? "th" : "td",
      { class: c.number ? "number" : null, scope: i === 0 && !c.number ? "row" : null }, c.value(row))));
    return { row, line };
  });
  body.append(...lines.map((x) => x.line));
  const sort = (c, button) => {
    const up = button.getAttribute("aria-sort") === "descending";
    for (const other of head.children) other.removeAttribute("aria-sort");
    button.setAttribute("aria-sort", up ? "ascending" : "descending");
    const key = (x) => c.sort(x.row) ?? (up ? Infinity : -Infinity);
    lines.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) * (up ? 1 : -1));
    body.append(...lines.map((x) => x.line));
  };
  const head = element("tr", null, columns.map((c) => {
    const cell = element("th", { scope: "col", class: c.number ? "number" : null });
    if (c.sort) cell.append(element("button", { type: "button", text: c.title, onclick: () => sort(c, cell) }));
    else cell.textContent = c.title;
    return cell;
  }));
  return element("div", { class: "scroll" + (options.tall ? " tall" : ""), tabindex: 0, role: "region", "aria-label": caption },
    element("table", null, element("caption", { class: "unseen", text: caption }), element("thead", null, head), body));
}
function folded(title, ...children) { return element("details", null, element("summary", { text: title }), children); }

const tooltip = {
  node: document.getElementById("tooltip"),
  show(x, y, ...children) {  // in pixels of the window
    this.node.replaceChildren(...children);
    this.node.hidden = false;
    const { width, height } = this.node.getBoundingClientRect(), room = document.documentElement.clientWidth;
    const left = x + 16 + width > room - 8 ? x - 16 - width : x + 16;
    this.node.style.left = Math.max(8, left) + "px";
    this.node.style.top = Math.max(8, Math.min(y - height / 2, window.innerHeight - height - 8)) + "px";
  },
  hide() { this.node.hidden = true; },
};
function say(words) { document.getElementById("spoken").textContent = words; }

// Colours come from the style sheet, so that light and dark are decided in one place.
function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }
const charts = [];  // {chart, restyle()}
function restyle() { for (const c of charts) { c.restyle(); c.chart.update("none"); } }
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
