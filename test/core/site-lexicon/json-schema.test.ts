import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSchema, type JsonSchema } from '../../../core/site-lexicon/json-schema.ts';

const SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: { $ref: '#/$defs/small' },
    sizes: { type: 'array', minItems: 1, items: { type: 'integer', minimum: 1 } },
    side: { enum: ['LEFT', 'RIGHT'] },
    sure: { type: 'boolean' },
    at: { type: 'object', additionalProperties: { $ref: '#/$defs/small' } },
  },
  $defs: { small: { type: 'string', pattern: '^[a-z]+$' } },
};

const wrong = (value: unknown) => checkSchema(value, SCHEMA).map(({ where }) => where);

test('what follows the schema has nothing wrong', () =>
  assert.deepEqual(
    wrong({ name: 'a', sizes: [1, 2], side: 'LEFT', sure: true, at: { 'any place': 'b' } }),
    [],
  ));

test('each place that does not is named', () => {
  assert.deepEqual(wrong([]), ['(file)']);
  assert.deepEqual(wrong({}), ['name']);
  assert.deepEqual(wrong({ name: 'A' }), ['name']);
  assert.deepEqual(wrong({ name: 'a', sizes: [] }), ['sizes']);
  assert.deepEqual(wrong({ name: 'a', sizes: [1, 0, 1.5, '2'] }), ['sizes[1]', 'sizes[2]', 'sizes[3]']);
  assert.deepEqual(wrong({ name: 'a', side: 'UP', sure: 1, more: null }), ['side', 'sure', 'more']);
  assert.deepEqual(wrong({ name: 'a', at: { liver: 'B', lung: 'c' } }), ['at.liver']);
  assert.deepEqual(wrong(JSON.parse('{"name":"a","__proto__":1}')), ['__proto__']);
});
