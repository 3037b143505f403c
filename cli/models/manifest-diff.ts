import type { Manifest } from '../../models/manifest.ts';

/** A field in which two manifests differ; null where one has none. */
export interface Difference {
  /** e.g. `input.size`, `files.weights.safetensors.sha256` */
  field: string;
  one: unknown;
  other: unknown;
}

/** In the order of the fields; the hash, which says only that they differ, is left out. */
export function manifestDiff(one: Manifest, other: Manifest): Difference[] {
  const [a, b] = [fieldsOf(one), fieldsOf(other)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((field) => field !== 'hash' && a.get(field) !== b.get(field))
    .map((field) => ({ field, one: a.get(field) ?? null, other: b.get(field) ?? null }));
}

/** Leaves by their path; entries of a list by their name or path where they have one, else by their place. */
function fieldsOf(value: unknown, path = '', into = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) {
    into.set(path, value);
    return into;
  }
  for (const [key, inner] of Object.entries(value))
    fieldsOf(inner, [path, Array.isArray(value) ? labelOf(inner, key) : key].filter(Boolean).join('.'), into);
  return into;
}

function labelOf(entry: unknown, place: string): string {
  const { name, path } = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<
    string,
    unknown
  >;
  return typeof name === 'string' ? name : typeof path === 'string' ? path : place;
}
