// How the pointer and the keyboard change the selected years; no drawing.

export interface Brush {
  readonly from: number;
  readonly to: number;
}

/** Years side by side, in pixels. */
export interface Axis {
  readonly first: number;
  readonly last: number;
  /** The left edge of the first year. */
  readonly left: number;
  /** The width of a year. */
  readonly step: number;
}

/** A drag in progress: its first year, and the selection before it. */
export interface Drag {
  readonly kind: "new" | "from" | "to" | "move";
  readonly at: number;
  readonly before: Brush | null;
}

/** The distance at which the pointer grabs a handle. */
const NEAR = 9;

export const start = ({ first, left, step }: Axis, year: number) => left + (year - first) * step;
const within = ({ first, last }: Axis, year: number) => Math.max(first, Math.min(last, year));
const yearAt = (axis: Axis, pixels: number) => within(axis, axis.first + Math.floor((pixels - axis.left) / axis.step));
const ordered = (one: number, other: number): Brush => ({ from: Math.min(one, other), to: Math.max(one, other) });

/** The part of a selection that is on the axis; a link may name years without any award. */
export function visible(axis: Axis, brush: Brush | null): Brush | null {
  if (!brush || brush.to < axis.first || brush.from > axis.last) return null;
  return { from: within(axis, brush.from), to: within(axis, brush.to) };
}

export function begun(axis: Axis, brush: Brush | null, pixels: number): Drag {
  const at = yearAt(axis, pixels);
  const isNear = (edge: number) => Math.abs(pixels - edge) < NEAR;
  if (brush && isNear(start(axis, brush.from))) return { kind: "from", at, before: brush };
  if (brush && isNear(start(axis, brush.to + 1))) return { kind: "to", at, before: brush };
  const isInside = brush && brush.to > brush.from && at >= brush.from && at <= brush.to;
  return { kind: isInside ? "move" : "new", at, before: brush };
}

/** The selection while the pointer is at a year. */
export function dragged(axis: Axis, { kind, at, before }: Drag, pixels: number): Brush {
  const now = yearAt(axis, pixels);
  if (kind === "new" || !before) return ordered(at, now);
  if (kind === "from") return ordered(now, before.to);
  if (kind === "to") return ordered(before.from, now);
  const by = Math.max(axis.first - before.from, Math.min(axis.last - before.to, now - at));
  return { from: before.from + by, to: before.to + by };
}

/** The selection at the end of a drag. Clicking the only selected year clears it; clicking one of several selects it. */
export function released(axis: Axis, drag: Drag, pixels: number): Brush | null {
  const { kind, at, before } = drag;
  const next = dragged(axis, drag, pixels);
  const isClick = yearAt(axis, pixels) === at;
  if (kind === "new" && isClick && before?.from === at && before.to === at) return null;
  return kind === "move" && isClick ? { from: at, to: at } : next;
}

/** The selection after a key on a handle: null for all years, undefined if the key does nothing here. */
export function stepped(axis: Axis, brush: Brush | null, which: keyof Brush, key: string): Brush | null | undefined {
  const now = brush ?? { from: axis.first, to: axis.last };
  if (key === "Escape" || key === "Delete") return null;
  const steps: Record<string, number> = {
    ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -5, PageUp: 5, Home: axis.first - now[which], End: axis.last - now[which],
  };
  const by = steps[key];
  if (by === undefined) return undefined;
  const moved = within(axis, now[which] + by);
  return which === "from" ? { from: Math.min(moved, now.to), to: now.to } : { from: now.from, to: Math.max(moved, now.from) };
}
