// How wide a text is in a chart, so that it gets the place that it needs and no other text stands on it.

const SIZE = 12;
let context: CanvasRenderingContext2D | null = null;
/** The widths of letters; that of a text is their sum, but for kerning, which is less than the gap beside it. */
const known = new Map<string, number>();

/** The width of a text in pixels. */
export function textWidth(text: string): number {
  let width = 0;
  for (const letter of text) width += known.get(letter) ?? measured(letter);
  return width;
}

function measured(letter: string): number {
  if (!context) {
    context = document.createElement("canvas").getContext("2d")!;
    context.font = `${SIZE}px ${getComputedStyle(document.body).fontFamily}`;
  }
  const { width } = context.measureText(letter);
  known.set(letter, width);
  return width;
}

/** As much of a text as has a place. */
export function shortened(text: string, place: number, width: (text: string) => number = textWidth): string {
  if (width(text) <= place) return text;
  let length = text.length - 1;
  while (length > 1 && width(`${text.slice(0, length).trimEnd()}…`) > place) length -= 1;
  return `${text.slice(0, length).trimEnd()}…`;
}
