// The overview: pictures that filter each other.
import { EventStudy } from "./event-study";
import { Filters } from "./filters";
import { Funnel } from "./funnel";
import { Headline } from "./headline";
import { BarFigure, MapFigure, TimelineFigure } from "./pictures";
import { Rows } from "./rows";

export function Overview() {
  return (
    <>
      <Headline />
      <Filters />
      <div class="grid">
        <TimelineFigure />
        <MapFigure />
        <BarFigure name="programs" />
        <BarFigure name="kinds" />
        <div class="stack">
          <BarFigure name="bands" />
          <BarFigure name="statuses" />
        </div>
        <div class="stack">
          <Funnel />
        </div>
        <EventStudy />
        <Rows />
      </div>
    </>
  );
}
