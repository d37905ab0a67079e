// The types of the leaves of an answer, by path.
//
// Dollars, years and counts are formatted and drawn differently. The answer alone does not show the type, since aliases
// rename fields, so it comes from the query and the schema.
import { getNamedType, isCompositeType, isEnumType, isInterfaceType, isObjectType, Kind, parse } from "graphql";
import type { FragmentDefinitionNode, GraphQLNamedType, GraphQLSchema, OperationDefinitionNode, SelectionSetNode } from "graphql";

export interface Leaf {
  /** The name of its scalar or enum. */
  readonly type: string;
  readonly isEnum: boolean;
  /** The name of its field, without regard to aliases. */
  readonly field: string;
  /** The type that has the field, such as `DollarsStats`. */
  readonly of: string;
}

/** The leaves of a query's answer, by dotted path; empty if the query does not parse. */
export function responseTypes(schema: GraphQLSchema, query: string, operationName: string | null): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const definitions = parsed(query);
  const operations = definitions.filter((definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION);
  const operation = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) return leaves;
  const fragments = new Map(
    definitions.filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION).map((fragment) => [fragment.name.value, fragment]),
  );
  walk({ schema, fragments, leaves }, operation.selectionSet, root, [], new Set());
  return leaves;
}

function parsed(query: string) {
  try {
    return parse(query).definitions;
  } catch {
    return [];
  }
}

interface Walk {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly leaves: Map<string, Leaf>;
}

function walk(context: Walk, { selections }: SelectionSetNode, parent: GraphQLNamedType, path: readonly string[], inside: ReadonlySet<string>): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[selection.name.value] : undefined;
      if (!field) continue;
      const type = getNamedType(field.type);
      const here = [...path, (selection.alias ?? selection.name).value];
      if (selection.selectionSet) walk(context, selection.selectionSet, type, here, inside);
      else context.leaves.set(here.join("."), { type: type.name, isEnum: isEnumType(type), field: selection.name.value, of: parent.name });
      continue;
    }
    const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
    const name = isSpread ? selection.name.value : "";
    // A fragment that spreads itself is invalid, and would never end.
    const fragment = isSpread ? (inside.has(name) ? undefined : context.fragments.get(name)) : selection;
    if (!fragment) continue;
    const on = fragment.typeCondition ? context.schema.getType(fragment.typeCondition.name.value) : parent;
    if (on && isCompositeType(on)) walk(context, fragment.selectionSet, on, path, isSpread ? new Set([...inside, name]) : inside);
  }
}
