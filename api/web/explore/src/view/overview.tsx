// The overview: charts that filter each other.
import { effect, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { catalog, overview } from "../store";
import { BarFigure } from "./bar-figure";
import { Comparison } from "./comparison";
import { EventStudy } from "./event-study";
import { Filters } from "./filters";
import { Funnel } from "./funnel";
import { Headline } from "./headline";
import { MapFigure } from "./map-figure";
import { Waiting } from "./readings";
import { Rows } from "./rows";
import { Sizes } from "./sizes";
import { TimelineFigure } from "./timeline-figure";
import { Trained } from "./trained";

export function Overview() {
  return (
    <>
      <Headline />
      <Filters />
      <div class="grid">
        <TimelineFigure />
        <Comparison />
        <Staged at={1} class="map-figure"><MapFigure /></Staged>
        <div class="stack beside">
          <Staged at={2}><BarFigure name="programs" /></Staged>
          <Staged at={3}><BarFigure name="statuses" /></Staged>
        </div>
        <div class="stack">
          <Staged at={3}><BarFigure name="kinds" /></Staged>
          <Staged at={5}><Trained /></Staged>
        </div>
        <div class="stack">
          <Staged at={3}><BarFigure name="bands" /></Staged>
          <Staged at={4}><BarFigure name="categories" /></Staged>
        </div>
        <div class="stack">
          <Staged at={4}><Funnel /></Staged>
          <Staged at={5}><Sizes /></Staged>
        </div>
        <Staged at={6} class="wide study"><EventStudy /></Staged>
        <Staged at={7} class="wide"><Rows /></Staged>
      </div>
    </>
  );
}

const STAGES = 7;
/** How many charts may be drawn: after the first answer, one more per task, so that no task is long. */
const stage = signal(0);

let hasBegun = false;
effect(() => {
  if (hasBegun || !overview.answered.value || !catalog.answered.value) return;
  hasBegun = true;
  setTimeout(next);
});

function next(): void {
  stage.value += 1;
  if (stage.value < STAGES) setTimeout(next);
}

function Staged({ at, children, ...rest }: { readonly at: number; readonly children: ComponentChildren; readonly class?: string }) {
  // Without an answer, the chart shows the error.
  return stage.value >= at || overview.shown.value.error ? <>{children}</> : <Waiting title=" " {...rest} />;
}
