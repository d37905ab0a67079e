// The rules of graphql-eslint for the schema: all rules for schemas and for Relay, with these exceptions.

import plugin from '@graphql-eslint/eslint-plugin';
import { SCHEMA } from './scratch.js';

const EXCEPT = {
  // Fields stand in the order in which one reads of them; types are in alphabetical order anyway.
  'alphabetize': 'off',
  // A list is never missing. That an error in one takes the others of the request with it is what the
  // specification says, and dashboards are glad not to test each list for null.
  'require-nullable-result-in-root': 'off',
  // What is deprecated says what to ask instead, and goes with a version, not on a day.
  'require-deprecation-date': 'off',
  // Rows have ids. What is made for one answer has none: connections, groups, keys, statistics, and what changed between two
  // revisions: by an id, a client would keep two versions of a row as one.
  'strict-id-in-types': ['error', {
    exceptions: {
      types: [
        'BandEdges', 'ChangeFieldCount', 'ChangeKindCount', 'ClusteredEstimate', 'ColumnQuality', 'Correlation', 'Dataset',
        'DatasetCitation', 'DifferenceByYearsSince', 'DifferenceEffect', 'DifferenceInDifferences', 'DifferenceOfCohort', 'FacetValue',
        'KeyText', 'Overlap', 'PageInfo', 'PreTrendTest', 'TableCount', 'ValueLabel',
      ],
      // What is computed of rows, and what groups come to.
      suffixes: [
        'Bin', 'Change', 'Connection', 'Edge', 'Facet', 'Group', 'GroupKey', 'Measures', 'OnDay', 'Stats', 'Summary', 'Version',
        'Window',
      ],
    },
  }],
  // There is no mutation; what loads change can be subscribed to.
  'no-root-type': ['error', { disallow: ['mutation'] }],
  // Connections have `nodes` beside `edges`, and organizations have former names. Groups are not rows, so
  // the nodes of their edges are no `Node`; that all others are one is a test of its own.
  'relay-edge-types': ['error', {
    withEdgeSuffix: true,
    shouldImplementNode: false,
    listTypeCanWrapOnlyEdgeType: false,
  }],
  // What changed is read from its beginning, like groups.
  'relay-arguments': ['error', { includeBoth: false }],
};

const all = { ...plugin.configs['flat/schema-all'].rules, ...plugin.configs['flat/schema-relay'].rules };
for (const [rule, setting] of Object.entries(EXCEPT)) all[`@graphql-eslint/${rule}`] = setting;

export default [
  {
    files: ['**/*.graphql'],
    plugins: { '@graphql-eslint': plugin },
    languageOptions: {
      parser: plugin.parser,
      parserOptions: { graphQLConfig: { schema: SCHEMA } },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true },
    rules: all,
  },
];
