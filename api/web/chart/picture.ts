// Exports a chart as a file: a self-contained SVG, or a PNG made from it.
//
// A file has no style sheet, so the colors are written into its elements. A caption below the chart says what it shows
// and which data it is from.

export interface Caption {
  readonly title: string;
  readonly lines: readonly string[];
}

const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "opacity", "fill-opacity", "font-family", "font-size", "font-weight", "text-anchor"] as const;
const NAMESPACE = "http://www.w3.org/2000/svg";
const MARGIN = 16;
const LINE = 18;
/** Pixels of a PNG per pixel of the page. */
const SHARP = 2;

/** Charts with their titles as one SVG document, arranged as on the page. */
export function svgText(charts: readonly SVGSVGElement[], caption: Caption): string {
  const [chart] = charts as readonly [SVGSVGElement];
  const boxes = charts.map((chart) => chart.getBoundingClientRect());
  const titles = charts.map((chart) => chart.closest("figure")?.querySelector("figcaption")?.textContent ?? "");
  const titled = titles.some((title) => title !== "") ? LINE : 0;
  const [left, top] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top)) - titled];
  const [width, height] = [Math.max(...boxes.map((box) => box.right)) - left, Math.max(...boxes.map((box) => box.bottom)) - top];
  const style = getComputedStyle(chart.closest(".figure") ?? document.body);
  const lines = caption.lines.flatMap((line) => wrapped(line, (width - 8) / 5.6));
  const legend = swatches(chart.parentElement?.querySelector(".legend"), width);
  const below = legend.length === 0 ? 0 : legend.at(-1)!.y + LINE + 4;
  const whole = { width: width + 2 * MARGIN, height: height + 2 * MARGIN + LINE + 16 + below + lines.length * 15 };
  const page = element("svg", { xmlns: NAMESPACE, width: whole.width, height: whole.height, viewBox: `0 0 ${whole.width} ${whole.height}`, "font-family": style.fontFamily });
  page.append(element("title", {}, caption.title));
  page.append(element("rect", { width: "100%", height: "100%", fill: style.backgroundColor }));
  page.append(element("text", { x: MARGIN, y: MARGIN + 12, fill: style.color, "font-size": 15, "font-weight": 600 }, caption.title));
  charts.forEach((chart, index) => {
    const [x, y] = [MARGIN + boxes[index]!.left - left, MARGIN + LINE + 8 + boxes[index]!.top - top];
    page.append(element("text", { x, y: y - 6, fill: style.color, "font-size": 12, "font-weight": 600 }, titles[index]));
    page.append(copied(chart, { x, y, width: boxes[index]!.width, height: boxes[index]!.height }));
  });
  for (const { x, y, fill, text } of legend) {
    const top = MARGIN + LINE + height + 14 + y;
    page.append(element("rect", { x: MARGIN + x, y: top, width: 14, height: 11, rx: 2, fill, stroke: style.color, "stroke-opacity": 0.2 }));
    page.append(element("text", { x: MARGIN + x + 20, y: top + 10, fill: style.color, "font-size": 11 }, text));
  }
  lines.forEach((line, index) => {
    page.append(element("text", { x: MARGIN, y: MARGIN + LINE + height + 28 + below + index * 15, fill: style.color, "fill-opacity": 0.75, "font-size": 11 }, line));
  });
  return new XMLSerializer().serializeToString(page);
}

/** A copy of a chart with inline colors, without its controls. */
function copied(chart: SVGSVGElement, place: Record<string, number>): SVGSVGElement {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  inline(chart, copy);
  for (const hidden of copy.querySelectorAll(".handle, .box")) hidden.remove();
  for (const element of [copy, ...copy.querySelectorAll("[tabindex], [role], [class]")]) {
    for (const name of ["tabindex", "role", "class", "aria-checked", "aria-valuemin", "aria-valuemax", "aria-valuenow", "aria-hidden"]) element.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(place)) copy.setAttribute(name, String(value));
  return copy;
}

function inline(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const name of STYLES) {
    const value = style.getPropertyValue(name);
    if (value !== "") to.setAttribute(name, value);
  }
  [...from.children].forEach((child, index) => inline(child, to.children[index]!));
}

function element(name: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) if (key !== "xmlns") made.setAttribute(key, String(value));
  made.textContent = text;
  return made;
}

/** The legend, in rows. */
function swatches(legend: Element | null | undefined, width: number): { x: number; y: number; fill: string; text: string }[] {
  let [x, y] = [0, 0];
  return [...(legend?.querySelectorAll("li") ?? [])].map((item) => {
    const text = item.textContent.trim();
    const place = 34 + text.length * 6;
    if (x > 0 && x + place > width) [x, y] = [0, y + LINE];
    const at = { x, y, fill: getComputedStyle(item.querySelector(".swatch")!).backgroundColor, text };
    x += place;
    return at;
  });
}

/** Wraps a text at a number of letters. */
export function wrapped(text: string, letters: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1)!;
    if (last !== "" && last.length + word.length + 1 > letters) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}

/** Turns an SVG document into a PNG. */
export async function png(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * SHARP;
    canvas.height = image.naturalHeight * SHARP;
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The browser cannot turn this chart into a PNG. Export SVG instead."))), "image/png");
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Offers a file to save. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
