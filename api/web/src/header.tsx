// The page header: the site name, the notice about synthetic data, and the theme button.
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useDataset } from "./answer";

export function Header() {
  const dataset = useDataset();
  return (
    <header className="head">
      <h1>
        <a href="/">COPS Office funding and outcomes</a> <span>playground</span>
      </h1>
      {dataset?.synthetic && (
        <p className="synthetic" role="note">
          <strong>Synthetic data.</strong> Agencies, grants, officers, outcomes and trainees are generated, not real.
        </p>
      )}
      <nav aria-label="Site">
        <a href="/docs">Docs</a>
        <a href="/schema.graphql">SDL</a>
        <ThemeButton />
      </nav>
    </header>
  );
}

function ThemeButton() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();
  const dark = theme === null ? matchMedia("(prefers-color-scheme: dark)").matches : theme === "dark";
  return (
    <button type="button" onClick={() => setTheme(dark ? "light" : "dark")}>
      {dark ? "Light" : "Dark"}
    </button>
  );
}
