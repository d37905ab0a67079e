// The panel of worked examples, which opens each in a tab.
import type { GraphiQLPlugin } from "@graphiql/react";
import { examples, type Example } from "./examples";
import { useOpen } from "./tabs";

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M9 18h6M10 21h4M12 3a6 6 0 0 0-4 10.5c.8.8 1 1.5 1 2.5h6c0-1 .2-1.7 1-2.5A6 6 0 0 0 12 3Z" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

function Panel() {
  const open = useOpen();
  const audiences = Map.groupBy(examples, (example) => example.audience);
  const show = ({ query, variables }: Example) => open?.({ query, variables, operationName: null });
  return (
    <section aria-label="Examples" className="examples">
      <h2 className="graphiql-doc-explorer-title">Examples</h2>
      <p>Real questions, each with a comment that explains it. Pick one, run it, change it.</p>
      {[...audiences].map(([audience, group]) => (
        <div key={audience}>
          <h3>{audience}</h3>
          <ul>
            {group.map((example) => (
              <li key={example.slug}>
                <button type="button" disabled={open === null} onClick={() => show(example)} data-example={example.slug}>
                  {example.title}
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

export const examplesPlugin: GraphiQLPlugin = { title: "Examples", icon: Icon, content: Panel };
