// The page: GraphiQL with a header above it, examples beside it, and a bar below the answer.
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { DocExplorerStore } from "@graphiql/plugin-doc-explorer";
import { HISTORY_PLUGIN, HistoryStore } from "@graphiql/plugin-history";
import { GraphiQLProvider } from "@graphiql/react";
import { GraphiQL, GraphiQLInterface } from "graphiql";
import { useEffect } from "react";
import { docsPlugin } from "./docs";
import { Editors, themes } from "./editors";
import { examples } from "./examples";
import { examplesPlugin } from "./examples-panel";
import { fetcher } from "./fetcher";
import { Header } from "./header";
import { Preview } from "./preview";
import { CostBadge } from "./result-bar";
import { ResultPane } from "./result-pane";
import { read, readExample, type Shared } from "./share";
import { ShareButton } from "./share-button";
import { isNarrow, useOpen } from "./tabs";

const send = fetcher("/graphql");
const plugins = [docsPlugin, examplesPlugin, explorerPlugin({ showAttribution: false }), HISTORY_PLUGIN];
const first = examples.slice(0, 1).map(({ query, variables }) => ({ query, variables }));

// On a narrow screen a panel covers the page, so none is open at first.
const panel = isNarrow() ? {} : { visiblePlugin: examplesPlugin };

export function Playground() {
  return (
    <GraphiQLProvider
      fetcher={send}
      plugins={plugins}
      referencePlugin={docsPlugin}
      {...panel}
      editorTheme={themes}
      defaultTabs={first}
      inputValueDeprecation
      schemaDescription
      // The server's schema was validated when it was built.
      dangerouslyAssumeSchemaIsValid
    >
      <HistoryStore>
        <DocExplorerStore>
          <Editors />
          <Header />
          <main>
            <GraphiQLInterface showPersistHeadersSettings={false}>
              <GraphiQL.Logo>{null}</GraphiQL.Logo>
              <GraphiQL.Toolbar>
                {({ prettify, copy, merge }) => (
                  <>
                    <CostBadge />
                    <ShareButton />
                    {prettify}
                    {merge}
                    {copy}
                  </>
                )}
              </GraphiQL.Toolbar>
              <GraphiQL.Footer>
                <ResultPane />
              </GraphiQL.Footer>
            </GraphiQLInterface>
          </main>
          <Links />
          <Preview />
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}

/** Opens the query in the address: once the editors are ready, and whenever the address changes. */
function Links() {
  const open = useOpen();
  useEffect(() => {
    if (open === null) return;
    const follow = () => {
      const shared = asked(location.hash);
      if (shared === null) return;
      // The query now has its own tab; returning to the page must not open it again.
      history.replaceState(null, "", location.pathname + location.search);
      open(shared);
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [open]);
  return null;
}

function asked(fragment: string): Shared | null {
  const slug = readExample(fragment);
  const example = examples.find((example) => example.slug === slug);
  return example ? { ...example, operationName: null, view: null } : read(fragment);
}
