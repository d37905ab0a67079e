// The facts about one agency or award; unknown values are shown as such.
import type { ComponentChildren } from "preact";

export type Fact = readonly [label: string, value: ComponentChildren];

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value ?? <em>unknown</em>}</dd>
        </div>
      ))}
    </dl>
  );
}

export interface PlainRow {
  readonly key: string;
  readonly cells: readonly ComponentChildren[];
}

/** A small table. `numbers` lists the columns that hold numbers. */
export function PlainTable({ label, columns, numbers, rows }: { readonly label: string; readonly columns: readonly string[]; readonly numbers: readonly number[]; readonly rows: readonly PlainRow[] }) {
  const of = (index: number) => (numbers.includes(index) ? "number" : "");
  return (
    <div class="numbers tall" tabindex={0} role="region" aria-label={`Table: ${label}`}>
      <table>
        <thead>
          <tr>{columns.map((column, index) => <th key={column} scope="col" class={of(index)}>{column}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>{cells.map((cell, index) => <td key={index} class={of(index)}>{cell ?? <em>unknown</em>}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Section({ title, tools, children, ...rest }: { readonly title: string; readonly tools?: ComponentChildren; readonly children: ComponentChildren; readonly class?: string }) {
  const id = title.toLowerCase().replace(/[^a-z]+/g, "-");
  return (
    <section class={`figure ${rest.class ?? ""}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <div class="tools">{tools}</div>
      </header>
      {children}
    </section>
  );
}
