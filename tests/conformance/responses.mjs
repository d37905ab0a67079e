// Compares answers with graphql-js, which executes the same query over the same rows: the order of keys, merged fields,
// directives, fragments, `__typename` and nulls, byte for byte.
//
// The rows come from the program, by a query that selects everything once and names each field by its arguments. Other
// tests cover how lists are filtered and ordered: here a list has one of a few sets of arguments.

import { defaultFieldResolver, execute, getNamedType, isAbstractType, isCompositeType, parse, validate } from 'graphql';

import { ask, each } from './ask.mjs';
import { schema } from './oracle.mjs';
import { Random } from './random.mjs';

/** The fields that a query may ask for below the root, by type; lists with what they may be given. */
const LISTS = ['first: 2', 'first: 1, orderBy: [{field: %, direction: DESC}]', 'first: 0'];
const ORDER = { Agency: 'NAME', Grant: 'AWARD_NUMBER', OfficersFunded: 'KIND', Obligation: 'AMOUNT', Outcome: 'YEAR', Trainee: 'ROLE' };
/** What a list has to keep for its totals to have a sense. */
const FILTERS = { Outcome: 'filter: {measure: {code: {eq: "violent_crime"}}, level: {eq: AGENCY}}' };
const ROOTS = [
  'agencies(first: 3)', 'agencies(first: 2, filter: {state: {eq: "CA"}})', 'grants(first: 4, orderBy: [{field: AGENCY_NAME, nulls: FIRST}])',
  'agency(by: {ori: "ZZ99999"})', 'grants(first: 2, filter: {organization: {}})', 'dataset', 'node(id: "R3JhbnQ6MQ")', 'node(id: "QWdlbmN5OjE")', 'node(id: "R3JhbnQ6OTk5OTk5OTk")',
  'nodes(ids: ["QWdlbmN5OjE", "R3JhbnQ6OTk5OTk5OTk", "R3JhbnQ6MQ", "QWdlbmN5OjE"])', `outcomes(first: 2, ${FILTERS.Outcome})`,
];
const DEEPEST = 4;

const plain = (text) => text.replace(/\W+/g, '_');

/** What may be selected of a type: its fields as they are written with their arguments. */
function choices(type) {
  return Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    // It is of lists at the root alone.
    if (named.name === 'ColumnQuality') return [];
    if (field.args.length === 0) return [{ written: field.name, field }];
    if (!named.name.endsWith('Connection') || named.name.endsWith('GroupConnection')) return [];
    const of = named.name.replace(/Connection$/, '');
    const lists = ORDER[of] ? LISTS : [];
    const filter = FILTERS[of] ? `, ${FILTERS[of]}` : '';
    return lists.map((args) => ({ written: `${field.name}(${args.replace('%', ORDER[of])}${filter})`, field }));
  });
}

function rootChoices() {
  const fields = schema.getQueryType().getFields();
  return ROOTS.map((written) => ({ written, field: fields[/^\w+/.exec(written)[0]] }));
}

const SHALLOW = new Set(['Source', 'Revision', 'Dataset', 'Program', 'Organization', 'Measure']);

/** Whether a field of a type is left out of what is known, to keep that small. */
function left(type, { field }, depth) {
  const named = getNamedType(field.type);
  return isCompositeType(named) && (depth >= DEEPEST || (SHALLOW.has(type.name) && named.name !== 'PageInfo'));
}

/** A selection of everything, each field by a name that says its arguments. */
function everything(type, depth) {
  if (isAbstractType(type)) {
    const members = schema.getPossibleTypes(type).filter((it) => ['Agency', 'Grant', 'Organization'].includes(it.name));
    return `{ __typename ${members.map((it) => `... on ${it.name} ${everything(it, depth)}`).join(' ')} }`;
  }
  const chosen = (depth === 0 ? rootChoices() : choices(type)).filter((choice) => !left(type, choice, depth));
  const fields = chosen.map((choice) => {
    const named = getNamedType(choice.field.type);
    // A union's members may have other types by one name.
    const alias = `${type.name}_${plain(choice.written)}`;
    return `${alias}: ${choice.written}${isCompositeType(named) ? ` ${everything(named, depth + 1)}` : ''}`;
  });
  return `{ __typename ${fields.join(' ')} }`;
}

/** A random selection of what is known. */
class Selections {
  constructor(random) {
    this.random = random;
    this.fragments = [];
    this.variables = { yes: true, no: false };
  }

  document() {
    const body = this.set(schema.getQueryType(), 0);
    const defaults = '($yes: Boolean = true, $no: Boolean! = false, $on: Boolean!)';
    const used = `q: __typename @skip(if: $no) @include(if: $on) w: __typename @include(if: $yes)`;
    const all = body.replace(/\}$/, `${used} }`);
    return { document: [`query ${defaults} ${all}`, ...this.fragments].join('\n'), variables: { on: this.random.chance(50) } };
  }

  directives() {
    const { random } = this;
    if (!random.chance(12)) return '';
    return ` @${random.pick(['skip', 'include'])}(if: ${random.pick(['true', 'false', '$yes', '$no', '$on'])})`;
  }

  /** Members of an abstract type may have other types by one name, so there each name says whose it is. */
  set(type, depth, prefixed = false) {
    const { random } = this;
    const parts = [];
    if (isAbstractType(type)) {
      const members = schema.getPossibleTypes(type).filter((it) => ['Agency', 'Grant', 'Organization'].includes(it.name));
      if (type.getFields && random.chance(60)) parts.push(`id${this.directives()}`);
      for (const it of members) if (random.chance(70)) parts.push(`... on ${it.name}${this.directives()} ${this.set(it, depth, true)}`);
      if (random.chance(70) || parts.length === 0) parts.push(`__typename${this.directives()}`);
      return `{ ${parts.join(' ')} }`;
    }
    const known = (depth === 0 ? rootChoices() : choices(type)).filter((choice) => !left(type, choice, depth));
    const chosen = random.some(known, depth === 0 ? 3 : 4);
    const field = (choice) => {
      const named = getNamedType(choice.field.type);
      const inner = isCompositeType(named) ? ` ${this.set(named, depth + 1)}` : '';
      // One name for one field with its arguments, so that nothing conflicts; the name of the field itself at times.
      const alias = prefixed || choice.field.args.length > 0 || random.chance(20) ? `${type.name}_${plain(choice.written)}: ` : '';
      return `${alias}${choice.written}${this.directives()}${inner}`;
    };
    for (const choice of chosen) {
      parts.push(field(choice));
      // The same again, with more or less of it: it is merged.
      if (random.chance(20)) parts.push(field(choice));
    }
    if (random.chance(20)) parts.splice(random.below(parts.length + 1), 0, `__typename${this.directives()}`);
    if (random.chance(15)) parts.splice(random.below(parts.length + 1), 0, `...${random.pick(['', ` on ${type.name}`])}${this.directives()} ${this.set(type, depth, prefixed)}`);
    if (random.chance(12)) {
      const name = `F${this.fragments.length}`;
      this.fragments.push('');
      this.fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name} ${this.set(type, depth, prefixed)}`;
      for (let i = random.chance(40) ? 2 : 1; i > 0; i -= 1) {
        parts.splice(random.below(parts.length + 1), 0, `...${name}${this.directives()}`);
      }
    }
    return `{ ${parts.join(' ')} }`;
  }
}

/** Answers a field by what is known of it. */
function resolve(source, args, context, info) {
  const [node] = info.fieldNodes;
  const { body } = node.loc.source;
  const start = node.name.loc.start;
  const end = node.arguments.length > 0 ? body.indexOf(')', node.arguments.at(-1).loc.end) + 1 : node.name.loc.end;
  const key = `${info.parentType.name}_${plain(body.slice(start, end))}`;
  return key in source ? source[key] : defaultFieldResolver(source, args, context, info);
}

export async function responses(url, { documents, seed }) {
  const differences = [];
  const parts = rootChoices().map(({ written, field }) => {
    const inner = everything(getNamedType(field.type), 1);
    return `{ __typename Query_${plain(written)}: ${written} ${inner} }`;
  });
  const rootValue = { __typename: 'Query' };
  for (const document of parts) {
    const { answer } = await ask(url, { document });
    if (answer.errors) return { checked: 'nothing', differences: [`what is known cannot be asked: ${JSON.stringify(answer.errors)}`] };
    Object.assign(rootValue, answer.data);
  }
  const typeResolver = (value) => value.__typename;
  const count = Math.ceil(documents / 10);
  let keys = 0;
  await each(Array.from({ length: count }, (_, number) => number), async (number) => {
    const { document, variables } = new Selections(new Random(seed * 31 + number)).document();
    const parsed = parse(document);
    const [wrong] = validate(schema, parsed);
    if (wrong) differences.push(`answer ${number} is of no valid document: ${wrong.message}\n ${document}`);
    const expected = await execute({ schema, document: parsed, rootValue, variableValues: variables, fieldResolver: resolve, typeResolver });
    const { answer, text } = await ask(url, { document, variables });
    const oracle = JSON.stringify(expected.data);
    // A number has one spelling in JavaScript, whatever it is written like.
    const program = JSON.stringify(answer.data);
    keys += oracle?.length ?? 0;
    if (oracle !== program || expected.errors) {
      let at = 0;
      while (oracle?.[at] === program?.[at] && at < (oracle?.length ?? 0)) at += 1;
      differences.push(
        `--seed ${seed}, answer ${number}\n  graphql-js: ...${oracle?.slice(Math.max(0, at - 100), at + 100)} ${expected.errors ?? ''}\n  program:    ...${(program ?? text).slice(Math.max(0, at - 100), at + 100)}\n  ${document} ${JSON.stringify(variables)}`,
      );
    }
  });
  if (keys < count * 200) differences.push(`the answers have ${keys} characters: too few to mean anything`);
  return { checked: `${count} answers of ${keys} characters`, differences };
}
