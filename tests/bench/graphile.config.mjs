// PostGraphile in the production setup of its manual, with the plugins that the queries of the benchmark need.

import { PgAggregatesPreset } from '@graphile/pg-aggregates';
import { makePgService } from 'postgraphile/adaptors/pg';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter';

const { DATABASE_URL: connectionString, CONNECTIONS: max } = process.env;

export default {
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset, PgAggregatesPreset],
  pgServices: [
    makePgService({ connectionString, schemas: ['public', 'bench'], poolConfig: { max: Number(max) } }),
  ],
  grafserv: { host: '127.0.0.1', port: 0, graphiql: false, watch: false },
};
