// The documentation pane. It starts with an introduction, before the list of all types.
import { DocExplorer, useDocExplorer, useDocExplorerActions } from "@graphiql/plugin-doc-explorer";
import { DocsFilledIcon, DocsIcon, useGraphiQL, type GraphiQLPlugin } from "@graphiql/react";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";

/** The most important types, each with a short description. */
export const TYPES: readonly (readonly [name: string, about: string])[] = [
  ["Query", "The root of every query."],
  ["Grant", "An award: its money, dates, program and recipient."],
  ["Agency", "A law enforcement agency, with its awards, trainees and outcomes."],
  ["Organization", "Any other recipient, such as a university."],
  ["Program", "A grant program, such as the COPS Hiring Program."],
  ["OfficersFunded", "The officers of an award, from requested to retained."],
  ["TrainingSession", "A training session that an award paid for, and its trainees."],
  ["Outcome", "A value that an agency reported for a year, such as offenses."],
  ["GrantGroup", "Awards grouped by keys, such as year and state: counts, money, rates."],
  ["Dataset", "The dataset: its revision, its sources, and how to cite it."],
];

function Introduction() {
  const schema = useGraphiQL((state) => state.schema);
  const { push } = useDocExplorerActions();
  return (
    <div className="introduction">
      <p>
        What the COPS Office of the U.S. Department of Justice has funded since 1994, and the outcomes that agencies reported. Lists take <code>filter</code>, <code>search</code>,{" "}
        <code>orderBy</code> and page arguments. Besides rows, they have <code>totals</code> and <code>groups</code>, over all rows that the filter keeps.
      </p>
      <p>Null means unknown, never zero. Each answer names the revision of its data.</p>
      <h3>Ten types to start with</h3>
      <dl>
        {TYPES.map(([name, about]) => {
          const type = schema?.getType(name);
          return (
            <div key={name}>
              <dt>{type ? <button type="button" onClick={() => push({ name, def: type })}>{name}</button> : name}</dt>
              <dd>{about}</dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}

/** Shows the introduction on the first page of the documentation, above GraphiQL's own text. */
function Docs() {
  const isFirst = useDocExplorer().length === 1;
  const [place, setPlace] = useState<Element | null>(null);
  useEffect(() => setPlace(document.querySelector(".graphiql-doc-explorer-content")), []);
  return (
    <>
      <DocExplorer />
      {isFirst && place && createPortal(<Introduction />, place)}
    </>
  );
}

function Icon() {
  const isShown = useGraphiQL((state) => state.visiblePlugin === docsPlugin);
  return isShown ? <DocsFilledIcon /> : <DocsIcon />;
}

export const docsPlugin: GraphiQLPlugin = { title: "Documentation Explorer", icon: Icon, content: Docs };
