import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { InterleaveError } from '../../../core/errors.ts';
import { imageEmbedded, reportLabeled } from '../../../harness/event-fixture.ts';
import type { ConsumedRecord } from '../../../platform/kafka/consumer.ts';
import { events } from '../../../schemas/events.ts';
import { TOPICS } from '../../../schemas/topics.ts';
import type { CaseCache } from '../../../services/joiner/case-cache.ts';
import { GapMemory } from '../../../services/joiner/gap-memory.ts';
import { OwnedPartition } from '../../../services/joiner/owned-partition.ts';
import type { PartitionProducer, Positions } from '../../../services/joiner/partition-producer.ts';

const REPORTS = TOPICS.reportLabeled;
const IMAGES = TOPICS.imageEmbedded;

/** A partition whose producer and cache note what they are given. */
function trial(commit: () => Promise<void> = () => Promise.resolve()) {
  const cache = new Map<string, Buffer | null>();
  const commits: { cases: number; positions: Record<string, number> }[] = [];
  const refused: string[] = [];
  const gaps = new GapMemory();
  let offset = 0;
  let closed = false;
  const owned = new OwnedPartition({
    partition: 0,
    taken: {
      positions: new Map([
        [REPORTS, 10],
        [IMAGES, 20],
      ]),
      restored: 0,
      end: 0,
      foreign: new Map(),
      gone: new Set(),
      producer: {
        async commit(records: ReadonlyMap<string, Buffer>, positions: Positions) {
          await commit();
          commits.push({ cases: records.size, positions: Object.fromEntries(positions) });
          offset += records.size + 1;
          const last = offset;
          return records.size === 0 ? null : { ranges: [{ first: last - records.size + 1, last }], last };
        },
        async disconnect() {
          closed = true;
        },
      } as unknown as PartitionProducer,
    },
    cache: {
      seen: () => null,
      markInput: () => undefined,
      get: (_: number, caseId: string) => cache.get(caseId) ?? undefined,
      async write(_: number, records: ReadonlyMap<string, Buffer | null>) {
        for (const [key, value] of records) cache.set(key, value);
      },
    } as unknown as CaseCache,
    decided: { rejected: { get: () => undefined }, isErased: () => false, wasHeldByErased: () => false },
    leaveTraces: async () => undefined,
    bytesCame: async () => undefined,
    dropBytes: async () => undefined,
    guard: { wrote: () => undefined, between: async () => new Map(), untilEnd: async () => new Map() },
    isOwn: () => true,
    erased: () => undefined,
    undone: () => undefined,
    acceptGap: (topic, from) => gaps.accept(topic, 0, from),
    refuse: async (list) => {
      refused.push(...list.map(({ code }) => code));
    },
    committed: () => undefined,
  });
  return { owned, cache, commits, refused, closed: () => closed };
}

/** `raised` resolves when `raise` was called. */
function signal() {
  let raise = () => {};
  const raised = new Promise<void>((resolve) => {
    raise = resolve;
  });
  return { raise: () => raise(), raised };
}

function record(topic: string, offset: number, caseId: string, value?: Buffer): ConsumedRecord {
  const encoded =
    topic === REPORTS
      ? events.reportLabeled.encode(reportLabeled({ receivedOffset: offset, received: { caseId } }))
      : events.imageEmbedded.encode(imageEmbedded({ receivedOffset: offset, received: { caseId } }));
  return { topic, partition: 0, offset, key: caseId, value: value ?? encoded, timestamp: 0, headers: {} };
}

test('both inputs of one fetch go into one transaction', async () => {
  const { owned, commits } = trial();
  await Promise.all([
    owned.submit(REPORTS, 10, [record(REPORTS, 10, 'a'), record(REPORTS, 11, 'b')]),
    owned.submit(IMAGES, 20, [record(IMAGES, 20, 'a')]),
  ]);
  assert.deepEqual(commits, [{ cases: 2, positions: { [REPORTS]: 12, [IMAGES]: 21 } }]);
});

test('one transaction at a time; what comes meanwhile goes into the next together', async () => {
  let under = 0;
  const { raise, raised } = signal();
  const { owned, commits } = trial(async () => {
    assert.equal(++under, 1);
    raise();
    await sleep(10);
    under--;
  });
  const first = owned.submit(REPORTS, 10, [record(REPORTS, 10, 'a')]);
  await raised;
  await Promise.all([
    first,
    owned.submit(IMAGES, 20, [record(IMAGES, 20, 'a')]),
    owned.submit(REPORTS, 10, [record(REPORTS, 11, 'b')]),
  ]);
  assert.equal(commits.length, 2);
  assert.deepEqual(commits[1], { cases: 2, positions: { [IMAGES]: 21, [REPORTS]: 12 } });
});

test('a repeat writes no case, but moves on', async () => {
  const { owned, commits } = trial();
  await owned.submit(REPORTS, 10, [record(REPORTS, 10, 'a')]);
  await owned.submit(REPORTS, 11, [{ ...record(REPORTS, 10, 'a'), offset: 11 }]);
  assert.deepEqual(commits[1], { cases: 0, positions: { [REPORTS]: 12 } });
});

test('records that were committed before do not move the input back', async () => {
  const { owned, commits } = trial();
  await owned.submit(REPORTS, 10, [record(REPORTS, 10, 'a'), record(REPORTS, 11, 'b')]);
  await owned.submit(REPORTS, 10, [record(REPORTS, 10, 'a')]);
  assert.equal(commits[1]?.positions[REPORTS], 12);
});

test('the first error ends the partition: nothing of it is kept, and everything after it fails', async () => {
  let fails = true;
  const { owned, cache, closed } = trial(async () => {
    if (fails) throw new InterleaveError('PRODUCER_FENCED');
  });
  const first = owned.submit(REPORTS, 10, [record(REPORTS, 10, 'a')]);
  await assert.rejects(first, { code: 'PRODUCER_FENCED' });
  fails = false;
  await assert.rejects(owned.submit(IMAGES, 20, [record(IMAGES, 20, 'a')]), { code: 'PRODUCER_FENCED' });
  assert.equal(cache.size, 0);
  await owned.close();
  assert.equal(closed(), true);
});

test('what was fetched before the partition was taken is refused once; a gap that stays is accepted', async () => {
  const { owned, commits } = trial();
  await assert.rejects(owned.submit(REPORTS, 15, [record(REPORTS, 15, 'a')]), { code: 'PARTITION_LOST' });
  await owned.submit(REPORTS, 15, [record(REPORTS, 15, 'a')]);
  assert.equal(commits[0]?.positions[REPORTS], 16);
});

test('what can never be merged is refused before the inputs move on', async () => {
  const { owned, refused, commits } = trial();
  await owned.submit(REPORTS, 10, [record(REPORTS, 10, 'a', Buffer.from('?')), record(REPORTS, 11, 'b')]);
  assert.deepEqual(refused, ['EVENT_UNREADABLE']);
  assert.deepEqual(commits, [{ cases: 1, positions: { [REPORTS]: 12 } }]);
});

test('closing waits for the transaction under way', async () => {
  const { raise, raised } = signal();
  const { owned, commits, closed } = trial(() => {
    raise();
    return sleep(20);
  });
  const submitted = owned.submit(REPORTS, 10, [record(REPORTS, 10, 'a')]);
  await raised;
  await owned.close();
  assert.equal(commits.length, 1);
  assert.equal(closed(), true);
  await submitted;
});
