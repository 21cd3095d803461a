// What can be taken away under a finding (csm_lib/templates/finding.html): its chart as a picture,
// its address and its citation. Excel and CSV are links, which need no script.
//
// A picture is made of the drawing on the page and of the words that must go with it. It is always
// light, and shown nowhere.

const SVG = "http://www.w3.org/2000/svg";
const PAD = 16; // units of the drawing, as all lengths here
const SCALE = 1.6; // pixels a unit in the SVG; a PNG has twice as many
const INK = "#1f2933";
const MUTED = "#52606d";

const pen = document.createElement("canvas").getContext("2d");

const words = (element) => (element?.textContent ?? "").replace(/\s+/g, " ").trim();

// Text in lines no longer than a width; an address may break before a part of it. Where a picture
// is opened, letters may be a little wider.
const wrapped = (text, font, width) => {
  pen.font = font;
  const lines = [];
  for (const part of text.split(/(?= )|(?<=\w)(?=[/#]\w)/)) {
    const longer = lines.at(-1) + part;
    if (lines.length && pen.measureText(longer).width <= width * 0.96) lines[lines.length - 1] = longer;
    else lines.push(part.trim());
  }
  return lines;
};

// The address of a finding: the published one if the site knows it, else the one shown here. That
// of a folder on somebody's machine is nobody else's business.
const address = (figure) => {
  const link = figure.querySelector(".csm-permalink");
  const told = words(link);
  if (!told.startsWith("#")) return told;
  return link.href.startsWith("http") ? link.href : `${document.title}, ${told}`;
};

const node = (name, attributes, text = "") => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
};

// The chart as it stands on the page, in the light colours, which each of its colours names too.
const chartOf = (figure) => {
  const drawing = figure.querySelector(".csm-chart svg").cloneNode(true);
  for (const part of [drawing, ...drawing.querySelectorAll("[style]")]) {
    const style = part.getAttribute("style") ?? "";
    part.setAttribute("style", style.replace(/var\(--[\w-]+,\s*((?:[^()]|\([^()]*\))*)\)/g, "$1"));
  }
  for (const use of drawing.querySelectorAll("use")) {
    // what older programs look for
    use.setAttributeNS("http://www.w3.org/1999/xlink", "xlink:href", use.getAttribute("href"));
  }
  for (const name of ["role", "aria-label", "class"]) drawing.removeAttribute(name);
  return drawing;
};

const picture = (figure) => {
  const chart = chartOf(figure);
  const [, , wide, high] = chart.getAttribute("viewBox").split(" ").map(Number);
  const family = chart.style.fontFamily;
  chart.setAttribute("style", `font-family:${family}`);
  const root = node("svg", { xmlns: SVG, role: "img", "font-family": family });
  const title = words(figure.querySelector(".csm-title"));
  root.append(node("title", {}, title), node("desc", {}, words(figure.querySelector(".csm-alt"))));
  root.append(node("rect", { width: "100%", height: "100%", fill: "#ffffff" }));

  let y = PAD;
  const write = (text, size, { weight = 400, fill = MUTED } = {}) => {
    const style = { "font-size": size, "font-weight": weight, fill };
    for (const line of wrapped(text, `${weight} ${size}px ${family}`, wide)) {
      y += size * 1.3;
      root.append(node("text", { x: PAD, y: y.toFixed(2), ...style }, line));
    }
  };
  write(title, 15, { weight: 700, fill: INK });
  y += 10;
  const place = { x: PAD, y: y.toFixed(2), width: wide, height: high };
  for (const [name, value] of Object.entries(place)) chart.setAttribute(name, value);
  root.append(chart);
  y += high + 2;
  const label = figure.dataset.label;
  if (label) write(`${label}.`, 9, { weight: 700, fill: INK });
  for (const line of figure.querySelectorAll(".csm-base, .csm-caveat, .csm-source")) {
    const isStatus = line.id !== ""; // told where it has a mark on the page
    if (!isStatus) write(`${words(line.querySelector("b"))} ${words(line.querySelector("b + span"))}`, 9);
    else if (figure.querySelector(".csm-status")) write(words(line), 9);
  }
  write(address(figure), 9);
  y += PAD;
  const size = [wide + 2 * PAD, Math.ceil(y)];
  root.setAttribute("viewBox", `0 0 ${size.join(" ")}`);
  root.setAttribute("width", Math.round(size[0] * SCALE));
  root.setAttribute("height", Math.round(size[1] * SCALE));
  return root;
};

const file = (root) => new XMLSerializer().serializeToString(root);

const png = async (root) => {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(file(root))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * root.getAttribute("width");
  canvas.height = 2 * root.getAttribute("height");
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
};

const save = (blob, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};

// Where the page is not served securely, a browser copies only what is selected.
const copy = async (text) => {
  if (navigator.clipboard) {
    try {
      return await navigator.clipboard.writeText(text);
    } catch {
      // not allowed here
    }
  }
  const held = document.activeElement;
  const box = document.createElement("textarea");
  box.value = text;
  box.style.position = "fixed";
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  held?.focus();
  if (!done) throw new Error("This browser does not let the page copy.");
};

const TAKE = {
  png: async (figure, name) => {
    save(await png(picture(figure)), `${name}.png`);
    return "Saved as PNG";
  },
  svg: async (figure, name) => {
    save(new Blob([file(picture(figure))], { type: "image/svg+xml" }), `${name}.svg`);
    return "Saved as SVG";
  },
  link: async (figure) => {
    await copy(figure.querySelector(".csm-permalink").href);
    return "Link copied";
  },
  citation: async (figure) => {
    await copy(words(figure.querySelector(".csm-cite p")));
    return "Citation copied";
  },
};

for (const row of document.querySelectorAll(".csm-take")) {
  const figure = row.closest(".csm-finding");
  const said = document.createElement("span");
  said.className = "csm-took";
  said.setAttribute("role", "status");
  row.append(said);
  for (const button of row.querySelectorAll("[data-take]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      said.textContent = "";
      try {
        said.textContent = await TAKE[button.dataset.take](figure, figure.id.replace("finding-", ""));
      } catch (fault) {
        said.textContent = fault.message;
      }
    });
  }
}
