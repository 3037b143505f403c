import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from '../../../core/errors.ts';
import type { Case, ReportLabeled, Vector } from '../../../core/radiology/events.ts';
import { mergeReport } from '../../../core/radiology/merge.ts';
import { labelerVersion } from '../../../core/text/labeler-version.ts';
import { DEFAULT_LEXICON } from '../../../core/text/lexicon.ts';
import { digestOf, reportLabeled, vector } from '../../../harness/event-fixture.ts';
import { testContext } from '../../../harness/service-context.ts';
import { MAX_GIVE_WAY_MS } from '../../../models/limits.ts';
import type { MissingModel } from '../../../models/live-models.ts';
import { LiveTraffic } from '../../../platform/concurrency/live-traffic.ts';
import { STALL_TIMEOUT_MS } from '../../../platform/kafka/limits.ts';
import { events } from '../../../schemas/events.ts';
import {
  MAX_REEMBED_POLL_MS,
  MAX_VECTOR_WAIT_MS,
  REEMBED_BATCH,
  REPORTS_RELABELED_PER_S,
} from '../../../services/labeler/limits.ts';
import { labeledEvent, readEvent } from '../../../services/labeler/read-event.ts';
import { reembed } from '../../../services/labeler/reembed.ts';
import { type EncodedReport, NOT_ENCODED } from '../../../services/labeler/report-vectors.ts';
import type { LoadedTextModel } from '../../../services/labeler/text-models.ts';

const CASE = digestOf('reembed').slice(0, 32);
const OURS = labelerVersion(DEFAULT_LEXICON);

/** A report as this labeler read it with these vectors. */
function read(
  name: string,
  vectors: Vector[],
  given: { readAt?: number; text?: string } = {},
): ReportLabeled {
  const { text = `FINDINGS: Small left pneumothorax. ${name}.`, readAt = 5 } = given;
  const { received } = reportLabeled({
    received: {
      caseId: CASE,
      digest: digestOf(name),
      identity: { facility: 'HOSPITAL', fillerNumber: name },
      parts: [{ section: null, text }],
    },
  });
  return labeledEvent(received, 7, readEvent(received), { vectors, failed: false }, readAt);
}

const caseOf = (...reports: ReportLabeled[]): Case =>
  reports.reduce<Case | null>((state, event) => mergeReport(state, event), null) as Case;

const record = (state: Case | null) => ({
  topic: 'cases',
  partition: 0,
  offset: 0,
  key: CASE,
  value: state === null ? null : events.case.encode(state),
  timestamp: 0,
  headers: {},
});

const model = (generation: number) => ({ generation, hash: `model-${generation}` }) as LoadedTextModel;

interface Given {
  loaded?: LoadedTextModel[];
  missing?: MissingModel[];
  live?: LiveTraffic;
  encoded?(texts: readonly string[]): EncodedReport | undefined;
}

function reembedding({ loaded = [model(1), model(2)], missing = [], live, encoded }: Given = {}) {
  const sent: ReportLabeled[] = [];
  const stopping = new AbortController();
  const handle = reembed({
    generation: 2,
    lexicon: DEFAULT_LEXICON,
    models: { loaded, missing },
    vectors: {
      vectorsOf: async (reports, models) =>
        reports.map(
          (texts) =>
            encoded?.(texts) ?? {
              vectors: models.map(({ generation }) => vector(generation, 50)),
              failed: false,
            },
        ),
    },
    live: live ?? new LiveTraffic(),
    producer: {
      send: async (_, { key, value }) => {
        assert.equal(key, CASE);
        sent.push(events.reportLabeled.decode(value ?? Buffer.alloc(0)));
      },
    },
    topic: 'labeled',
    ...testContext('labeler'),
    stopping: stopping.signal,
    perSecond: 1_000,
  });
  return { sent, stopping, run: (state: Case | null) => handle([record(state)], async () => undefined) };
}

const generationsOf = ({ reading }: ReportLabeled) =>
  reading.textVectors.map(({ vector: { generation } }) => generation).sort();

test('a report that this labeler read keeps its reading and its vectors, and gets the one that it lacks', async () => {
  const held = read('held', [vector(1, 3)]);
  const state = caseOf(held);
  const { sent, run } = reembedding();
  await run(state);
  const [event, ...more] = sent;
  assert.ok(event !== undefined && more.length === 0);
  assert.deepEqual([event.again, event.receivedOffset, event.readAt], [true, 7, 5]);
  assert.deepEqual(generationsOf(event), [1, 2]);
  const after = mergeReport(state, { ...event, again: false });
  assert.deepEqual(
    after.reports[0]?.latest.reading.textVectors.map((one) => one.vector.data[0]),
    [50, 3],
  );
  assert.deepEqual(
    { ...after.reports[0]?.latest.reading, textVectors: [] },
    { ...state.reports[0]?.latest.reading, textVectors: [] },
    'nothing looks new',
  );
  await run(after);
  assert.equal(sent.length, 1, 'met again, it has its vector');
});

test('what lacks no vector, asserts nothing, has no text any more or was read by a newer labeler is left alone', async () => {
  const { sent, run } = reembedding();
  const ahead = read('ahead', []);
  const bare = read('bare', []);
  await run(
    caseOf(
      read('has it', [vector(2, 3)]),
      read('asserts nothing', [], { text: 'FINDINGS: No effusion.' }),
      { ...ahead, reading: { ...ahead.reading, labeler: { generation: OURS.generation + 1, hash: 'x' } } },
      { ...bare, received: { ...bare.received, parts: [] } },
    ),
  );
  await run(null);
  assert.deepEqual(sent, []);
});

test('what an older labeler read is read again, with vectors of every live bundle', async () => {
  const old = read('old', [vector(1, 3)]);
  const held = { ...old, reading: { ...old.reading, labeler: { generation: 1, hash: 'older' } } };
  const { sent, run } = reembedding();
  await run(caseOf(held));
  assert.deepEqual({ ...sent[0]?.reading.labeler }, OURS);
  assert.deepEqual([sent[0]?.receivedOffset, sent[0]?.again], [7, true]);
  assert.ok((sent[0]?.readAt ?? 0) > held.readAt);
  assert.deepEqual(generationsOf(sent[0] as ReportLabeled), [1, 2]);

  const missing = [{ called: 'x', generation: 1, code: 'MODEL_MISSING', reason: 'gone' } as const];
  const without = reembedding({ loaded: [model(2)], missing });
  await assert.rejects(without.run(caseOf(held)), isRetry);
  await without.run(caseOf(old));
  assert.deepEqual(
    generationsOf(without.sent[0] as ReportLabeled),
    [1, 2],
    'its own reading has the other one',
  );
});

test('a report that had waited in vain is whole afterwards', async () => {
  const late = {
    ...read('late', []),
    reading: { ...read('late', []).reading, problem: 'TEXT_VECTOR_FAILED' },
  };
  const state = caseOf(late as ReportLabeled);
  const { sent, run } = reembedding();
  await run(state);
  assert.equal(sent[0]?.reading.problem, null);
  assert.deepEqual(
    generationsOf(mergeReport(state, { ...(sent[0] as ReportLabeled) }).reports[0]?.latest as ReportLabeled),
    [1, 2],
  );
});

test('while the bundle is not loaded or its encoder fails, the poll is tried again; no direction is no failure', async () => {
  const state = caseOf(read('held', []));
  await assert.rejects(reembedding({ loaded: [model(1)] }).run(state), isRetry);
  const failing = reembedding({ encoded: () => ({ vectors: [], failed: true }) });
  await assert.rejects(failing.run(state), isRetry);
  assert.deepEqual(failing.sent, []);
  await reembedding({ encoded: () => NOT_ENCODED }).run(state);
});

test('reports that come in go first, and a poll that is broken off goes on after what it did', async () => {
  const live = new LiveTraffic();
  let isAtWork = true;
  let release: () => void = () => undefined;
  const working = live.during(() => new Promise<void>((resolve) => (release = resolve)));
  const many = Array.from({ length: REEMBED_BATCH }, (_, i) => read(`report ${i}`, []));
  const seen: boolean[] = [];
  const run = reembedding({
    live,
    encoded: () => {
      seen.push(isAtWork);
      return undefined;
    },
  });
  const running = run.run(caseOf(...many));
  setTimeout(() => {
    isAtWork = false;
    release();
  }, 100);
  await Promise.all([running, working]);
  assert.ok(seen.length > 0 && seen.every((atWork) => !atWork));

  const stopped = reembedding();
  stopped.stopping.abort();
  await assert.rejects(stopped.run(caseOf(...many)), isRetry);
  assert.deepEqual(stopped.sent, []);
});

test('a poll of stored reports never counts as stalled', () => {
  const batch = MAX_GIVE_WAY_MS + MAX_VECTOR_WAIT_MS + (REEMBED_BATCH * 1_000) / REPORTS_RELABELED_PER_S;
  assert.ok(MAX_REEMBED_POLL_MS + batch < STALL_TIMEOUT_MS);
});

function isRetry(error: unknown): boolean {
  return codeOf(error) === 'TEXT_VECTOR_FAILED';
}
