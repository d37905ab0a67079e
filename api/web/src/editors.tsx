// The look of the editors: the page's colors, and a font of the reader's own system, since GraphiQL's is no
// part of this build. It stands before the editors, so that it is at work when they are made.
import { useMonaco } from "@graphiql/react";
import { useEffect } from "react";

/** The names by which GraphiQL asks for them. */
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
