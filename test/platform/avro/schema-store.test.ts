import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ReportReceived } from '../../../core/radiology/events.ts';
import { reportLabeled } from '../../../harness/event-fixture.ts';
import { codec } from '../../../platform/avro/codec.ts';
import {
  MAX_GIVEN_UP_SCHEMAS,
  MAX_LEARNED_LENGTH,
  MAX_LEARNED_SCHEMAS,
  MAX_SCHEMA_DEPTH,
  MAX_SCHEMA_ID,
  MAX_SCHEMA_LENGTH,
} from '../../../platform/avro/limits.ts';
import { SchemaStore } from '../../../platform/avro/schema-store.ts';
import { wireHeader } from '../../../platform/avro/wire-format.ts';
import { addField, addSymbol, type NewerBuild, newerBuild } from '../../support/newer-build.ts';

const EVENT = 'report-received';
const reportReceived = reportLabeled().received;
const ID = 9001;

describe('records of a newer build', () => {
  let newer: NewerBuild;

  before(async () => {
    newer = await newerBuild({ [EVENT]: addField('added', 'string', 'nothing') }, ID);
  });
  after(() => newer.remove());

  const written = () =>
    codec<ReportReceived & { added: string }>(EVENT, newer.store).encode({
      ...reportReceived,
      added: 'more',
    });
  const schemaText = () => JSON.stringify(newer.store.newest(EVENT).json);

  test('wait until their schema is known, and are then read without what is new', () => {
    const store = new SchemaStore();
    const older = codec<ReportReceived>(EVENT, store);
    assert.equal(store.isKnown(ID), false);
    assert.throws(() => older.decode(written()), { code: 'SCHEMA_UNKNOWN', kind: 'retry', schemaId: ID });
    store.learn(ID, schemaText());
    assert.equal(store.isKnown(ID), true);
    const { added, ...read } = { added: undefined, ...older.decode(written()) };
    assert.equal(added, undefined);
    assert.deepEqual(JSON.stringify(read), JSON.stringify({ ...older.decode(older.encode(reportReceived)) }));
  });

  test('are written by this build under its own schema still', () => {
    const store = new SchemaStore();
    store.learn(ID, schemaText());
    const mine = codec<ReportReceived>(EVENT, store).encode(reportReceived);
    assert.equal(mine.readUInt32BE(1), new SchemaStore().newest(EVENT).id);
  });

  test('cut off are no events, although their schema is known', () => {
    const store = new SchemaStore();
    store.learn(ID, schemaText());
    const bytes = written();
    assert.throws(() => codec(EVENT, store).decode(bytes.subarray(0, bytes.length - 3)), {
      code: 'EVENT_UNREADABLE',
    });
  });

  test('are of another event: no events of this topic, and nothing is waited for', () => {
    const store = new SchemaStore();
    store.learn(ID, schemaText());
    assert.throws(() => codec('dead-letter', store).decode(written()), { code: 'EVENT_UNREADABLE' });
    store.learn(ID + 1, '{"type":"record","name":"Other","fields":[]}');
    assert.throws(() => codec(EVENT, store).decode(wireHeader(ID + 1)), { code: 'EVENT_UNREADABLE' });
  });

  test('whose schema this build cannot resolve wait for the newer build', async () => {
    const symbol = await newerBuild({ [EVENT]: addSymbol('ReportStatus', 'DICTATED') }, ID);
    const store = new SchemaStore();
    store.learn(ID, JSON.stringify(symbol.store.newest(EVENT).json));
    symbol.remove();
    assert.deepEqual([store.isKnown(ID), store.isTooNew(ID)], [false, true]);
    assert.throws(() => codec(EVENT, store).decode(wireHeader(ID)), { code: 'SCHEMA_UNKNOWN' });
  });

  test('with a new symbol of an enum are read as its default, where the older build has one', async () => {
    const fallback = addSymbol('ReportStatus', '', 'FINAL');
    const first = await newerBuild({ [EVENT]: fallback }, ID);
    const second = await newerBuild(
      {
        [EVENT]: (schema) => {
          fallback(schema);
          addSymbol('ReportStatus', 'DICTATED')(schema);
        },
      },
      ID + 100,
    );
    const { id, json } = second.store.newest(EVENT);
    const bytes = codec(EVENT, second.store).encode({ ...reportReceived, status: 'DICTATED' });
    first.store.learn(id, JSON.stringify(json));
    assert.equal(codec<ReportReceived>(EVENT, first.store).decode(bytes).status, 'FINAL');
    for (const { remove } of [first, second]) remove();
  });

  test('are given up by an operator: no events, unless the schema comes after all', () => {
    const store = new SchemaStore();
    store.giveUp(ID);
    assert.equal(store.isKnown(ID), true);
    assert.throws(() => codec(EVENT, store).decode(written()), { code: 'EVENT_UNREADABLE' });
    store.learn(ID, schemaText());
    assert.equal(codec<ReportReceived>(EVENT, store).decode(written()).caseId, reportReceived.caseId);
    store.giveUp(ID);
    assert.equal(codec<ReportReceived>(EVENT, store).decode(written()).caseId, reportReceived.caseId);
  });
});

describe('a schema that is learnt', () => {
  const small = (name: string) => JSON.stringify({ type: 'record', name, fields: [] });

  test('under an id of ours is ours, or a clash', () => {
    const store = new SchemaStore();
    const { id, json } = store.newest(EVENT);
    const withoutDocs = JSON.stringify(json, (name, value: unknown) =>
      ['doc', 'phi'].includes(name) ? undefined : value,
    );
    store.learn(id, withoutDocs);
    assert.throws(() => store.learn(id, small('Other')), { code: 'SCHEMA_CLASH', kind: 'fatal' });
  });

  test('is the newest that was told of its id', () => {
    const store = new SchemaStore();
    const bytes = Buffer.concat([wireHeader(ID), Buffer.from([1])]);
    store.learn(ID, small('First'));
    assert.throws(() => codec('dead-letter', store).decode(bytes), { code: 'EVENT_UNREADABLE' });
    store.learn(ID, small('org.interleave.Second'));
    assert.equal(store.byId(ID).type.name, 'org.interleave.Second');
  });

  test('MAX_SCHEMA_LENGTH, MAX_SCHEMA_ID: what is no schema, or larger than one, is refused', () => {
    const store = new SchemaStore();
    const padded = `${' '.repeat(MAX_SCHEMA_LENGTH - small('A').length)}${small('A')}`;
    store.learn(MAX_SCHEMA_ID, padded);
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const code = `{"type":"record","name":"A","fields":[{"name":"a;process.exit(9)","type":"int"}]}`;
    for (const [id, text] of [
      [MAX_SCHEMA_ID, ` ${padded}`],
      [MAX_SCHEMA_ID + 1, small('A')],
      [0, small('A')],
      [ID, 'no JSON'],
      [ID, '{"type":"recod"}'],
      [ID, deep],
      [ID, code],
    ] as const)
      assert.throws(() => store.learn(id, text), { code: 'SCHEMA_INVALID' });
    assert.equal(store.isKnown(ID), false);
  });

  test('MAX_SCHEMA_DEPTH: one that nests deeper is refused before it costs time', () => {
    const store = new SchemaStore();
    const nested = (depth: number) =>
      `${'{"type":"array","items":'.repeat(depth - 1)}{"type":"int"}${'}'.repeat(depth - 1)}`;
    store.learn(ID, nested(MAX_SCHEMA_DEPTH));
    for (const depth of [MAX_SCHEMA_DEPTH + 1, 10_000])
      assert.throws(() => store.learn(ID + 1, nested(depth)), { code: 'SCHEMA_INVALID' });
  });

  test('MAX_LEARNED_SCHEMAS: more are left out, and what is known stays known', () => {
    const store = new SchemaStore();
    for (let i = 0; i < MAX_LEARNED_SCHEMAS; i++) store.learn(ID + i, small('A'));
    assert.throws(() => store.learn(ID + MAX_LEARNED_SCHEMAS, small('A')), { code: 'REGISTER_TOO_LARGE' });
    store.learn(ID, small('B'));
    assert.equal(store.isKnown(ID + MAX_LEARNED_SCHEMAS - 1), true);
  });

  test('MAX_LEARNED_LENGTH: more characters are left out', () => {
    const store = new SchemaStore();
    const padded = `${' '.repeat(MAX_SCHEMA_LENGTH - small('A').length)}${small('A')}`;
    const fitting = MAX_LEARNED_LENGTH / MAX_SCHEMA_LENGTH;
    for (let i = 0; i < fitting; i++) store.learn(ID + i, padded);
    assert.throws(() => store.learn(ID + fitting, small('A')), { code: 'REGISTER_TOO_LARGE' });
  });

  test('MAX_GIVEN_UP_SCHEMAS: more are left out', () => {
    const store = new SchemaStore();
    for (let i = 0; i < MAX_GIVEN_UP_SCHEMAS; i++) store.giveUp(ID + i);
    assert.throws(() => store.giveUp(ID + MAX_GIVEN_UP_SCHEMAS), { code: 'REGISTER_TOO_LARGE' });
  });
});

test('an id that no registry gives is no record, and not waited for', () => {
  const store = new SchemaStore();
  for (const id of [0, MAX_SCHEMA_ID + 1, 0xffffffff])
    assert.throws(() => codec(EVENT, store).decode(wireHeader(id)), { code: 'EVENT_UNREADABLE' });
  assert.throws(() => codec(EVENT, store).decode(wireHeader(MAX_SCHEMA_ID)), { code: 'SCHEMA_UNKNOWN' });
});
