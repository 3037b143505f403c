import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Door } from '../../../cli/import/gateway-door.ts';
import type {
  ImportOutcome,
  ImportSink,
  ImportSource,
  ImportUnit,
} from '../../../cli/import/import-source.ts';
import { MAX_LEFT_IN_A_ROW, MAX_UNIT_TRIES, UNITS_AT_ONCE } from '../../../cli/import/limits.ts';
import { type ImportOptions, runImport } from '../../../cli/import/run-import.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { until } from '../../../harness/until.ts';

const unit = (key: string, bring: (sink: ImportSink) => Promise<unknown>): ImportUnit => ({
  key,
  item: `unit ${key}`,
  count: 1,
  async bring(sink) {
    await bring(sink);
  },
});

function sourceOf(units: readonly ImportUnit[]): ImportSource {
  return {
    async *units() {
      yield* units;
    },
    close: () => Promise.resolve(),
  };
}

const object = (key: string) => unit(key, (sink) => sink.sendObject(key, Buffer.alloc(1)));

const accepting: Door = {
  message: async (item) => ({ item, kind: 'report', accepted: true, code: 'AA' }),
  object: async (item) => ({ item, kind: 'image', accepted: true, code: '0000' }),
  close: () => Promise.resolve(),
};

function importInto(door: Partial<Door> = {}, done = new Set<string>()) {
  const stopping = new AbortController();
  const seen = {
    brought: [] as ImportOutcome[],
    left: [] as string[],
    leftItems: [] as string[],
    waits: [] as string[],
    known: 0,
    done,
    stop: () => stopping.abort(),
  };
  const options: ImportOptions = {
    door: { ...accepting, ...door },
    turns: null,
    done: { refusedOf: (key) => (done.has(key) ? [] : null), add: async (key) => void done.add(key) },
    signal: stopping.signal,
    told: () => undefined,
    known: () => {
      seen.known += 1;
    },
    brought: (outcomes) => void seen.brought.push(...outcomes),
    passOver: () => undefined,
    left: (code, item) => {
      seen.left.push(code);
      seen.leftItems.push(item);
    },
    waiting: (code) => void seen.waits.push(code),
    waits: { firstMs: 1, mostMs: 4 },
  };
  return { seen, run: (units: readonly ImportUnit[]) => runImport(sourceOf(units), options) };
}

const away = () => new InterleaveError('DICOM_PEER_UNREACHABLE');

test('what was brought is not brought again, and what is brought is written down', async () => {
  const { seen, run } = importInto({}, new Set(['a']));
  await run([object('a'), object('b')]);
  assert.deepEqual(
    seen.brought.map(({ item }) => item),
    ['b'],
  );
  assert.deepEqual([seen.known, [...seen.done]], [1, ['a', 'b']]);
});

test('a unit whose gateway is away comes again, whole, and counts once', async () => {
  let calls = 0;
  const { seen, run } = importInto({
    object: async (item) => {
      calls += 1;
      if (calls === 2 || calls === 4) throw away();
      return { item, kind: 'image', accepted: true, code: '0000' };
    },
  });
  const two = unit('two', async (sink) => {
    await sink.sendObject('1', Buffer.alloc(1));
    await sink.sendObject('2', Buffer.alloc(1));
  });
  await run([two]);
  assert.equal(calls, 6);
  assert.deepEqual(
    seen.brought.map(({ item }) => item),
    ['1', '2'],
  );
  assert.deepEqual(seen.waits, ['DICOM_PEER_UNREACHABLE', 'DICOM_PEER_UNREACHABLE']);
});

test('it is tried so often, then left for the next import; so many in a row end this one', async () => {
  let calls = 0;
  const { seen, run } = importInto({
    object: async () => {
      calls += 1;
      throw away();
    },
  });
  await run([object('a')]);
  assert.deepEqual([calls, seen.left, seen.done.size], [MAX_UNIT_TRIES, ['DICOM_PEER_UNREACHABLE'], 0]);
  assert.deepEqual(seen.leftItems, ['unit a'], 'whoever imports is told which');
  const many = Array.from({ length: 3 * MAX_LEFT_IN_A_ROW }, (_, n) => object(`${n}`));
  await assert.rejects(run(many), { code: 'DICOM_PEER_UNREACHABLE' });
  assert.ok(seen.left.length <= 1 + MAX_LEFT_IN_A_ROW + UNITS_AT_ONCE, `${seen.left.length} left`);
});

test('a unit that cannot be read is left at once, however many there are, and the others are brought', async () => {
  const { seen, run } = importInto();
  const torn = (n: number) => unit(`torn ${n}`, () => Promise.reject(new InterleaveError('FILE_UNREADABLE')));
  await run([...Array.from({ length: 3 * MAX_LEFT_IN_A_ROW }, (_, n) => torn(n)), object('good')]);
  assert.equal(seen.left.length, 3 * MAX_LEFT_IN_A_ROW);
  assert.deepEqual([...seen.done], ['good']);
});

test('a gateway that lets us in no more ends the import', async () => {
  const { seen, run } = importInto({
    object: () => Promise.reject(new InterleaveError('DICOM_AE_TITLE_REFUSED')),
  });
  await assert.rejects(run([object('a'), object('b')]), { code: 'DICOM_AE_TITLE_REFUSED' });
  assert.equal(seen.done.size, 0);
});

test('so many units are under way at a time, and no more is taken from the source', async () => {
  let atOnce = 0;
  let most = 0;
  let taken = 0;
  const units = Array.from({ length: 40 }, (_, n) =>
    unit(`${n}`, async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setTimeout(resolve, 2));
      atOnce -= 1;
    }),
  );
  const { seen, run } = importInto();
  const counted = units.map((one) => ({
    ...one,
    bring: (sink: ImportSink) => {
      taken += 1;
      return one.bring(sink);
    },
  }));
  await run(counted);
  assert.deepEqual([most, taken, seen.done.size], [UNITS_AT_ONCE, 40, 40]);
});

test('stopped, it ends what is under way and begins nothing', async () => {
  const asked: (() => void)[] = [];
  const { seen, run } = importInto({
    object: async (item) => {
      await new Promise<void>((answer) => asked.push(answer));
      return { item, kind: 'image', accepted: true, code: '0000' };
    },
  });
  const waits = unit('waits for a turn', async ({ signal }) => {
    await once(signal, 'abort');
    signal.throwIfAborted();
  });
  const running = run([waits, ...Array.from({ length: 30 }, (_, n) => object(`${n}`))]);
  await until(() => asked.length === UNITS_AT_ONCE - 1);
  seen.stop();
  for (const answer of asked) answer();
  await running;
  assert.deepEqual([...seen.done].sort(), ['0', '1', '2', '3', '4', '5', '6']);
  assert.equal(asked.length, UNITS_AT_ONCE - 1);
  assert.deepEqual(seen.left, []);
});

test('a fatal error of a unit ends the import: the next one would end the same', async () => {
  const fatal = unit('fatal', async () => {
    throw new InterleaveError('DICOM_MOVE_DESTINATION_UNKNOWN');
  });
  const { run } = importInto();
  await assert.rejects(run([fatal]), { code: 'DICOM_MOVE_DESTINATION_UNKNOWN' });
});
