// The distribution of awards by size.
import { Bars } from "../../../chart/bars";
import { dimensions, SIZES, UNKNOWN } from "../dimension";
import type { SizeName } from "../dimension";
import { awardFilter } from "../filter";
import { dollars, whole } from "../../../chart/numbers";
import { toggled } from "../state";
import { change, overview, state } from "../store";
import { Figure } from "./figure";
import { Waiting } from "./readings";
import { filterWords } from "./words";

const names = Object.keys(SIZES) as SizeName[];
const toggle = (id: string) => change(toggled(state.peek(), "sizes", id));

export function Sizes() {
  const answered = overview.answered.value;
  if (!answered) return <Waiting title="Awards by size" />;
  const { answer, asked } = answered;
  const { totals } = answer.data.sizes;
  const { missing, median, lower, upper } = totals.federalShare;
  const chosen = state.value.chosen.sizes;
  const counts: (readonly [string, string, number])[] = names.map((name) => [name, SIZES[name].label, totals[name].count]);
  if (missing > 0 || chosen.includes(UNKNOWN)) counts.push([UNKNOWN, dimensions.sizes.unknown, missing]);
  const filter = awardFilter(state.value, ["sizes"]);
  return (
    <Figure
      title="Awards by size"
      about="The number of awards by federal share, in nominal dollars."
      hint={median === null ? "" : `The median is ${dollars(median)}; the middle half ranges from ${dollars(lower ?? median)} to ${dollars(upper ?? median)}.`}
      ask={{ ...asked, document: `${asked.document}/sizes` }}
      files={[{ of: "", ask: { ...asked, document: "sizes-file", variables: { filter } } }]}
      columns={["Federal dollars of an award", "Awards"]}
      rows={() => counts.map(([, label, count]) => [{ text: label }, { text: whole(count), isNumber: true }])}
      filters={() => filterWords(state.value, "sizes")}
    >
      <Bars
        label="Sizes of awards"
        bars={counts.map(([id, label, count]) => ({ id, label, value: count, text: whole(count), full: whole(count), isChosen: chosen.includes(id) }))}
        onToggle={toggle}
      />
    </Figure>
  );
}
