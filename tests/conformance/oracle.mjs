// The verdict of graphql-js on a request, with schema.graphql and the rules of this API's own scalars.

import { readFileSync } from 'node:fs';
import {
  GraphQLError,
  Kind,
  buildSchema,
  getOperationAST,
  getVariableValues,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
// Not a part of the package's surface, and the only way to coerce the values of variables without running.
import { getVariableValues as coerce } from 'graphql/execution/values.js';

void getVariableValues;

/** Each scalar's own rule, written from its description and not from the program. */
const DECIMALS = { BigInt: 0, Dollars: 2, Figure: 2, Hours: 1, IndexPoints: 3, Officers: 1 };
const STATES = new Set(
  'AK AL AR AS AZ CA CO CT DC DE FL FM GA GU HI IA ID IL IN KS KY LA MA MD ME MH MI MN MO MP MS MT NC ND NE NH NJ NM NV NY OH OK OR PA PR PW RI SC SD TN TX UT VA VI VT WA WI WV WY'.split(
    ' ',
  ),
);

function refuse(reason) {
  throw new GraphQLError(reason);
}

function isDay(year, month, day) {
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const RULES = {
  Date(text) {
    const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
    return year !== undefined && isDay(+year, +month, +day);
  },
  DateTime(text) {
    const shape =
      /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
    const [, year, month, day] = shape.exec(text) ?? [];
    return year !== undefined && isDay(+year, +month, +day);
  },
  State: (text) => STATES.has(text),
  Ori: (text) => /^([0-9A-Z]{7}|[0-9A-Z]{9})$/.test(text),
};

/** The digits of a decimal number, as a whole number of its smallest unit; undefined where it is none. */
function units(text, decimals) {
  const [, sign, whole, , fraction = ''] = /^(-?)(\d+)(\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined || /[1-9]/.test(fraction.slice(decimals))) return undefined;
  const value = BigInt(sign + whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
  const most = 2n ** 63n;
  return value >= -most && value < most ? value : undefined;
}

function isDecimal(decimals, value) {
  if (typeof value === 'string') return units(value, decimals) !== undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (!Number.isInteger(value) && Math.abs(value) * 10 ** decimals >= 1e15) return false;
  const text = String(value);
  return !text.includes('e') && units(text, decimals) !== undefined;
}

function rule(name) {
  const decimals = DECIMALS[name];
  if (decimals !== undefined) return (value) => isDecimal(decimals, value);
  return (value) => typeof value === 'string' && RULES[name](value);
}

export const schema = buildSchema(
  readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'),
);
for (const name of [...Object.keys(DECIMALS), ...Object.keys(RULES)]) {
  const holds = rule(name);
  const type = schema.getType(name);
  type.parseValue = (value) => (holds(value) ? value : refuse(`${value} is no ${name}`));
  type.parseLiteral = (node) => {
    const isNumber = node.kind === Kind.INT || node.kind === Kind.FLOAT;
    if (isNumber && decimals(name) && !/e/i.test(node.value)) {
      return units(node.value, DECIMALS[name]) === undefined
        ? refuse(`${node.value} is no ${name}`)
        : node.value;
    }
    const value = isNumber ? Number(node.value) : node.kind === Kind.STRING ? node.value : undefined;
    return holds(value) ? value : refuse(`this is no ${name}`);
  };
}
// No text of this API has the character U+0000.
for (const name of ['String', 'ID']) {
  const type = schema.getType(name);
  const { parseValue, parseLiteral } = type;
  const without = (value) =>
    typeof value === 'string' && value.includes('\0') ? refuse('U+0000') : value;
  type.parseValue = (value) => without(parseValue.call(type, value));
  type.parseLiteral = (node, variables) => without(parseLiteral.call(type, node, variables));
}

function decimals(name) {
  return DECIMALS[name] !== undefined;
}

/** The rules that graphql-js validates by, by name. */
export const ruleNames = specifiedRules.map((rule) => rule.name);

/**
 * What graphql-js says of a request: `valid`, `syntax error`, `invalid`, `no such operation` or `bad variables`; of an
 * invalid one also by which rules.
 */
export function verdict({ document, variables = {}, operationName }) {
  let parsed;
  try {
    parsed = parse(document);
  } catch (error) {
    return { is: 'syntax error', why: error.message };
  }
  const wrong = errorsOf(parsed, undefined, 3);
  if (wrong.length > 0) return { is: 'invalid', why: wrong[0].message, parsed };
  if (skipsSubscription(parsed)) return { is: 'invalid', why: '@skip or @include at the root of a subscription', parsed };
  const operation = getOperationAST(parsed, operationName);
  if (!operation) return { is: 'no such operation', why: 'graphql-js finds none' };
  const { errors } = coerce(schema, operation.variableDefinitions ?? [], variables);
  if (errors) return { is: 'bad variables', why: errors[0].message };
  return { is: 'valid', operation: operation.operation };
}

/** Whether the root of a subscription has `@skip` or `@include`, which September 2025 forbids and graphql-js 16 allows. */
function skipsSubscription({ definitions }) {
  const skips = ({ kind, name, directives, selectionSet }) => {
    if (directives.some((directive) => ['skip', 'include'].includes(directive.name.value))) return true;
    if (kind === Kind.INLINE_FRAGMENT) return selectionSet.selections.some(skips);
    if (kind !== Kind.FRAGMENT_SPREAD) return false;
    const fragment = definitions.find((it) => it.kind === Kind.FRAGMENT_DEFINITION && it.name.value === name.value);
    return fragment.selectionSet.selections.some(skips);
  };
  return definitions.some(({ operation, selectionSet }) => operation === 'subscription' && selectionSet.selections.some(skips));
}

/**
 * The errors of a document. The rule for subscriptions evaluates `@skip` and `@include`, and throws if a variable in
 * them is not defined, which is an error of the document, too.
 */
function errorsOf(parsed, rules, maxErrors) {
  try {
    return validate(schema, parsed, rules, { maxErrors });
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** The rules that an invalid document breaks. */
export function broken(parsed) {
  return specifiedRules
    .filter((rule) => errorsOf(parsed, [rule], 1).length > 0)
    .map((rule) => rule.name);
}
