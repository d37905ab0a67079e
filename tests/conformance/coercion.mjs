// Every input type of the schema, with values of every kind: as literals in a document, and as variables.

import { getNamedType, getNullableType, isInputObjectType, isListType, isNonNullType } from 'graphql';

import { agree, each, made } from './ask.mjs';
import { Generator, SCALARS } from './generate.mjs';
import { schema, verdict } from './oracle.mjs';
import { Random } from './random.mjs';

/** The shortest way to a place where a value of each input type is wanted: what stands before and behind it. */
function places() {
  const found = new Map();
  const queue = [];
  const take = (type, before, behind) => {
    const text = String(type);
    if (found.has(text)) return;
    found.set(text, { type, before, behind });
    queue.push(getNamedType(type));
    // Whoever takes a list or something that is not null takes what is in it, where nothing else is wanted.
    if (isInputObjectType(getNamedType(type))) queue.at(-1).place ??= { before, behind };
  };
  const root = schema.getQueryType();
  const reach = (type, before, behind, depth) => {
    for (const field of Object.values(type.getFields())) {
      const needed = field.args.filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined);
      for (const arg of field.args) {
        const others = needed.filter((it) => it !== arg).map((it) => `${it.name}: ${it.name === 'by' ? '[]' : '0.5'}, `);
        if (needed.some((it) => it !== arg && !['by', 'p'].includes(it.name))) continue;
        const leaf = getNamedType(field.type).getFields ? ' { __typename }' : '';
        take(arg.type, `${before}${field.name}(${others.join('')}${arg.name}: `, `)${leaf}${behind}`);
      }
      const named = getNamedType(field.type);
      if (depth > 0 && needed.length === 0 && named.getFields) {
        reach(named, `${before}${field.name} { `, ` }${behind}`, depth - 1);
      }
    }
  };
  reach(root, '{ ', ' }', 3);
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (!isInputObjectType(next)) continue;
    const { before, behind } = next.place;
    for (const field of Object.values(next.getFields())) {
      const others = Object.values(next.getFields()).filter(
        (it) => it !== field && isNonNullType(it.type) && it.defaultValue === undefined,
      );
      const filled = others.map((it) => `${it.name}: ${new Generator(new Random(1)).literal(it.type)}, `);
      take(field.type, `${before}{${filled.join('')}${field.name}: `, `}${behind}`);
    }
  }
  return [...found.values()];
}

/** Values of every kind, as GraphQL writes them. */
const LITERALS = [
  'null', 'true', '0', '-1', '1.0', '1e3', '2147483648', '9007199254740993', '1e400', '""', '"NAME"', '"2020-06-30"', 'NAME', '[]', '[[]]', '[null]', '{}', '{a: 1}', '[{}]',
];

/** The same as JSON has them, and some that only JSON can have. */
const JSONS = [null, true, 0, -1, 1.5, 1e3, -0, 2147483648, 1e15, '', 'NAME', '2020-06-30', '\u0000', [], [[]], [null], {}, { a: 1 }, [{}], [1, 'a']];

export async function coercion(url, { seed }) {
  const differences = [];
  const requests = [];
  for (const { type, before, behind } of places()) {
    const random = new Random(seed * 7919 + requests.length);
    const generator = new Generator(random);
    const named = getNamedType(type);
    const [right = [], wrong = []] = SCALARS[named.name] ?? [];
    const some = Array.from({ length: 6 }, () => generator.literal(type));
    generator.wrong = 30;
    const bad = Array.from({ length: 6 }, () => generator.literal(type));
    for (const literal of [...LITERALS, ...right, ...wrong, ...some, ...bad]) {
      requests.push({ document: `${before}${literal}${behind}` });
    }
    const jsons = [...JSONS];
    for (const text of [...right, ...wrong]) if (!/^[A-Z]+$/.test(text)) jsons.push(JSON.parse(String(text)));
    for (let i = 0; i < 6; i += 1) jsons.push(generator.json(type));
    for (const value of jsons) {
      requests.push({ document: `query($v: ${type}) ${before}$v${behind}`, variables: { v: value } });
    }
    // Declared otherwise: without what is wanted, with a default, as an item, as a list.
    const nullable = getNullableType(type);
    const item = isListType(nullable) ? nullable.ofType : type;
    for (const declared of [nullable, `${nullable}!`, `[${type}]`, item, `${nullable} = null`, `${nullable} = ${new Generator(new Random(2)).literal(type)}`, 'Int', 'String!']) {
      requests.push({ document: `query($v: ${declared}) ${before}$v${behind}` });
      requests.push({ document: `query($v: ${declared}) ${before}[$v]${behind}` });
    }
  }
  await each(requests, async (request) => {
    const oracle = verdict(request);
    const program = await made(url, request);
    if (!agree(oracle, program)) {
      differences.push(`graphql-js: ${oracle.is} ${oracle.why ?? ''}\n  program:    ${program.is} ${program.why ?? ''}\n  ${JSON.stringify(request)}`);
    }
  });
  return { checked: `${requests.length} values in ${places().length} places`, differences };
}
