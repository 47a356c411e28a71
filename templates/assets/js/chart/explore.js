// "Explore this chart": plotly's figure in the place of the drawing, at its height, when a reader asks for it.
// Nothing is loaded before: the bundle is forty times what the rest of a page weighs, and a drawing that changes under
// a reader's eyes helps nobody. Once it is here, each further chart of the page takes it from memory.

const SCHEME = matchMedia("(prefers-color-scheme: dark)");
const TOUCH = matchMedia("(pointer: coarse)");
const shown = new Map(); // button -> { drawing, live, figure }
let loading = null;

// Returns Plotly, from a script of this site; a page in a folder may load it too.
function loadPlotly(source) {
  loading ??= new Promise((resolve, reject) => {
    // It would write a style sheet into the page, which the page's policy forbids. This says that there is one already:
    // chart.css has what it needs.
    const sign = document.createElement("meta");
    sign.id = "plotly.js-style-global";
    sign.className = "no-inline-styles";
    document.head.append(sign);
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => (globalThis.Plotly ? resolve(globalThis.Plotly) : reject(new Error("no Plotly in it")));
    script.onerror = () => reject(new Error("it could not be loaded"));
    document.head.append(script);
  });
  return loading;
}

// Returns the theme's colours as they are now, and how text is set.
export function paintOf(element) {
  const style = getComputedStyle(element);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  return { tone: (name) => token(`chart-${name}`), token, family: style.fontFamily };
}

// Returns a figure with colours in the place of roles.
export function painted(figure, paint) {
  const ink = paint.token("ink"), soft = paint.token("ink-soft"), paper = paint.token("paper");
  const font = (color, size, family = paint.family) => ({ color, size, family });
  const axis = (given = {}) => ({
    ...given,
    title: { ...given.title, font: font(soft, 12) },
    tickfont: font(soft, 12),
    gridcolor: paint.tone("grid"),
    zerolinecolor: paint.tone("unscored"),
  });
  const trace = (given) => {
    const { line, tones } = given.meta;
    if (line) return { ...given, line: { color: paint.tone(`${line}-line`), width: 5 } };
    const outline = { color: paper, width: given.type === "bar" ? 1 : 1.5 };
    return { ...given, marker: { color: tones.map(paint.tone), size: 10, opacity: 1, line: outline }, textfont: font(ink, 12), cliponaxis: false };
  };
  const note = (given) => {
    const code = given.name === "code";
    const set = font(given.name === "said" ? soft : ink, code ? 12 : 13.5, code ? paint.token("mono") : paint.family);
    return { ...given, bgcolor: paper, font: given.name === "marked" ? { ...set, weight: 700 } : set };
  };
  const layout = {
    ...figure.layout,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: font(ink, 12),
    xaxis: axis(figure.layout.xaxis),
    yaxis: axis(figure.layout.yaxis),
    annotations: (figure.layout.annotations ?? []).map(note),
    hoverlabel: { bgcolor: paint.token("paper-raised"), bordercolor: soft, font: font(ink, 13), align: "left", namelength: -1 },
    dragmode: TOUCH.matches ? false : "zoom", // a finger that drags means to scroll the page
  };
  delete layout.template;
  return { data: figure.data.map(trace), layout };
}

const CONFIG = { displayModeBar: false, responsive: true, showTips: false };

async function explore(button, picture, figure, source) {
  button.setAttribute("aria-busy", "true");
  try {
    const Plotly = await loadPlotly(source);
    const drawing = picture.firstElementChild, live = document.createElement("div");
    live.className = "chart__live";
    live.style.height = `${drawing.getBoundingClientRect().height}px`;
    drawing.replaceWith(live);
    shown.set(button, { drawing, live, figure });
    const { data, layout } = painted(figure, paintOf(picture));
    await Plotly.newPlot(live, data, layout, CONFIG);
    button.setAttribute("aria-pressed", "true");
    button.textContent = "Back to the drawing";
  } catch (error) {
    back(button);
    button.setAttribute("aria-disabled", "true");
    button.textContent = `Not to be explored: ${error.message}`;
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function back(button) {
  const { drawing, live } = shown.get(button) ?? {};
  shown.delete(button);
  if (!live) return;
  globalThis.Plotly?.purge(live);
  live.replaceWith(drawing);
  button.setAttribute("aria-pressed", "false");
  button.textContent = "Explore this chart";
}

function start() {
  const source = document.currentScript?.dataset.plotly;
  if (!source) return;
  for (const chart of document.querySelectorAll("[data-chart]")) {
    const button = chart.querySelector(".chart__explore");
    if (!button) continue;
    const figure = JSON.parse(chart.querySelector(".chart__figure").textContent);
    button.addEventListener("click", () => {
      if (button.hasAttribute("aria-busy") || button.hasAttribute("aria-disabled")) return;
      if (shown.has(button)) back(button);
      else explore(button, chart.querySelector(".chart__picture"), figure, source);
    });
    button.hidden = false;
  }
  SCHEME.addEventListener("change", () => {
    for (const { live, figure } of shown.values()) {
      const { data, layout } = painted(figure, paintOf(live));
      globalThis.Plotly.react(live, data, layout, CONFIG);
    }
  });
}

start();
