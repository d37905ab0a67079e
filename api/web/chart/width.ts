// How wide an element is, in pixels: charts are drawn for their place, so that their letters keep their size.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";

export function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    // The observer tells before the first paint, and of all charts at once: to ask each would be a layout for each.
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}

/** The place that a chart of a height takes before it is drawn, so that nothing below it moves. */
export const place = (height: number) => ({ minHeight: `${height}px` });
