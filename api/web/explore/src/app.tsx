// The pages: the overview, one agency, one award.
import { hasPlayground, route } from "./route";
import { arrived, isReady, shownOf } from "./store";
import { AgencyPage } from "./view/agency-page";
import { AwardPage } from "./view/award-page";
import { Notices } from "./view/notices";
import { Overview } from "./view/overview";

export function App() {
  const here = route(location.pathname);
  if (!isReady.value) return <p class="waiting" role="status">Loading the explorer…</p>;
  return (
    <>
      <Notices />
      <header class="head">
        <h1>{here.page === "overview" ? "COPS Office funding" : <a href="/explore">COPS Office funding</a>}</h1>
        <nav aria-label="Other pages">
          <a href="/">About the data</a>
          {hasPlayground && <a href="/playground">Playground</a>}
          {hasPlayground && <a href="/docs">Docs</a>}
        </nav>
      </header>
      <main>
        {here.page === "overview" && <Overview />}
        {here.page === "agency" && <AgencyPage ori={here.ori} />}
        {here.page === "award" && <AwardPage number={here.number} />}
      </main>
      <Foot />
      <Arrived />
    </>
  );
}

/** Announces new data in an overlay, so that nothing on the page moves. */
function Arrived() {
  const now = arrived.value;
  return (
    <div class="arrived" role="status">
      {now && (
        <p>
          <span>
            {now.isShown ? `Updated to revision ${now.dataset.revision}` : `New data: revision ${now.dataset.revision}. The page updates when you are done`}
            {now.isShown && now.dataset.loadedAt && `, loaded at ${new Date(now.dataset.loadedAt).toLocaleTimeString("en-US", { timeStyle: "short" })}`}.
          </span>
          <button type="button" class="small" onClick={() => { arrived.value = null; }}>Close</button>
        </p>
      )}
    </div>
  );
}

function Foot() {
  const of = shownOf.value;
  return (
    <footer>
      <p>
        {of && `Data revision ${of.revision}. `}
        Every chart is a query of the public API. <a href="/explore/assets/licenses.md">Licenses</a>
      </p>
    </footer>
  );
}
