// The overview: pictures that filter each other.
import { Comparison } from "./comparison";
import { EventStudy } from "./event-study";
import { Filters } from "./filters";
import { Funnel } from "./funnel";
import { Headline } from "./headline";
import { BarFigure, MapFigure, TimelineFigure } from "./pictures";
import { Rows } from "./rows";
import { Sizes } from "./sizes";
import { Trained } from "./trained";

export function Overview() {
  return (
    <>
      <Headline />
      <Filters />
      <div class="grid">
        <TimelineFigure />
        <Comparison />
        <MapFigure />
        <BarFigure name="programs" />
        <div class="stack">
          <BarFigure name="kinds" />
          <Trained />
        </div>
        <div class="stack">
          <BarFigure name="bands" />
          <BarFigure name="statuses" />
        </div>
        <div class="stack">
          <Funnel />
          <Sizes />
        </div>
        <EventStudy />
        <Rows />
      </div>
    </>
  );
}
