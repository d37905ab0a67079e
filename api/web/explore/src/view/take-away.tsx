// What a visitor can take from a picture: its query, its numbers, itself, and how to cite it.
import { useEffect, useRef, useState } from "preact/hooks";
import { link } from "../../../src/share";
import { citation, file, text, used } from "../ask";
import type { Ask, Citation } from "../ask";
import { hasPlayground } from "../route";
import { png, save, svgText } from "../../../chart/picture";
import { catalog, sharedLink, shownOf } from "../store";

/** The file of a list of which a page was asked for: it has all rows. */
export const wholeList = (ask: Ask): readonly FileAsk[] => [{ of: "", ask: { ...ask, document: `${ask.document}/file` } }];

/** A file, and what it is of where there are several. */
export interface FileAsk {
  readonly of: string;
  readonly ask: Ask;
}

interface Properties {
  readonly title: string;
  /** What is said below it in a file. */
  readonly words: () => readonly string[];
  readonly ask: Ask;
  /** What is asked for files, where that is not the same. */
  readonly files?: readonly FileAsk[];
  /** The chart that is shown; left out where there is none. */
  readonly svg: (() => SVGSVGElement | null) | null;
}

export function TakeAway({ title, words, ask, files = [{ of: "", ask }], svg }: Properties) {
  const menu = useRef<HTMLDetailsElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [said, setSaid] = useState("");
  const [cited, setCited] = useState<Citation | null>(null);
  useEffect(() => closeOutside(menu.current!), []);

  const revision = ask.revision ?? (shownOf.value && String(shownOf.value.revision));
  const tried = (work: () => Promise<void> | void) => async () => {
    setSaid("");
    try {
      await work();
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error));
    }
  };
  const saveTable = ({ of, ask }: FileAsk, type: "text/csv" | "application/vnd.apache.parquet", ending: string) =>
    tried(async () => save(await file({ ...ask, revision }, type), `${fileName(`${title} ${of}`)}.${ending}`));
  const picture = () => {
    const chart = svg?.();
    if (!chart) throw new Error("Show the picture first: its table is shown now.");
    return svgText([chart], { title, lines: caption(words()) });
  };
  return (
    <details class="take" ref={menu} onToggle={(event) => setOpen(event.currentTarget.open)} onKeyDown={(event) => event.key === "Escape" && close(menu.current)}>
      <summary class="small" aria-label={`Take away: ${title}`}>Take away</summary>
      {isOpen && <div class="menu">
        {hasPlayground
          ? <a href={playground(ask, svg ? "chart" : "table")} target="_blank" rel="noreferrer">Query, in the playground</a>
          : <button type="button" onClick={tried(() => copy(text(ask.document)))}>Copy the query</button>}
        {files.map((file) => <button key={file.of} type="button" onClick={saveTable(file, "text/csv", "csv")}>CSV{of(file)}</button>)}
        {files.map((file) => <button key={file.of} type="button" onClick={saveTable(file, "application/vnd.apache.parquet", "parquet")}>Parquet{of(file)}</button>)}
        {svg && <button type="button" onClick={tried(() => save(new Blob([picture()], { type: "image/svg+xml" }), `${fileName(title)}.svg`))}>SVG</button>}
        {svg && <button type="button" onClick={tried(async () => save(await png(picture()), `${fileName(title)}.png`))}>PNG</button>}
        <button type="button" onClick={tried(async () => setCited(await citation({ ...ask, revision })))}>Citation</button>
        {cited && (
          <div class="citation">
            <p>{cited.text}</p>
            <button type="button" class="small" onClick={tried(() => copy(cited.text))}>Copy</button>
            <button type="button" class="small" onClick={tried(() => copy(cited.bibtex))}>Copy BibTeX</button>
          </div>
        )}
        <p role="status" class="said">{said}</p>
      </div>}
    </details>
  );
}

/** Copies a text. A page that came over plain HTTP from another machine may not. */
async function copy(text: string): Promise<void> {
  if (!navigator.clipboard) throw new Error("The browser lets pages copy over HTTPS only: select the text instead.");
  await navigator.clipboard.writeText(text);
}

const of = (file: FileAsk) => (file.of === "" ? "" : ` of ${file.of}`);

/** The playground, with the query of a picture. */
export function playground(ask: Ask, as: "chart" | "table"): string {
  const document = text(ask.document);
  const [, operationName] = /^query (\w+)/.exec(document) ?? [];
  const variables = JSON.stringify(used(document, ask.variables), null, 2);
  return link(`${location.origin}/playground`, { query: document, variables: variables === "{}" ? "" : variables, operationName: operationName ?? null, view: { as } });
}

/** What is said below a picture that leaves the page. */
function caption(words: readonly string[]): string[] {
  const dataset = catalog.shown.peek().answer?.data.dataset;
  const synthetic = dataset?.synthetic ? ["Synthetic data: these numbers are made up."] : [];
  return [...words.filter((word) => word !== ""), ...synthetic, ...(dataset ? [dataset.citation.text] : []), sharedLink()];
}

const fileName = (title: string) => {
  const dataset = catalog.shown.peek().answer?.data.dataset;
  const about = dataset ? `-revision-${dataset.revision}${dataset.synthetic ? "-synthetic" : ""}` : "";
  return `${title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}${about}`;
};

function close(menu: HTMLDetailsElement | null): void {
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
}

/** A menu closes when something else is clicked. */
function closeOutside(menu: HTMLDetailsElement): () => void {
  const listener = (event: Event) => {
    if (menu.open && !menu.contains(event.target as Node)) menu.open = false;
  };
  document.addEventListener("pointerdown", listener);
  return () => document.removeEventListener("pointerdown", listener);
}
