// Opening a query in a tab: an example, or what a link shares.
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import type { Shared } from "./share";
import { expectView } from "./views";

/**
 * Gives a function that shows a query in the tab that has it, or in a new one. It waits for the editors,
 * which are there a moment after the page: until then it is null.
 */
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

/** Whether the page shows one thing at a time: the width is that of the style sheet. */
export function isNarrow(): boolean {
  return matchMedia("(max-width: 50rem)").matches;
}
