import { expect, test } from "vitest";
import { begun, dragged, released, start, stepped, visible } from "../brush";

// A year is 20 pixels wide: 2000 begins at 50, and 2009 ends at 250.
const axis = { first: 2000, last: 2009, left: 50, step: 20 };
const middle = (year: number) => start(axis, year) + 10;
const years = (from: number, to: number) => ({ from, to });

test("a drag over years chooses them, whichever way it goes, and ends with the years that there are", () => {
  const drag = begun(axis, null, middle(2005));
  expect(drag).toEqual({ kind: "new", at: 2005, before: null });
  expect(dragged(axis, drag, middle(2007))).toEqual(years(2005, 2007));
  expect(released(axis, drag, -500)).toEqual(years(2000, 2005));
  expect(released(axis, drag, 5000)).toEqual(years(2005, 2009));
});

test("handles move one end, and pass each other", () => {
  const before = years(2002, 2004);
  const from = begun(axis, before, start(axis, 2002) + 3);
  expect(from.kind).toBe("from");
  expect(dragged(axis, from, middle(2006))).toEqual(years(2004, 2006));
  const to = begun(axis, before, start(axis, 2005) - 3);
  expect(to.kind).toBe("to");
  expect(released(axis, to, middle(2008))).toEqual(years(2002, 2008));
});

test("what is chosen moves as a whole, and not out of sight", () => {
  const drag = begun(axis, years(2002, 2004), middle(2003));
  expect(drag.kind).toBe("move");
  expect(dragged(axis, drag, middle(2005))).toEqual(years(2004, 2006));
  expect(dragged(axis, drag, 5000)).toEqual(years(2007, 2009));
});

test("a click chooses a year, another one takes it away, and one on several chooses that of them", () => {
  expect(released(axis, begun(axis, null, middle(2003)), middle(2003))).toEqual(years(2003, 2003));
  expect(released(axis, begun(axis, years(2003, 2003), middle(2003)), middle(2003))).toBeNull();
  expect(released(axis, begun(axis, years(2002, 2008), middle(2005)), middle(2005))).toEqual(years(2005, 2005));
});

test("keys move the handles, and none over the other", () => {
  expect(stepped(axis, null, "from", "ArrowRight")).toEqual(years(2001, 2009));
  expect(stepped(axis, years(2002, 2004), "to", "PageUp")).toEqual(years(2002, 2009));
  expect(stepped(axis, years(2002, 2004), "from", "End")).toEqual(years(2004, 2004));
  expect(stepped(axis, years(2002, 2004), "to", "Home")).toEqual(years(2002, 2002));
  expect(stepped(axis, years(2002, 2004), "to", "Escape")).toBeNull();
  expect(stepped(axis, years(2002, 2004), "to", "a")).toBeUndefined();
});

test("of years that a link names, those are drawn that there are", () => {
  expect(visible(axis, years(1900, 2003))).toEqual(years(2000, 2003));
  expect(visible(axis, years(1900, 1950))).toBeNull();
  expect(visible(axis, null)).toBeNull();
});
