// Formats numbers for display.

/** Creating a formatter takes milliseconds, so it is created on first use. */
const format = (options: Intl.NumberFormatOptions) => {
  let formatter: Intl.NumberFormat | undefined;
  return (value: number) => (formatter ??= new Intl.NumberFormat("en-US", options)).format(value);
};

/** Whole numbers need no formatter: a page writes hundreds of them before it shows the result of a click. */
const quick = (unit: string, otherwise: (value: number) => string) => (value: number) =>
  Number.isSafeInteger(value) ? `${value < 0 ? "-" : ""}${unit}${String(Math.abs(value)).replace(/\B(?=(\d{3})+$)/g, ",")}` : otherwise(value);

/** `1,234` */
export const whole = quick("", format({ maximumFractionDigits: 0 }));
/** `1,234.5`: officers are counted in tenths. */
export const officers = quick("", format({ maximumFractionDigits: 1 }));
export const people = whole;
/** `$1,234` */
export const dollars = quick("$", format({ style: "currency", currency: "USD", maximumFractionDigits: 0 }));
/** `$12.34` */
export const dollarsEach = format({ style: "currency", currency: "USD" });
/** `12.3%` */
export const percent = format({ style: "percent", maximumFractionDigits: 1 });
/** `356.2` */
export const rate = format({ minimumFractionDigits: 1, maximumFractionDigits: 1 });

const SCALES: readonly (readonly [number, string])[] = [[1e9, " B"], [1e6, " M"], [1e3, " K"]];

/** `$16.1 B`: three digits, for axes and headlines. */
export function short(value: number, unit = ""): string {
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  // With three digits, 999,500 rounds to a million.
  const [scale, letter] = SCALES.find(([scale]) => size >= scale * 0.9995) ?? [1, ""];
  const scaled = size / scale;
  const digits = scale === 1 ? (Number.isInteger(scaled) ? 0 : 1) : scaled >= 99.95 ? 0 : 1;
  const text = scaled.toFixed(digits).replace(/\.0$/, "");
  return `${sign}${unit}${text}${letter}`;
}

/** `1 award`, `12 awards` */
export const counted = (count: number, one: string, many = `${one}s`) => `${whole(count)} ${count === 1 ? one : many}`;
