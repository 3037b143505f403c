import type { Schema } from 'avsc';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * Makes a schema self-contained: the first use of a named type that `types` knows is replaced by its definition, as
 * Avro's parsers want it (Avro 1.11 "Names"). `types` maps simple names to definitions.
 */
export function resolveSchema(root: Json, types: ReadonlyMap<string, Json>): Schema {
  const defined = new Set<string>();
  const visit = (node: Json): Json => {
    if (typeof node === 'string') {
      const definition = types.get(node);
      return definition === undefined || defined.has(node) ? node : visit(definition);
    }
    if (Array.isArray(node)) return node.map(visit);
    if (node === null || typeof node !== 'object') return node;
    const name = node['name'];
    if (typeof name === 'string' && typeof node['type'] === 'string' && isNamed(node['type']))
      defined.add(name);
    const copy: { [name: string]: Json } = {};
    for (const [key, value] of Object.entries(node)) {
      if (key === 'type' || key === 'items' || key === 'values') copy[key] = visit(value);
      else if (key === 'fields' && Array.isArray(value)) copy[key] = value.map(visit);
      else copy[key] = value;
    }
    return copy;
  };
  return visit(root) as Schema;
}

function isNamed(type: string): boolean {
  return type === 'record' || type === 'enum' || type === 'fixed';
}

export type { Json };
