/**
 * As much of JSON Schema (draft 2020-12) as the lexicon's schema needs: type, enum, pattern, minimum, required, properties,
 * additionalProperties, items, minItems, and references to `$defs`. So the schema that editors use is the one that is checked.
 */
export interface JsonSchema {
  $ref?: string;
  type?: string;
  enum?: readonly unknown[];
  pattern?: string;
  minimum?: number;
  required?: readonly string[];
  properties?: Readonly<Record<string, JsonSchema>>;
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  minItems?: number;
  $defs?: Readonly<Record<string, JsonSchema>>;
}

export interface SchemaProblem {
  /** e.g. `findings[3].terms` */
  where: string;
  problem: string;
}

/** What in a value does not follow the schema; empty where all is well. */
export function checkSchema(
  value: unknown,
  schema: JsonSchema,
  where = '',
  root: JsonSchema = schema,
): SchemaProblem[] {
  const rule = resolve(schema, root);
  const wrong = (problem: string): SchemaProblem[] => [{ where: where === '' ? '(file)' : where, problem }];
  if (rule.enum !== undefined && !rule.enum.includes(value))
    return wrong(`must be one of ${rule.enum.join(', ')}`);
  if (rule.type !== undefined && !isOfType(value, rule.type)) return wrong(`must be of type ${rule.type}`);
  if (typeof value === 'string')
    return rule.pattern === undefined || new RegExp(rule.pattern, 'u').test(value)
      ? []
      : wrong(`"${value}" does not match ${rule.pattern}`);
  if (typeof value === 'number')
    return rule.minimum === undefined || value >= rule.minimum
      ? []
      : wrong(`must be at least ${rule.minimum}`);
  if (Array.isArray(value)) {
    if (value.length < (rule.minItems ?? 0)) return wrong(`must have at least ${rule.minItems} items`);
    const { items } = rule;
    if (items === undefined) return [];
    return value.flatMap((item, index) => checkSchema(item, items, `${where}[${index}]`, root));
  }
  return isObject(value) ? checkObject(value, rule, where, root) : [];
}

function checkObject(
  value: Readonly<Record<string, unknown>>,
  { required = [], properties = {}, additionalProperties }: JsonSchema,
  where: string,
  root: JsonSchema,
): SchemaProblem[] {
  const at = (name: string) => (where === '' ? name : `${where}.${name}`);
  const missing = required.filter((name) => !(name in value));
  const problems = missing.map((name) => ({ where: at(name), problem: 'is missing' }));
  for (const [name, item] of Object.entries(value)) {
    const other = typeof additionalProperties === 'object' ? additionalProperties : undefined;
    const schema = Object.hasOwn(properties, name) ? properties[name] : other;
    if (schema !== undefined) problems.push(...checkSchema(item, schema, at(name), root));
    else if (additionalProperties === false) problems.push({ where: at(name), problem: 'is not known' });
  }
  return problems;
}

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = schema.$ref?.replace('#/$defs/', '');
  return name === undefined ? schema : (root.$defs?.[name] ?? {});
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
