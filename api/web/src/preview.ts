// Shows the answer of an example before anyone runs it, so that the answer pane is never empty.
//
// The answer comes from the server, not from the page, so it reflects this server's data. It is requested by GET, which
// browsers and proxies cache. A query that somebody typed is never sent without being run; a link that shares a chart is,
// because the chart is there to be seen.
import { formatResult } from "@graphiql/toolkit";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";
import { examples } from "./examples";
import { look } from "./fetcher";
import { isSubscription } from "./subscribe";
import { arrived } from "./views";

/** The tabs whose preview was requested, by tab, query and variables. */
const looked = new Set<string>();

export function Preview() {
  const { tab, responseEditor, isFetching } = useGraphiQL((state) => ({
    tab: state.tabs[state.activeTabIndex],
    responseEditor: state.responseEditor,
    isFetching: state.isFetching,
  }));
  const { updateActiveTabValues } = useGraphiQLActions();
  const { id = "", query = null, operationName = null } = tab ?? {};
  const variables = tab?.variables ?? "";
  const isOpen = responseEditor !== undefined && query !== null && !tab?.response && !isFetching;
  useEffect(() => {
    if (!isOpen || query === null) return;
    const isExample = examples.some((example) => example.query === query && example.variables === variables);
    if ((!arrived(id, query) && !isExample) || isSubscription({ query, operationName })) return;
    const key = `${id} ${query} ${variables}`;
    if (looked.has(key)) return;
    const abort = new AbortController();
    look("/graphql", { query, variables, operationName }, abort.signal).then(
      (answer) => {
        looked.add(key);
        const text = formatResult(answer);
        responseEditor?.setValue(text);
        updateActiveTabValues({ response: text });
      },
      // If the server cannot be reached, running the query shows the error.
      () => {},
    );
    return () => abort.abort();
  }, [id, query, variables, operationName, isOpen, responseEditor, updateActiveTabValues]);
  return null;
}
