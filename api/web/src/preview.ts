// What an example answers, before anybody runs it: the pane of answers is never an empty one.
//
// It is asked of the server, and not part of the page, so that it is what this server's data say. It goes by GET, so that
// browsers and proxies keep it; what somebody typed is never asked unbidden. A link that shares a picture is: it is there
// to be seen.
import { formatResult } from "@graphiql/toolkit";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";
import { examples } from "./examples";
import { look } from "./fetcher";
import { isSubscription } from "./subscribe";
import { arrived } from "./views";

/** The tabs whose answer was looked for, by what they asked then. */
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
      // A server that does not answer says so when the query is run.
      () => {},
    );
    return () => abort.abort();
  }, [id, query, variables, operationName, isOpen, responseEditor, updateActiveTabValues]);
  return null;
}
