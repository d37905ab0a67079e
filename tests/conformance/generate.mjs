// Random documents that fit the schema, mostly, with the values of their variables.

import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';

import { schema } from './oracle.mjs';

/** How deep a random document goes, below which only leaves are selected. */
const DEEPEST = 4;

/** Values of each scalar as GraphQL and as JSON write them: first some that are right, then some that are not. */
export const SCALARS = {
  Int: [[0, 5, -1, 2147483647], [2147483648, 1.5, '"5"', true]],
  Float: [[0, 0.5, -3, 1e10], ['"x"', false]],
  String: [['"a"', '""', '"b\\n\\u00e9"'], [5, true, 'NAME', '"\\u0000"']],
  Boolean: [[true, false], [0, '"true"']],
  ID: [['"QWdlbmN5OjE"', 12, '"x"'], [1.5, true, 'NAME']],
  BigInt: [[0, 9007199254740993, '"12"'], [1.5, '"1e3"', true, '"99999999999999999999"']],
  Date: [['"2020-06-30"', '"2024-02-29"'], ['"2020-2-3"', '"2021-02-29"', '"0000-01-01"', '"12020-01-01"', 5, '""']],
  DateTime: [['"2020-06-30T12:00:00Z"', '"2020-06-30T12:00:00.25+02:00"'], ['"2020-06-30"', '"2020-06-30 12:00:00Z"', 7]],
  Dollars: [[0, 250000, 12.5, '"1250000.50"'], [1.005, '"$5"', '"1,000"', true]],
  Figure: [[1, 2.25], ['"x"', 0.001]],
  Hours: [[8, 1.5], [1.55, '"h"']],
  IndexPoints: [[100.125], [100.0001, '"p"']],
  Officers: [[1, 0.5], [0.25, '"o"']],
  Ori: [['"CA0194200"', '"CA01942"'], ['"ca0194200"', '"CA 019420"', 5, '""']],
  State: [['"CA"', '"PR"'], ['"ca"', '"XX"', '" CA"', 6]],
};

/** Makes one document after another. */
export class Generator {
  /** Percent of scalar values that are not right. */
  wrong = 0;

  constructor(random) {
    this.random = random;
  }

  document() {
    const { random } = this;
    this.fragments = [];
    this.spreadable = 0;
    const count = random.chance(10) ? 2 : 1;
    const operations = [];
    for (let i = 0; i < count; i += 1) operations.push(this.operation(count > 1 ? `Q${i}` : ''));
    const [{ variables }] = operations;
    const texts = [...operations.map((it) => it.text), ...this.fragments.map((it) => it.text)];
    return {
      document: texts.join('\n'),
      variables,
      operationName: count > 1 ? 'Q0' : undefined,
    };
  }

  operation(name) {
    const { random } = this;
    this.variables = [];
    this.values = {};
    const body = this.set(schema.getQueryType(), 0);
    const named = name || (random.chance(30) ? 'Named' : '');
    const declared = this.variables.map((it) => it.text).join(', ');
    const head = declared || named ? `query ${named}${declared ? `(${declared})` : ''} ` : '';
    return { text: `${head}${body}`, variables: this.values };
  }

  /** A selection set of a type. */
  set(type, depth) {
    const { random } = this;
    const most = depth === 0 ? 3 : 4;
    const parts = [];
    if (isAbstractType(type)) {
      if (random.chance(50)) parts.push('__typename');
      if (type.getFields && random.chance(50)) parts.push(this.field(type, type.getFields().id, depth));
      const members = random.some(schema.getPossibleTypes(type), 2);
      for (const of of members) parts.push(`... on ${of.name} ${this.set(of, depth + 1)}`);
      return `{ ${parts.join(' ')} }`;
    }
    const fields = Object.values(type.getFields());
    const leaves = fields.filter((field) => !isCompositeType(getNamedType(field.type)));
    const usable = depth >= DEEPEST && leaves.length > 0 ? leaves : fields;
    for (const field of random.some(usable, most)) parts.push(this.field(type, field, depth));
    if (random.chance(8)) parts.push(`__typename${this.directives()}`);
    if (depth === 0 && random.chance(5)) parts.push(this.introspection());
    if (random.chance(10)) {
      const inner = this.set(type, depth + 1);
      const on = random.pick(['', ` on ${type.name}`]);
      parts.push(`...${on}${this.directives()} ${inner}`);
    }
    // Fragments are made here, so that they share the variables of the operation.
    if (random.chance(8) && this.spreadable < 6) {
      this.spreadable += 1;
      const name = `F${this.fragments.length}x${random.below(1000)}`;
      const holder = { text: '' };
      this.fragments.push(holder);
      holder.text = `fragment ${name} on ${type.name}${this.directives()} ${this.set(type, depth + 1)}`;
      // Directives of a definition are refused: they are for spreads.
      holder.text = holder.text.replace(/ @(skip|include)\(if: [^)]*\)(?= \{)/, '');
      for (let i = random.chance(30) ? 2 : 1; i > 0; i -= 1) parts.push(`...${name}${this.directives()}`);
    }
    return `{ ${parts.join(random.pick([' ', ', ', '\n']))} }`;
  }

  /** A question about the schema itself. */
  introspection() {
    const { random } = this;
    const inner = (depth) => {
      const leaves = random.some(['name', 'kind', 'description', 'isOneOf', 'specifiedByURL', '__typename'], 3);
      if (depth > 2 || random.chance(40)) return `{ ${leaves.join(' ')} }`;
      const lists = [
        `fields(includeDeprecated: ${this.value(parseType('Boolean'), 0)}) { name type ${inner(depth + 1)} }`,
        `interfaces ${inner(depth + 1)}`,
        `ofType ${inner(depth + 1)}`,
        'enumValues { name isDeprecated deprecationReason }',
        `inputFields { name defaultValue type ${inner(depth + 1)} }`,
        `possibleTypes ${inner(depth + 2)}`,
      ];
      return `{ ${[...leaves, ...random.some(lists, 2)].join(' ')} }`;
    };
    return random.pick([
      () => `__type(name: ${this.value(parseType('String!'), 0)}) ${inner(0)}`,
      () => `s: __schema { ${random.pick(['description', 'queryType', 'types', 'directives'])} }`.replace(
        /(queryType|types) /,
        (_, field) => `${field} ${inner(1)} `,
      ).replace('directives ', 'directives { name isRepeatable locations args { name type { name } } } '),
    ])();
  }

  field(type, field, depth) {
    const { random } = this;
    const alias = random.chance(12) ? `${random.pick(['a', 'b', 'c', field.name])}: ` : '';
    const given = field.args.filter((arg) => required(arg) || random.chance(depth < 2 ? 30 : 12));
    const args = given.map((arg) => `${arg.name}: ${this.value(arg.type, 0, arg)}`);
    const named = getNamedType(field.type);
    const inner = isCompositeType(named) ? ` ${this.set(named, depth + 1)}` : '';
    return `${alias}${field.name}${args.length ? `(${args.join(', ')})` : ''}${this.directives()}${inner}`;
  }

  directives() {
    const { random } = this;
    if (!random.chance(5)) return '';
    const value = random.chance(50) ? random.pick(['true', 'false']) : this.variable('Boolean!');
    return ` @${random.pick(['skip', 'include'])}(if: ${value})`;
  }

  /** A variable of a type, declared so that it may stand there, and perhaps with a default or no value. */
  variable(type) {
    const { random } = this;
    const before = this.variables.filter((it) => it.type === type);
    if (before.length > 0 && random.chance(30)) return `$${random.pick(before).name}`;
    const name = `v${this.variables.length}`;
    // Its place is taken now: a default may not declare another.
    const known = { name, type, text: '' };
    this.variables.push(known);
    const of = parseType(type);
    const fallback = random.chance(25) ? ` = ${this.literal(of)}` : '';
    const loose = type.endsWith('!') && fallback && !fallback.includes('null') ? type.slice(0, -1) : type;
    known.text = `$${name}: ${loose}${fallback}`;
    if (!fallback || random.chance(50)) {
      // A null where there must be a value is refused when the request runs, which the oracle does not do.
      const isLoose = !loose.endsWith('!') && type.endsWith('!');
      if (type.endsWith('!') || random.chance(70)) this.values[name] = this.json(of) ?? (isLoose ? undefined : null);
    }
    return `$${name}`;
  }

  /** A value in its place: a literal, with variables in it, or a variable. */
  value(type, depth, place) {
    const { random } = this;
    const named = getNamedType(type);
    const asWhole = isInputObjectType(named) ? 12 : 18;
    if (random.chance(asWhole)) {
      const nullable = isNonNullType(type) && place?.defaultValue !== undefined ? String(type).slice(0, -1) : String(type);
      return this.variable(nullable);
    }
    return this.literal(type, depth, (of, deeper, field) => this.value(of, deeper, field));
  }

  /** A literal of a type, whose parts `part` makes. */
  literal(type, depth = 0, part = (of, deeper) => this.literal(of, deeper)) {
    const { random } = this;
    if (!isNonNullType(type) && random.chance(4)) return 'null';
    const of = getNullableType(type);
    if (isListType(of)) {
      if (random.chance(15)) return part(of.ofType, depth);
      const items = Array.from({ length: random.below(3) }, () => part(of.ofType, depth + 1));
      return `[${items.join(random.pick([', ', ' ']))}]`;
    }
    if (isInputObjectType(of)) {
      const fields = this.fieldsOf(of, depth);
      const given = fields.map((field) => {
        // The one field of an object that has one may be no null.
        const wants = of.isOneOf ? nonNull(field.type) : field.type;
        return `${field.name}: ${part(wants, depth + 1, field)}`;
      });
      return `{${given.join(', ')}}`;
    }
    if (isEnumType(of)) {
      return random.chance(this.wrong) ? random.pick(['NOPE', '"NAME"', '1']) : random.pick(of.getValues()).name;
    }
    const [right, wrong] = SCALARS[of.name] ?? [['"json"'], ['"json"']];
    return String(random.pick(random.chance(this.wrong) ? wrong : right));
  }

  /** The same as JSON. */
  json(type, depth = 0) {
    const { random } = this;
    if (!isNonNullType(type) && random.chance(4)) return null;
    const of = getNullableType(type);
    if (isListType(of)) {
      if (random.chance(15)) return this.json(of.ofType, depth);
      return Array.from({ length: random.below(3) }, () => this.json(of.ofType, depth + 1));
    }
    if (isInputObjectType(of)) {
      const fields = this.fieldsOf(of, depth);
      return Object.fromEntries(
        fields.map((field) => [field.name, this.json(of.isOneOf ? nonNull(field.type) : field.type, depth + 1)]),
      );
    }
    if (isEnumType(of)) return random.chance(this.wrong) ? random.pick(['NOPE', 1, true]) : random.pick(of.getValues()).name;
    const [right, wrong] = SCALARS[of.name] ?? [['"json"'], ['"json"']];
    const text = String(random.pick(random.chance(this.wrong) ? wrong : right));
    return /^[A-Z]+$/.test(text) ? text : JSON.parse(text);
  }

  /** The fields of an input object that are given. */
  fieldsOf(of, depth) {
    const { random } = this;
    const fields = Object.values(of.getFields());
    if (of.isOneOf) return [random.pick(fields)];
    const flat = depth > 3 ? fields.filter((field) => !isInputObjectType(getNamedType(field.type))) : fields;
    const some = flat.length > 0 ? random.some(flat, 2) : [];
    return fields.filter((field) => required(field) || some.includes(field));
  }
}

function required(place) {
  return isNonNullType(place.type) && place.defaultValue === undefined;
}

function nonNull(type) {
  return parseType(`${getNullableType(type)}!`);
}

const types = new Map();

/** The type that a text names. */
function parseType(text) {
  if (!types.has(text)) types.set(text, made(text));
  return types.get(text);
}

import { GraphQLList, GraphQLNonNull } from 'graphql';

function made(text) {
  if (text.endsWith('!')) return new GraphQLNonNull(parseType(text.slice(0, -1)));
  if (text.startsWith('[')) return new GraphQLList(parseType(text.slice(1, -1)));
  return schema.getType(text);
}
