// The notices at the top: synthetic data, a link that cannot be honored, a server that cannot be reached.
import { again, catalog, change, newest, problems, shownOf, state, told, trouble } from "../store";
import { write } from "../state";

export function Notices() {
  const dataset = catalog.shown.value.answer?.data.dataset;
  return (
    <section class="notices" aria-label="Notices">
      {dataset?.synthetic && (
        <p class="notice synthetic">
          <strong>Synthetic data.</strong> Agencies, awards, officers, outcomes and trainees on this server are generated; programs and published figures are real.
        </p>
      )}
      <Pinned />
      {problems.value.length > 0 && <Strange />}
      <Trouble />
    </section>
  );
}

function Pinned() {
  const { revision } = state.value;
  if (revision === null || trouble.value?.trouble === "revision") return null;
  const shown = shownOf.value?.revision;
  const last = told.value ?? newest.answered.value?.answer.data.dataset;
  const isOld = last !== undefined && shown !== undefined && last.revision > shown;
  return (
    <p class="notice">
      You see revision {shown ?? revision.split("-")[0]} of the data, as this link asks.
      {isOld && ` Newer data are available: revision ${last.revision}${last.loadedAt ? `, loaded on ${last.loadedAt.slice(0, 10)}` : ""}.`}
      <button type="button" class="small" onClick={() => change({ ...state.peek(), revision: null })}>Show the newest data</button>
    </p>
  );
}

function Strange() {
  return (
    <div class="notice warning" role="alert">
      <p>The address has values that this page does not recognize. They are ignored.</p>
      <ul>
        {problems.value.map(({ parameter, value, reason }) => (
          <li key={parameter}><code>{parameter}={value}</code>: {reason}.</li>
        ))}
      </ul>
      <button type="button" class="small" onClick={() => { problems.value = []; history.replaceState(null, "", `${location.pathname}${write(state.peek())}`); }}>Remove them</button>
    </div>
  );
}

function Trouble() {
  const error = trouble.value;
  if (!error) return null;
  const words = {
    unreachable: "The server cannot be reached.",
    busy: "The server is busy.",
    revision: "The revision in this link is not available.",
    refused: "The server rejected this request.",
  }[error.trouble];
  return (
    <div class="notice warning" role="alert">
      <p><strong>{words}</strong> {error.message}</p>
      <p>
        {error.retryAfter !== null && `Trying again in ${Math.ceil(error.retryAfter)} s. The page shows earlier answers. `}
        {error.trouble === "revision" ? (
          <button type="button" class="small" onClick={() => change({ ...state.peek(), revision: null, table: { ...state.peek().table, page: "" } })}>Show the newest data</button>
        ) : (
          <button type="button" class="small" onClick={again}>Try again now</button>
        )}
      </p>
    </div>
  );
}
