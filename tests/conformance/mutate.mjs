// Makes documents invalid: a mutator for each validation rule, and some for the syntax.

import { Kind, parse, print, visit } from 'graphql';

const TYPES = ['Agency', 'AgencyFilter', 'Grant', 'GrantConnection', 'Int', 'Node', 'GrantRecipient', 'Nope', 'String'];
const VALUES = [
  'null', 'true', '1', '1.0', '-0', '2147483648', '1e400', '"x"', '"""block"""', 'NAME', '[]', '[1, "x"]', '{}', '{eq: 1}',
  '{eq: NOPE}', '[[1]]', '"2020-2-3"', '[null]', '{and: [{}]}', '{id: "QWdlbmN5OjE", ori: "CA0194200"}', '[{field: NAME, field: STATE}]',
  '{not: {not: {}}}', '$nope', '"\\u0000"',
];

function name(value) {
  return { kind: Kind.NAME, value };
}

function nodes(ast, kinds, holds = () => true) {
  const found = [];
  visit(ast, {
    enter(node) {
      if (kinds.includes(node.kind) && holds(node)) found.push(node);
    },
  });
  return found;
}

/** Changes one node of some kinds, where there is one. */
function one(ast, random, kinds, change, holds) {
  const found = nodes(ast, kinds, holds);
  if (found.length > 0) change(random.pick(found));
}

function valueOf(text) {
  return parse(`{a(b: ${text})}`, { noLocation: true }).definitions[0].selectionSet.selections[0].arguments[0].value;
}

function definitionsOf(text) {
  return parse(text, { noLocation: true }).definitions;
}

const SETS = [Kind.SELECTION_SET];
const copy = (node) => structuredClone(node);

/** What breaks each rule, mostly. */
export const MUTATORS = {
  ExecutableDefinitionsRule: (ast, random) =>
    ast.definitions.push(...definitionsOf(random.pick(['type A { b: Int }', 'extend type Agency { b: Int }', 'scalar B', 'schema { query: Query }']))),
  UniqueOperationNamesRule(ast) {
    const operation = ast.definitions.find((it) => it.kind === Kind.OPERATION_DEFINITION);
    operation.name ??= name('Twice');
    ast.definitions.push(copy(operation));
  },
  LoneAnonymousOperationRule: (ast) => ast.definitions.push(...definitionsOf('{ __typename }')),
  KnownTypeNamesRule: (ast, random) =>
    one(ast, random, [Kind.NAMED_TYPE], (it) => {
      it.name = name(random.pick(TYPES));
    }),
  FragmentsOnCompositeTypesRule: (ast, random) =>
    one(ast, random, SETS, (it) =>
      it.selections.push(...definitionsOf(`{ ... on ${random.pick(['Int', 'AgencyFilter', 'State'])} { id } }`)[0].selectionSet.selections),
    ),
  VariablesAreInputTypesRule: (ast, random) =>
    one(ast, random, [Kind.OPERATION_DEFINITION], (it) => {
      (it.variableDefinitions ??= []).push(...definitionsOf('query($out: [Agency!]) { a }')[0].variableDefinitions);
    }),
  ScalarLeafsRule: (ast, random) =>
    one(ast, random, [Kind.FIELD], (it) => {
      it.selectionSet = it.selectionSet ? undefined : definitionsOf('{ id }')[0].selectionSet;
    }),
  FieldsOnCorrectTypeRule: (ast, random) =>
    one(ast, random, [Kind.FIELD], (it) => {
      it.name = name(random.pick(['nope', 'id', 'name', 'nodes', '__schema', '__type', '__typename', 'federalShare']));
    }),
  UniqueFragmentNamesRule(ast, random) {
    const fragment = ast.definitions.find((it) => it.kind === Kind.FRAGMENT_DEFINITION);
    if (fragment) ast.definitions.splice(random.below(ast.definitions.length), 0, copy(fragment));
  },
  KnownFragmentNamesRule: (ast, random) =>
    one(ast, random, SETS, (it) => it.selections.push({ kind: Kind.FRAGMENT_SPREAD, name: name('Nope'), directives: [] })),
  NoUnusedFragmentsRule: (ast) => ast.definitions.push(...definitionsOf('fragment Unused on Agency { id }')),
  PossibleFragmentSpreadsRule: (ast, random) =>
    one(ast, random, SETS, (it) =>
      it.selections.push(...definitionsOf(`{ ... on ${random.pick(['Agency', 'Grant', 'Query', 'Node'])} { __typename } }`)[0].selectionSet.selections),
    ),
  NoFragmentCyclesRule: (ast, random) =>
    one(ast, random, [Kind.FRAGMENT_DEFINITION], (it) => {
      // In the fragment itself, or anywhere below it.
      const sets = nodes(it, SETS);
      random.pick(sets).selections.push({ kind: Kind.FRAGMENT_SPREAD, name: copy(it.name), directives: [] });
    }),
  UniqueVariableNamesRule: (ast, random) =>
    one(ast, random, [Kind.OPERATION_DEFINITION], (it) => {
      const [first] = it.variableDefinitions ?? [];
      if (first) it.variableDefinitions.push(copy(first));
    }),
  NoUndefinedVariablesRule: (ast, random) =>
    random.chance(50)
      ? one(ast, random, [Kind.OPERATION_DEFINITION], (it) => {
          it.variableDefinitions = (it.variableDefinitions ?? []).slice(1);
        })
      : one(ast, random, [Kind.FIELD, Kind.INLINE_FRAGMENT, Kind.FRAGMENT_SPREAD], (it) => {
          it.directives = [...(it.directives ?? []), ...definitionsOf('{ a @include(if: $undefined) }')[0].selectionSet.selections[0].directives];
        }),
  NoUnusedVariablesRule: (ast, random) =>
    one(ast, random, [Kind.OPERATION_DEFINITION], (it) => {
      (it.variableDefinitions ??= []).push(...definitionsOf('query($unused: Int) { a }')[0].variableDefinitions);
    }),
  KnownDirectivesRule: (ast, random) =>
    one(
      ast,
      random,
      [Kind.FIELD, Kind.INLINE_FRAGMENT, Kind.FRAGMENT_SPREAD, Kind.OPERATION_DEFINITION, Kind.FRAGMENT_DEFINITION, Kind.VARIABLE_DEFINITION],
      (it) => {
        const directive = random.pick(['@nope', '@deprecated', '@skip(if: true)', '@oneOf', '@specifiedBy(url: "x")']);
        it.directives = [...(it.directives ?? []), ...definitionsOf(`{ a ${directive} }`)[0].selectionSet.selections[0].directives];
      },
    ),
  UniqueDirectivesPerLocationRule: (ast, random) =>
    one(ast, random, [Kind.FIELD, Kind.INLINE_FRAGMENT, Kind.FRAGMENT_SPREAD], (it) => {
      it.directives = definitionsOf('{ a @skip(if: false) @skip(if: true) }')[0].selectionSet.selections[0].directives;
    }),
  KnownArgumentNamesRule: (ast, random) =>
    one(ast, random, [Kind.FIELD, Kind.DIRECTIVE], (it) =>
      (it.arguments ??= []).push({ kind: Kind.ARGUMENT, name: name(random.pick(['nope', 'first', 'if', 'by'])), value: valueOf('1') }),
    ),
  UniqueArgumentNamesRule: (ast, random) =>
    one(
      ast,
      random,
      [Kind.FIELD, Kind.DIRECTIVE],
      (it) => it.arguments.push(copy(random.pick(it.arguments))),
      (it) => it.arguments?.length > 0,
    ),
  ValuesOfCorrectTypeRule: (ast, random) =>
    one(ast, random, [Kind.ARGUMENT, Kind.OBJECT_FIELD], (it) => {
      it.value = valueOf(random.pick(VALUES));
    }),
  ProvidedRequiredArgumentsRule: (ast, random) =>
    one(
      ast,
      random,
      [Kind.FIELD, Kind.DIRECTIVE],
      (it) => {
        it.arguments = [];
      },
      (it) => it.arguments?.length > 0,
    ),
  VariablesInAllowedPositionRule: (ast, random) =>
    one(ast, random, [Kind.VARIABLE_DEFINITION], (it) => {
      const { type } = it;
      it.type = random.pick([
        () => (type.kind === Kind.NON_NULL_TYPE ? type.type : { kind: Kind.NON_NULL_TYPE, type }),
        () => ({ kind: Kind.LIST_TYPE, type }),
        () => ({ kind: Kind.NAMED_TYPE, name: name(random.pick(['Int', 'String', 'AgencyFilter', 'State', 'ID'])) }),
      ])();
      if (random.chance(30)) it.defaultValue = valueOf(random.pick(VALUES.filter((value) => !value.includes('$'))));
    }),
  OverlappingFieldsCanBeMergedRule(ast, random) {
    const kind = random.below(4);
    if (kind === 0) {
      // Two fields of one set by one name.
      one(ast, random, SETS, (it) => {
        for (const field of it.selections) if (field.kind === Kind.FIELD && random.chance(70)) field.alias = name('same');
      });
      return;
    }
    one(
      ast,
      random,
      SETS,
      (it) => {
        const field = copy(random.pick(it.selections.filter((selection) => selection.kind === Kind.FIELD)));
        if (kind === 1) field.arguments = random.chance(50) ? [] : [{ kind: Kind.ARGUMENT, name: name('first'), value: valueOf(random.pick(['1', '2'])) }];
        if (kind === 2) {
          field.alias ??= name(field.name.value);
          field.name = name(random.pick(['id', '__typename', 'totalCount', 'name']));
          if (!field.selectionSet || random.chance(50)) field.selectionSet = undefined;
        }
        if (kind === 3 && field.arguments?.length > 0) random.pick(field.arguments).value = valueOf(random.pick(VALUES));
        const wrapped = { kind: Kind.INLINE_FRAGMENT, directives: [], selectionSet: { kind: Kind.SELECTION_SET, selections: [field] } };
        it.selections.push(random.chance(50) ? field : wrapped);
      },
      (it) => it.selections.some((selection) => selection.kind === Kind.FIELD),
    );
  },
  MaxIntrospectionDepthRule: (ast, random) =>
    one(ast, random, [Kind.OPERATION_DEFINITION], (it) => {
      const deep = (left) => (left === 0 ? '{ name }' : `{ fields { type ${deep(left - 1)} } }`);
      it.selectionSet.selections.push(...definitionsOf(`{ __type(name: "Agency") ${deep(1 + random.below(4))} }`)[0].selectionSet.selections);
    }),
  UniqueInputFieldNamesRule: (ast, random) =>
    one(
      ast,
      random,
      [Kind.OBJECT],
      (it) => it.fields.push(copy(random.pick(it.fields))),
      (it) => it.fields.length > 0,
    ),
};

/** A document with one thing changed that a mutator changes. */
export function mutated(document, mutator, random) {
  const ast = structuredClone(parse(document, { noLocation: true }));
  MUTATORS[mutator](ast, random);
  return print(ast);
}

const TOKEN = /"""[^]*?"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[^\s,]/g;
const OTHERS = [
  '{', '}', '(', ')', '[', ']', ':', '=', '!', '$', '@', '|', '&', '...', 'on', 'query', 'mutation', 'fragment', 'true', 'null', '"', '"""', '"\\q"',
  '"\\u{1F600}"', '"\\uD83D\\uDE00"', '"\\uD83D"', '"\\u{110000}"', '00', '01', '1.', '.5', '1e', '1a', '0x1', '-', '+1', '\u{feff}', '\u00a0', '#c\n', ',', '%', '\u0007', '"a\tb"',
  '"desc"', '"""\n  block\n"""', '1.5e+3', '-0', '1..2', '..', '$ v', '"\\u0000"', '\u2028', 'é', '\\', '`', '?', '<', ';', '"unended',
];

/** A document with a token or a few lost, doubled, swapped, made another, or put where none was. */
export function scrambled(document, random) {
  const tokens = document.match(TOKEN) ?? [];
  for (let i = random.chance(20) ? 2 : 1; i > 0; i -= 1) {
    const at = random.below(tokens.length);
    const other = random.below(tokens.length);
    [
      () => tokens.splice(at, 1),
      () => tokens.splice(at, 0, tokens[at]),
      () => ([tokens[at], tokens[other]] = [tokens[other], tokens[at]]),
      () => (tokens[at] = random.chance(50) ? tokens[other] : random.pick(OTHERS)),
      () => tokens.splice(at, 0, random.chance(30) ? tokens[other] : random.pick(OTHERS)),
    ][random.below(5)]();
  }
  // Without a space some tokens become one.
  return random.chance(25) ? tokens.join('') : tokens.join(random.pick([' ', '\n', ' # c\n', '\r\n', ',']));
}
