// What is the matter, above everything else: made-up data, a link that asks for what is not there, a server that is gone.
import { again, catalog, change, newest, problems, shownOf, state, told, trouble } from "../store";
import { write } from "../state";

export function Notices() {
  const dataset = catalog.shown.value.answer?.data.dataset;
  return (
    <section class="notices" aria-label="Notices">
      {dataset?.synthetic && (
        <p class="notice synthetic">
          <strong>Synthetic data.</strong> Agencies, awards, officers, outcomes and trainees of this server are made up; programs and published figures are real.
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
      This link names revision {shown ?? revision.split("-")[0]} of the data, and that is what you see.
      {isOld && ` There are newer data: revision ${last.revision}${last.loadedAt ? `, loaded on ${last.loadedAt.slice(0, 10)}` : ""}.`}
      <button type="button" class="small" onClick={() => change({ ...state.peek(), revision: null })}>Show the newest data</button>
    </p>
  );
}

function Strange() {
  return (
    <div class="notice warning" role="alert">
      <p>The address asks for what this page does not know. It is left out below.</p>
      <ul>
        {problems.value.map(({ parameter, value, reason }) => (
          <li key={parameter}><code>{parameter}={value}</code>: {reason}.</li>
        ))}
      </ul>
      <button type="button" class="small" onClick={() => { problems.value = []; history.replaceState(null, "", `${location.pathname}${write(state.peek())}`); }}>Go on without it</button>
    </div>
  );
}

function Trouble() {
  const error = trouble.value;
  if (!error) return null;
  const words = {
    unreachable: "The server cannot be reached.",
    busy: "The server is busy.",
    revision: "The revision that this link names is not there.",
    refused: "The server refuses this request.",
  }[error.trouble];
  return (
    <div class="notice warning" role="alert">
      <p><strong>{words}</strong> {error.message}</p>
      <p>
        {error.retryAfter !== null && `Trying again in ${Math.ceil(error.retryAfter)} s. What you see is what was read before. `}
        {error.trouble === "revision" ? (
          <button type="button" class="small" onClick={() => change({ ...state.peek(), revision: null, table: { ...state.peek().table, page: "" } })}>Show the newest data</button>
        ) : (
          <button type="button" class="small" onClick={again}>Try again now</button>
        )}
      </p>
    </div>
  );
}
