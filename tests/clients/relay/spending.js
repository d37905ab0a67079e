// Measures and groups, which page like any other connection.

import { graphql } from 'relay-runtime';

export const screen = graphql`
  query spendingScreenQuery($filter: GrantFilter) {
    grants(filter: $filter) {
      totals {
        federalShare {
          sum
          median
        }
      }
    }
    ...spending_groups @arguments(filter: $filter)
  }
`;

export const groups = graphql`
  fragment spending_groups on Query
  @argumentDefinitions(
    filter: { type: "GrantFilter" }
    count: { type: "Int", defaultValue: 20 }
    cursor: { type: "String" }
  )
  @refetchable(queryName: "spendingGroupsQuery") {
    grants(filter: $filter) {
      groups(by: [AGENCY_STATE, FISCAL_YEAR], first: $count, after: $cursor)
        @connection(key: "spending_groups_groups", filters: ["by"]) {
        edges {
          node {
            key {
              agencyState
              fiscalYear
            }
            count
            federalShare {
              sum
            }
          }
        }
      }
    }
  }
`;
