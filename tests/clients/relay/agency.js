// One object and a list inside it, which is refetched through `node`: in both directions.

import { graphql } from 'relay-runtime';

export const screen = graphql`
  query agencyScreenQuery($id: ID!) {
    agency(by: { id: $id }) {
      ...agency_details
      ...agency_grants
    }
  }
`;

export const details = graphql`
  fragment agency_details on Agency @refetchable(queryName: "agencyDetailsQuery") {
    id
    name
    population
  }
`;

export const grants = graphql`
  fragment agency_grants on Agency
  @argumentDefinitions(
    first: { type: "Int", defaultValue: 2 }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  )
  @refetchable(queryName: "agencyGrantsQuery") {
    grants(
      orderBy: [{ field: OBLIGATED_ON }]
      first: $first
      after: $after
      last: $last
      before: $before
    ) @connection(key: "agency_grants_grants", filters: ["orderBy"]) {
      edges {
        node {
          id
          federalShare
          recipient {
            __typename
            ... on Agency {
              agencyName: name
            }
            ... on Organization {
              organizationName: name
            }
          }
        }
      }
    }
  }
`;
