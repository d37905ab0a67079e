// The look of the editors: the page's colors and a system font, since this build does not include GraphiQL's.
// This component must come before the editors, so that the themes exist when they are created.
import { useMonaco } from "@graphiql/react";
import { useEffect } from "react";

/** The theme names that GraphiQL uses. */
export const themes = { light: "cops-light", dark: "cops-dark" };

export function Editors() {
  const monaco = useMonaco((state) => state.monaco);
  useEffect(() => {
    if (!monaco) return;
    monaco.editor.defineTheme(themes.light, { base: "vs", inherit: true, rules: [], colors: colors("#1d4f91", "#ffffff") });
    monaco.editor.defineTheme(themes.dark, { base: "vs-dark", inherit: true, rules: [], colors: colors("#8fbdf5", "#18202b") });
    const fontFamily = getComputedStyle(document.documentElement).getPropertyValue("--code");
    const created = monaco.editor.onDidCreateEditor((editor) => editor.updateOptions({ fontFamily, fontSize: 14, wordWrap: "on", wrappingIndent: "indent", renderFinalNewline: "on" }));
    return () => created.dispose();
  }, [monaco]);
  return null;
}

function colors(accent: string, paper: string): Record<string, string> {
  const faint = `${accent}22`;
  return {
    "editor.background": "#00000000",
    "scrollbar.shadow": "#00000000",
    focusBorder: accent,
    "textLink.foreground": accent,
    "textLink.activeForeground": accent,
    "editorLink.activeForeground": accent,
    "list.highlightForeground": accent,
    "list.focusHighlightForeground": accent,
    "list.hoverBackground": faint,
    "editorSuggestWidget.background": paper,
    "editorSuggestWidget.selectedBackground": faint,
    "editorSuggestWidget.selectedForeground": accent,
    "editorHoverWidget.background": paper,
    "editorWidget.background": paper,
    "menu.background": paper,
    "menu.selectionBackground": faint,
    "menu.selectionForeground": accent,
    "quickInput.background": paper,
    "quickInputList.focusBackground": faint,
    "quickInputList.focusForeground": accent,
  };
}
