/** `<` of code units, the one order of strings in a case: it depends on no locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * A total order of plain values (null, booleans, numbers, strings, bytes, arrays, objects), so that of two values that
 * should be equal and are not, every member of a group keeps the same one. Null is the least.
 */
export function compareValues(a: unknown, b: unknown): number {
  if (a === b) return 0;
  const byKind = kind(a) - kind(b);
  if (byKind !== 0) return byKind;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b);
  if (isObject(a) && isObject(b)) return compareLists(entries(a), entries(b));
  return 0;
}

/** The greater by `compareValues`. */
export function greater<T>(a: T, b: T): T {
  return compareValues(a, b) >= 0 ? a : b;
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function kind(value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'boolean') return 1;
  if (typeof value === 'number') return 2;
  if (typeof value === 'string') return 3;
  if (value instanceof Uint8Array) return 4;
  return Array.isArray(value) ? 5 : 6;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function entries(value: Record<string, unknown>): unknown[] {
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => compareText(a, b))
    .flat();
}
