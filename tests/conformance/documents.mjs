// Random documents: valid ones, and ones made invalid by each validation rule and by changes to tokens.

import { parse, print } from 'graphql';
import { agree, each, made } from './ask.mjs';
import { Generator } from './generate.mjs';
import { MUTATORS, mutated, scrambled } from './mutate.mjs';
import { broken, ruleNames, verdict } from './oracle.mjs';
import { Random } from './random.mjs';

/** No document breaks it: what is made of a query has one field at the root. */
const CANNOT_BREAK = ['SingleFieldSubscriptionsRule'];
/** How often each rule must be broken, of 20,000 documents, or nothing is known of it. */
const ENOUGH = 30;

/** The same document with its queries as live ones. */
function live(text) {
  const tree = parse(text);
  const definitions = tree.definitions.map((definition) => {
    if (definition.kind !== 'OperationDefinition') return definition;
    const field = { kind: 'Field', name: { kind: 'Name', value: 'live' }, selectionSet: definition.selectionSet };
    const selectionSet = { kind: 'SelectionSet', selections: [field] };
    return { ...definition, operation: 'subscription', selectionSet };
  });
  return print({ ...tree, definitions });
}

/** The document of a number. */
function document(seed, number) {
  const random = new Random(seed * 1_000_003 + number);
  const generator = new Generator(random);
  if (random.chance(12)) generator.wrong = 8;
  const request = generator.document();
  if (number % 8 === 0 && generator.wrong === 0) request.document = live(request.document);
  const kind = random.below(10);
  const names = Object.keys(MUTATORS);
  if (kind < 4) return { ...request, by: 'nothing' };
  if (kind < 8) {
    const by = names[number % names.length];
    return { ...request, document: mutated(request.document, by, random), by };
  }
  return { ...request, document: scrambled(request.document, random), by: 'tokens' };
}

export async function documents(url, { documents: count, seed }) {
  const differences = [];
  const rules = Object.fromEntries(ruleNames.map((name) => [name, 0]));
  const verdicts = {};
  await each(Array.from({ length: count }, (_, number) => number), async (number) => {
    const request = document(seed, number);
    const oracle = verdict(request);
    verdicts[oracle.is] = (verdicts[oracle.is] ?? 0) + 1;
    if (oracle.parsed) for (const rule of broken(oracle.parsed)) rules[rule] += 1;
    const program = await made(url, request);
    if (!agree(oracle, program)) {
      const shown = JSON.stringify({ document: request.document, variables: request.variables, operationName: request.operationName });
      differences.push(
        `--seed ${seed}, number ${number}, changed by ${request.by}\n  graphql-js: ${oracle.is} ${oracle.why ?? ''}\n  program:    ${program.is} ${program.why ?? ''}\n  ${shown}`,
      );
    }
  });
  for (const [rule, times] of Object.entries(rules)) {
    if (count >= 20_000 && times < ENOUGH && !CANNOT_BREAK.includes(rule)) {
      differences.push(`only ${times} documents break ${rule}: the mutators do not reach it`);
    }
  }
  const kinds = Object.entries(verdicts).map(([is, times]) => `${times} ${is}`);
  return { checked: `${count} documents: ${kinds.join(', ')}`, differences };
}
