import { expect, test } from "vitest";
import { link, read, readExample } from "../src/share";

const page = "https://api.example/playground";

test("what is shared comes back as it was", () => {
  const shared = {
    query: '# 100 % & "more" #1\nquery Ünïcode($a: Int = 1) { a(b: "c+d=e&f") }\n',
    variables: '{ "a": 2 }',
    operationName: "Ünïcode",
    view: { as: "chart", chart: "bars", measure: "federalShare.sum", by: "status" } as const,
  };
  const url = link(page, shared);
  expect(url.startsWith(`${page}#query=`)).toBe(true);
  expect(read(new URL(url).hash)).toEqual(shared);
});

test("a view that is none is left out", () => {
  expect(read("#query=x&view=hologram&chart=bars")?.view).toBeNull();
  expect(read("#query=x&view=table&chart=")?.view).toEqual({ as: "table" });
});

test("what is empty is left out", () => {
  const url = link(page, { query: "{ a }", variables: " \n", operationName: null, view: null });
  expect(new URL(url).hash).toBe("#query=%7B+a+%7D");
  expect(read(new URL(url).hash)).toEqual({ query: "{ a }", variables: "", operationName: null, view: null });
});

test("a link replaces the fragment of the page that it is made on", () => {
  const shared = { query: "{ b }", variables: "", operationName: null, view: null };
  expect(link(`${page}?x=1#query=old`, shared)).toBe(`${page}?x=1#query=%7B+b+%7D`);
});

test("other fragments share nothing", () => {
  for (const fragment of ["", "#", "#top", "#query=", "#query=%20", "#example=programs"]) {
    expect(read(fragment)).toBeNull();
  }
  expect(readExample("#example=programs")).toBe("programs");
  expect(readExample("#query=x")).toBeNull();
});
