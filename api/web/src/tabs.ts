// Opens a query in a tab: an example, or the query of a link.
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import type { Shared } from "./share";
import { expectView } from "./views";

/** Returns a function that shows a query in the tab that has it, or in a new tab; null until the editors are ready. */
export function useOpen(): ((shared: Shared) => void) | null {
  const { addTab, changeTab, updateActiveTabValues, setOperationName } = useGraphiQLActions();
  const { tabs, activeTabIndex, queryEditor, variableEditor } = useGraphiQL((state) => ({
    tabs: state.tabs,
    activeTabIndex: state.activeTabIndex,
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
  }));
  if (!queryEditor || !variableEditor) return null;
  return ({ query, variables, operationName, view }) => {
    if (view) expectView(query, view);
    const same = tabs.findIndex((tab) => tab.query === query && (tab.variables ?? "") === variables);
    if (same !== -1) {
      if (same !== activeTabIndex) changeTab(same);
      return;
    }
    addTab();
    queryEditor.setValue(query);
    variableEditor.setValue(variables);
    updateActiveTabValues({ query, variables, operationName });
    if (operationName !== null) setOperationName(operationName);
  };
}

/** Whether the screen is narrow. The width matches the style sheet. */
export function isNarrow(): boolean {
  return matchMedia("(max-width: 50rem)").matches;
}
