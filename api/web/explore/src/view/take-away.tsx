// The export menu of a chart: its query, its numbers, its image and its citation.
import { useEffect, useRef, useState } from "preact/hooks";
import { link } from "../../../src/share";
import { citation, file, text, used } from "../ask";
import type { Ask, Citation } from "../ask";
import { hasPlayground } from "../route";
import { png, save, svgText } from "../../../chart/picture";
import { catalog, sharedLink, shownOf } from "../store";

/** The file of a paged list; it has all rows. */
export const wholeList = (ask: Ask): readonly FileAsk[] => [{ of: "", ask: { ...ask, document: `${ask.document}/file` } }];

/** The query of a file, and its name if there are several. */
export interface FileAsk {
  readonly of: string;
  readonly ask: Ask;
}

interface Properties {
  readonly title: string;
  /** The caption in a file. */
  readonly words: () => readonly string[];
  readonly ask: Ask;
  /** The queries of its files, if they differ. */
  readonly files?: readonly FileAsk[];
  /** The chart shown; null if there is none. */
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
    if (!chart) throw new Error("Turn off the table first, so that the chart is shown.");
    return svgText([chart], { title, lines: caption(words()) });
  };
  return (
    <details class="take" ref={menu} onToggle={(event) => setOpen(event.currentTarget.open)} onKeyDown={(event) => event.key === "Escape" && close(menu.current)}>
      <summary class="small" aria-label={`Export: ${title}`}>Export</summary>
      {isOpen && <div class="menu">
        {hasPlayground
          ? <a href={playground(ask, svg ? "chart" : "table")} target="_blank" rel="noreferrer">Open the query in the playground</a>
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

/** Copies a text. Browsers forbid this to pages from another machine over plain HTTP. */
async function copy(text: string): Promise<void> {
  if (!navigator.clipboard) throw new Error("Browsers allow copying only over HTTPS. Select the text and copy it yourself.");
  await navigator.clipboard.writeText(text);
}

const of = (file: FileAsk) => (file.of === "" ? "" : ` of ${file.of}`);

/** The link that opens the query of a chart in the playground. */
export function playground(ask: Ask, as: "chart" | "table"): string {
  const document = text(ask.document);
  const [, operationName] = /^query (\w+)/.exec(document) ?? [];
  const variables = JSON.stringify(used(document, ask.variables), null, 2);
  return link(`${location.origin}/playground`, { query: document, variables: variables === "{}" ? "" : variables, operationName: operationName ?? null, view: { as } });
}

/** The caption of an exported chart. */
function caption(words: readonly string[]): string[] {
  const dataset = catalog.shown.peek().answer?.data.dataset;
  const synthetic = dataset?.synthetic ? ["Synthetic data: these numbers are not real."] : [];
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
