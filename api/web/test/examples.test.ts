import { parse } from "graphql";
import { expect, test } from "vitest";
import { example, examples } from "../src/examples";

test("there are a dozen and more, each with a name, an audience and a comment that teaches", () => {
  expect(examples.length).toBeGreaterThanOrEqual(12);
  for (const { slug, title, query, variables } of examples) {
    const operations = parse(query).definitions;
    expect(operations, slug).toHaveLength(1);
    expect(query.split("\n").filter((line) => line.startsWith("# ")).length, slug).toBeGreaterThan(3);
    expect(title.length, slug).toBeLessThan(60);
    if (variables !== "") expect(JSON.parse(variables), slug).toBeTypeOf("object");
  }
  expect(new Set(examples.map(({ slug }) => slug)).size).toBe(examples.length);
  expect(new Set(examples.map(({ audience }) => audience))).toEqual(new Set(["Start here", "Dashboard", "Research"]));
});

test("a file that does not say what it is, is refused", () => {
  expect(() => example("../examples/01-x.graphql", "{ a }", "")).toThrow(/begins with/);
  expect(() => example("../examples/x.graphql", "# A: B\n{ a }", "")).toThrow(/is called/);
});
