// The width of an element in pixels. Charts are drawn for their width, so that text keeps its size.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";

export function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    // The observer reports all charts at once, before the first paint. Measuring each would cause a layout for each.
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}

/** Reserves the height of a chart before it is drawn, so that nothing below it moves. */
export const place = (height: number) => ({ minHeight: `${height}px` });
