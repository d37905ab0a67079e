// The pane of the documentation: it begins with what there is to ask for, before the names of all types.
import { DocExplorer, useDocExplorer, useDocExplorerActions } from "@graphiql/plugin-doc-explorer";
import { DocsFilledIcon, DocsIcon, useGraphiQL, type GraphiQLPlugin } from "@graphiql/react";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";

/** The types that matter, with what each is. */
export const TYPES: readonly (readonly [name: string, about: string])[] = [
  ["Query", "Where every query begins."],
  ["Grant", "An award: its money, dates, program and recipient."],
  ["Agency", "A law enforcement agency, with its awards, trainees and outcomes."],
  ["Organization", "Any other recipient, such as a university."],
  ["Program", "What awards are made under, such as the COPS Hiring Program."],
  ["OfficersFunded", "The officers of an award, from requested to retained."],
  ["TrainingSession", "A session that awards paid for, and who attended."],
  ["Outcome", "What an agency reported, such as offenses, year by year."],
  ["GrantGroup", "Awards added up by keys, such as year and state: counts, money, rates."],
  ["Dataset", "Which data these are, and how to cite them."],
];

function Introduction() {
  const schema = useGraphiQL((state) => state.schema);
  const { push } = useDocExplorerActions();
  return (
    <div className="introduction">
      <p>
        What the COPS Office of the U.S. Department of Justice has funded since 1994, and what came of it. Lists take a <code>filter</code>, a <code>search</code>, an <code>orderBy</code> and a
        page. Beside their rows they have <code>totals</code> and <code>groups</code>, over all that the filter keeps.
      </p>
      <p>A null is what is not known, never a zero. Each answer says which revision of the data it is of.</p>
      <h3>Ten types to begin with</h3>
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

/** The introduction stands in the first page of the documentation, above what GraphiQL says there. */
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
