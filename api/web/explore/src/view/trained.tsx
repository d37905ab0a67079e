// The people trained in sessions that awards paid for.
import { Bars } from "../../../chart/bars";
import { counted, short, whole } from "../../../chart/numbers";
import type { TraineeRole } from "../operations";
import { state, trained } from "../store";
import { Figure } from "./figure";
import { Waiting } from "./readings";
import { filterWords } from "./words";

const ROLES: Readonly<Record<TraineeRole, string>> = {
  LAW_ENFORCEMENT: "Law enforcement",
  COMMUNITY_MEMBER: "Community members",
  GOVERNMENT_LEADER: "Government leaders",
};

export function Trained() {
  const answered = trained.answered.value;
  if (!answered) return <Waiting title="People trained" />;
  const { answer, asked } = answered;
  const { nodes } = answer.data.trainees.groups;
  const all = nodes.find(({ level }) => level === 0);
  const roles = nodes.filter(({ level }) => level === 1).map((node) => ({ ...node, label: node.key.role === null ? "Role unknown" : ROLES[node.key.role] }));
  return (
    <Figure
      title="People trained"
      about="People in sessions that the awards paid for. A person trained twice counts twice."
      hint={all && all.count > 0 ? `${counted(all.sessions, "session")}, with people from ${counted(all.agencies, "agency", "agencies")}; ${all.hours.sum === null ? "hours unknown" : `${whole(all.hours.sum)} hours${all.hours.missing > 0 ? "*" : ""}`}.` : ""}
      missing={all && all.hours.missing > 0 ? [`* Excludes ${counted(all.hours.missing, "person", "people")} with unknown hours.`] : []}
      ask={asked}
      columns={["Role", "People", "Hours", "People with unknown hours"]}
      rows={() => roles.map(({ label, count, hours }) => [
        { text: label },
        { text: whole(count), isNumber: true },
        { text: hours.sum === null ? "unknown" : whole(hours.sum), isNumber: true },
        { text: whole(hours.missing), isNumber: true },
      ])}
      filters={() => filterWords(state.value, null)}
    >
      {roles.length === 0 ? <p class="waiting">The data have no training paid for by these awards.</p> : (
        <Bars label="Roles" bars={roles.map(({ label, count }) => ({ id: label, label, value: count, text: short(count), full: whole(count), isChosen: false }))} />
      )}
    </Figure>
  );
}
