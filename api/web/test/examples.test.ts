import { parse } from "graphql";
import { expect, test } from "vitest";
import { example, examples, unwrapped } from "../src/examples";

test("there are a dozen and more, each with a name, an audience and a comment that teaches", () => {
  expect(examples.length).toBeGreaterThanOrEqual(12);
  for (const { slug, title, query, variables } of examples) {
    const operations = parse(query).definitions;
    expect(operations, slug).toHaveLength(1);
    const [head = ""] = query.split("\nquery ");
    expect(head.length, slug).toBeGreaterThan(200);
    // A paragraph is a line: the editor breaks it.
    expect(head, slug).not.toMatch(/^# \S.*\n# \S/m);
    expect(title.length, slug).toBeLessThan(60);
    if (variables !== "") expect(JSON.parse(variables), slug).toBeTypeOf("object");
  }
  expect(new Set(examples.map(({ slug }) => slug)).size).toBe(examples.length);
  expect(new Set(examples.map(({ audience }) => audience))).toEqual(new Set(["Start here", "Dashboard", "Research"]));
});

test("a file that does not say what it is, is refused", () => {
  expect(() => example("../examples/01-x.graphql", "{ a }", "")).toThrow(/start with/);
  expect(() => example("../examples/x.graphql", "# A: B\n{ a }", "")).toThrow(/must be named/);
});

test("paragraphs of a comment become lines, and nothing else changes", () => {
  expect(unwrapped("# A: B\n#\n# one\n# two\n#\n# three\n{\n  a # c\n  # d\n}\n")).toBe("# A: B\n#\n# one two\n#\n# three\n{\n  a # c\n  # d\n}\n");
});
