// An endless list, as an application with Relay declares it: a root query, a paginated fragment, a row.

import { graphql } from 'relay-runtime';

export const screen = graphql`
  query agenciesScreenQuery($state: State, $count: Int!) {
    ...agencies_list @arguments(state: $state, count: $count)
  }
`;

export const list = graphql`
  fragment agencies_list on Query
  @argumentDefinitions(
    state: { type: "State" }
    count: { type: "Int", defaultValue: 50 }
    cursor: { type: "String" }
  )
  @refetchable(queryName: "agenciesPaginationQuery") {
    agencies(
      filter: { state: { eq: $state } }
      orderBy: [{ field: POPULATION, direction: DESC }, { field: NAME }]
      first: $count
      after: $cursor
    ) @connection(key: "agencies_list_agencies", filters: ["filter", "orderBy"]) {
      totalCount
      edges {
        node {
          id
          ...agencies_row
        }
      }
    }
  }
`;

export const row = graphql`
  fragment agencies_row on Agency {
    name
    kind
    population
  }
`;
