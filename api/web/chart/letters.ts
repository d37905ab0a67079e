// The width of text in a chart, so that labels fit and do not overlap.

const SIZE = 12;
let context: CanvasRenderingContext2D | null = null;
/** The widths of letters. The width of a text is their sum; kerning is less than the gap beside it. */
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

/** A text, shortened to fit. */
export function shortened(text: string, place: number, width: (text: string) => number = textWidth): string {
  if (width(text) <= place) return text;
  let length = text.length - 1;
  while (length > 1 && width(`${text.slice(0, length).trimEnd()}…`) > place) length -= 1;
  return `${text.slice(0, length).trimEnd()}…`;
}
