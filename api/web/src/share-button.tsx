// The button that copies a link to the query in the editor.
import { ToolbarButton, useGraphiQL } from "@graphiql/react";
import { useEffect, useState } from "react";
import { link } from "./share";
import { viewOf } from "./views";

/** How long the confirmation stays, in milliseconds. */
const SAID_FOR = 2500;

export function ShareButton() {
  const { queryEditor, variableEditor, operationName, tab } = useGraphiQL((state) => ({
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
    operationName: state.operationName,
    tab: state.tabs[state.activeTabIndex]?.id ?? "",
  }));
  const [said, setSaid] = useState("");
  useEffect(() => {
    const silence = setTimeout(() => setSaid(""), SAID_FOR);
    return () => clearTimeout(silence);
  }, [said]);

  async function copy() {
    const url = link(location.href, {
      query: queryEditor?.getValue() ?? "",
      variables: variableEditor?.getValue() ?? "",
      operationName: operationName ?? null,
      view: viewOf(tab),
    });
    try {
      await navigator.clipboard.writeText(url);
      setSaid("Link copied");
    } catch {
      // Without HTTPS, a page cannot write to the clipboard, so the link goes to the address bar.
      history.replaceState(null, "", url);
      setSaid("The link is in the address bar");
    }
  }

  return (
    <>
      <ToolbarButton label="Copy a link to this query" onClick={copy}>
        <svg className="graphiql-toolbar-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
          <path d="M10 14a4.5 4.5 0 0 0 6.400 0l3-3a4.5 4.5 0 0 0-6.400-6.400l-1 1M14 10a4.5 4.5 0 0 0-6.400 0l-3 3a4.5 4.5 0 0 0 6.400 6.400l1-1" />
        </svg>
      </ToolbarButton>
      <span role="status" className="said">{said}</span>
    </>
  );
}
