// The panel of worked examples. Each opens in a tab.
import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { examples, type Example } from "./examples";
import { isNarrow, useOpen } from "./tabs";

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
  const shown = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.query);
  const { setVisiblePlugin } = useGraphiQLActions();
  const show = ({ query, variables }: Example) => {
    open?.({ query, variables, operationName: null, view: null });
    if (isNarrow()) setVisiblePlugin(null);
  };
  return (
    <section aria-label="Examples" className="examples">
      <h2>Examples</h2>
      <p>Real questions, each explained in a comment. Choose one, run it, change it.</p>
      {[...audiences].map(([audience, group]) => (
        <div key={audience}>
          <h3>{audience}</h3>
          <ul>
            {group.map((example) => (
              <li key={example.slug}>
                <button type="button" disabled={open === null} aria-current={example.query === shown} onClick={() => show(example)}>
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
