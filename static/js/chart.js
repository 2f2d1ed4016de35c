/* Charts: drawn when seen, from a figure the server has worked out; colours come from the tokens of the page. */
"use strict";

const script = document.getElementById("chart-script");
const CONFIG = { displaylogo: false, showSendToCloud: false, plotlyServerURL: "", displayModeBar: false, responsive: true };
const drawn = new Map();
let library = null;

function plotly() {
  library ??= new Promise((ready, failed) => {
    const tag = document.createElement("script");
    tag.src = script.dataset.plotly;
    tag.nonce = script.nonce;
    tag.onload = () => ready(window.Plotly);
    tag.onerror = failed;
    document.head.append(tag);
  });
  return library;
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

function markers(states, colour, small) {
  const look = {
    signed: ["circle", colour("confirmed-bar"), small ? 7 : 8],
    except: ["diamond", colour("disputed-bar"), small ? 10 : 12],
    open: ["circle-open", colour("ink-3"), small ? 9 : 10],
  };
  const of = (index) => states.map((state) => (look[state] || look.signed)[index]);
  return { opacity: 1, symbol: of(0), color: of(1), size: of(2), line: { width: states.map((state) => (state === "open" ? 2.5 : 1)), color: states.map((state) => (state === "open" ? colour("ink-3") : colour("surface"))) } };
}

function dressed(trace, colour, small) {
  const role = trace.meta?.role;
  const copy = { ...trace };
  if (role === "balance") {
    copy.line = { color: colour("act"), width: 2, ...trace.line };
    copy.fill = trace.fill ?? "tozeroy";
    copy.cliponaxis = false;
    copy.fillcolor = colour("act-tint");
    if (Array.isArray(trace.customdata)) copy.marker = markers(trace.customdata, colour, small);
  } else if (role === "compare" || role === "total") {
    copy.marker = { color: colour("age-0"), ...trace.marker };
    copy.line = { color: colour("age-0"), width: 2, ...trace.line };
  } else if (role === "up") {
    copy.marker = { color: colour("act"), ...trace.marker };
  } else if (role === "down") {
    copy.marker = { color: colour("negative"), pattern: { shape: "/", size: 6, bgcolor: colour("negative"), fgcolor: colour("surface"), solidity: 0.25 }, ...trace.marker };
  }
  if (trace.type === "waterfall") {
    copy.increasing = { marker: { color: colour("act") } };
    copy.decreasing = { marker: { color: colour("negative") } };
    copy.totals = { marker: { color: colour("age-0") } };
    copy.connector = { line: { color: colour("control"), width: 1, dash: "dot" } };
  }
  return copy;
}

function themed(layout, colour, small) {
  const axis = { color: colour("ink-2"), linecolor: colour("line-strong"), gridcolor: colour("line"), zeroline: false, ticks: "", fixedrange: true, automargin: true, ticklabelstandoff: 6 };
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: colour("font"), size: small ? 11 : 12, color: colour("ink-2") },
    margin: small ? { l: 8, r: 12, t: 8, b: 22 } : { l: 8, r: 16, t: 12, b: 26 },
    showlegend: false,
    dragmode: false,
    hovermode: "closest",
    hoverlabel: { bgcolor: colour("frame"), bordercolor: colour("frame"), font: { color: colour("frame-ink"), size: 12, family: colour("font") }, align: "left" },
    ...layout,
    xaxis: { ...axis, showgrid: false, showline: true, ...layout.xaxis },
    yaxis: { ...axis, showline: false, rangemode: "tozero", ...layout.yaxis },
  };
}

function paint(box) {
  const figure = drawn.get(box);
  const colour = colours();
  const small = box.dataset.size === "small";
  const data = figure.data.map((trace) => dressed(trace, colour, small));
  return window.Plotly.react(box.firstElementChild, data, themed(figure.layout || {}, colour, small), CONFIG);
}

async function draw(box) {
  try {
    const [answer] = await Promise.all([fetch(box.dataset.src, { credentials: "same-origin" }), plotly()]);
    if (!answer.ok) throw new Error(String(answer.status));
    drawn.set(box, await answer.json());
    box.replaceChildren(document.createElement("div"));
    box.firstElementChild.className = "chart-area";
    await paint(box);
  } catch {
    drawn.delete(box);
    const words = document.createElement("p");
    words.className = "chart-wait";
    words.textContent = script.dataset.failed;
    box.replaceChildren(words);
  }
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((each) => each.isIntersecting)) {
    seen.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "200px" });

const watch = (root) => root.querySelectorAll?.(".chart[data-src]").forEach((box) => seen.observe(box));
watch(document);
new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(watch))).observe(document.body, { childList: true, subtree: true });

/* Paper is white and narrower than a window. */
function forPaper(printing) {
  const root = document.documentElement;
  if (printing) {
    root.dataset.screenTheme = root.dataset.theme;
    root.dataset.theme = "light";
  } else if (root.dataset.screenTheme) {
    root.dataset.theme = root.dataset.screenTheme;
    delete root.dataset.screenTheme;
  }
  for (const box of [...drawn.keys()].filter((each) => each.isConnected)) {
    paint(box);
    const room = box.closest(".rail") ? 300 : 640;
    window.Plotly.relayout(box.firstElementChild, printing ? { width: Math.min(box.clientWidth, room) } : { width: null, autosize: true });
  }
}
window.addEventListener("beforeprint", () => forPaper(true));
window.addEventListener("afterprint", () => forPaper(false));

const repaint = () => [...drawn.keys()].filter((box) => box.isConnected).forEach(paint);
new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
