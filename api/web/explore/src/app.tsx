// The page.
import { Filters } from "./view/filters";
import { EventStudy } from "./view/event-study";
import { Funnel } from "./view/funnel";
import { Headline } from "./view/headline";
import { Notices } from "./view/notices";
import { BarFigure, MapFigure, TimelineFigure } from "./view/pictures";
import { Rows } from "./view/rows";
import { overview } from "./store";

export function App() {
  return (
    <>
      <Notices />
      <header class="head">
        <h1>COPS Office funding</h1>
        <nav aria-label="Other pages">
          <a href="/">About the data</a>
          <a href="/playground">Playground</a>
        </nav>
      </header>
      <main>
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
      </main>
      <Foot />
    </>
  );
}

function Foot() {
  const of = overview.shown.value.answer?.of;
  return (
    <footer>
      <p>
        {of && `Revision ${of.revision} of the data. `}
        Every picture is a query of the public API. <a href="/explore/assets/licenses.md">Licenses</a>
      </p>
    </footer>
  );
}
