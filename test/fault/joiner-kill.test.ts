import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Case, ReportStatus } from '../../core/radiology/events.ts';
import { mergeCases, mergeImage, mergeReport } from '../../core/radiology/merge.ts';
import { digestOf, imageEmbedded, reportLabeled, selection, vector } from '../../harness/event-fixture.ts';
import { type OwnKafka, ownKafka } from '../../harness/own-kafka.ts';
import { until } from '../../harness/until.ts';
import { readLag } from '../../platform/kafka/watch-lag.ts';
import { events } from '../../schemas/events.ts';
import { deadLetterTopic, TOPICS } from '../../schemas/topics.ts';
import { caseIdOf, type JoinerEvent, JoinerHarness } from '../support/joiner-harness.ts';
import { JoinerProcess } from '../support/joiner-process.ts';
import { Random } from '../support/random.ts';

const SEED = Number(process.env['INTERLEAVE_TEST_SEED'] ?? Date.now() % 1_000_000);
const PARTITIONS = 4;
const CASES = Number(process.env['INTERLEAVE_TEST_CASES'] ?? 300);
/** Longer than the session timeout, so that the group gives a frozen member's partitions away. */
const FREEZE_MS = 14_000;

/**
 * Joiners are killed (SIGKILL) and frozen (SIGSTOP, then they wake and believe that they still own their partitions)
 * at random moments while events flow. Whatever happens, the last state of every case must be the merge of all of its
 * events, and no state that was ever written may have lost what an earlier one knew.
 */
describe(`joiners are killed while events flow (seed ${SEED})`, () => {
  const random = new Random(SEED);
  let broker: OwnKafka;
  let harness: JoinerHarness;
  let dataDir: string;
  const processes: JoinerProcess[] = [];
  const expected = new Map<string, Case>();
  const history: { key: string; state: Case }[] = [];

  before(async () => {
    broker = await ownKafka(PARTITIONS);
    harness = await JoinerHarness.connect(broker.brokers, PARTITIONS);
    dataDir = await mkdtemp(join(tmpdir(), 'interleave-joiner-kill-'));
    const all = random.shuffle(Array.from({ length: CASES }, (_, n) => eventsOf(n)).flat());
    for (const event of all) expected.set(caseOf(event), merged(expected.get(caseOf(event)) ?? null, event));

    let flowing = true;
    const feed = (async () => {
      for (const [i, event] of all.entries()) {
        await harness.send([event]);
        // Some events come twice, as after a crash of labeler or inference.
        if (random.next() < 0.1) await harness.send([all[random.integer(0, i)] ?? event]);
        await sleep(random.integer(0, 60));
      }
      flowing = false;
    })();
    await disturb(() => flowing);
    await feed;
    await drained();
    history.push(...(await harness.history()));
  });

  after(async () => {
    for (const child of processes) await child.kill();
    await harness?.disconnect();
    await broker?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('the last state of every case is the merge of all its events', () => {
    const last = new Map(history.map(({ key, state }) => [key, state]));
    const wrong = [...expected].filter(([key, state]) => {
      const found = last.get(key);
      return found === undefined || !events.case.encode(found).equals(events.case.encode(state));
    });
    assert.deepEqual(
      wrong.map(([key]) => key),
      [],
    );
    assert.equal(last.size, expected.size, 'and there are no other cases');
  });

  test('no state forgets what an earlier one knew, and none is written twice', () => {
    const before = new Map<string, Case>();
    for (const { key, state } of history) {
      const known = before.get(key);
      if (known !== undefined) {
        const both = events.case.encode(mergeCases(known, state));
        assert.ok(both.equals(events.case.encode(state)), `${key} went back`);
        assert.ok(!both.equals(events.case.encode(known)), `${key} was written without a change`);
      }
      before.set(key, state);
    }
  });

  test('nothing became a dead letter', async () => {
    assert.equal((await harness.read(deadLetterTopic('joiner'), 1)).length, 0);
  });

  /** One after the other, at random moments: kills of a lone joiner and of one of two, in work and in take-over. */
  async function disturb(flowing: () => boolean): Promise<void> {
    const begin = (instance: string): JoinerProcess => {
      const child = new JoinerProcess({ brokers: broker.brokers, partitions: PARTITIONS, dataDir, instance });
      processes.push(child);
      return child;
    };
    const taking = (child: JoinerProcess) =>
      until(() => (child.said.get('joiner.partition.taken') ?? 0) > 0, 90_000, 'the taking of a partition');

    let one = begin('1');
    await taking(one);
    await sleep(random.integer(0, 3_000));
    await one.kill();
    note('a lone joiner was killed');

    one = begin('1');
    let two = begin('2');
    await taking(one);
    await taking(two);
    await sleep(random.integer(0, 3_000));
    await one.kill();
    note('one of two was killed');

    one = begin('1');
    await taking(one);
    await sleep(random.integer(0, 300));
    await two.kill();
    note('one of two was killed during the take-over of the other');

    two = begin('2');
    await taking(two);
    await sleep(random.integer(0, 2_000));
    two.freeze();
    await sleep(FREEZE_MS);
    two.thaw();
    note('one of two was frozen, and woke');
    await sleep(random.integer(500, 4_000));
    if (random.next() < 0.5) await one.kill();
    else await two.kill();
    note(flowing() ? 'events still flow' : 'all events are sent');
  }

  async function drained(): Promise<void> {
    const admin = harness.kafka.admin();
    await admin.connect();
    const inputs = [TOPICS.reportLabeled, TOPICS.imageEmbedded];
    await until(
      async () => {
        assert.ok(processes.some((child) => child.running));
        const lags = await readLag(admin, 'interleave-joiner', inputs);
        return [...lags.values()].every((lag) => lag === 0);
      },
      120_000,
      'the end of the lag',
    );
    await admin.disconnect();
  }

  function eventsOf(number: number): JoinerEvent[] {
    const caseId = caseIdOf(`${SEED} ${number}`);
    const statuses: ReportStatus[] = ['PRELIMINARY', 'FINAL', 'CORRECTED'];
    const reports = statuses.slice(0, random.integer(0, 3)).map((status, version) => {
      const text = `${status} of ${number}. ${'More words. '.repeat(random.integer(0, 400))}`;
      return {
        report: reportLabeled({
          receivedOffset: version,
          received: { caseId, status, effectiveAt: version, digest: digestOf(text) },
          reading: { text, textVectors: [{ sentence: null, vector: vector(1, version, 1_024) }] },
        }),
      };
    });
    const images = Array.from({ length: random.integer(reports.length === 0 ? 1 : 0, 4) }, (_, i) => ({
      image: imageEmbedded({
        receivedOffset: i,
        received: { caseId, sopInstanceUid: `1.2.${number}.${i}`, instanceNumber: i },
        frames: [{ frame: 1, thumbnail: null, vector: vector(1, i, 2_560) }],
      }),
    }));
    const marks = { image: selection(`1.3.${number}`, '113000', [`1.2.${number}.0`], { caseId }) };
    return [...reports, ...images, ...(random.next() < 0.3 ? [marks] : [])];
  }
});

function caseOf({ report, image }: JoinerEvent): string {
  return report?.received.caseId ?? image?.received.caseId ?? '';
}

function merged(state: Case | null, { report, image }: JoinerEvent): Case {
  const withReport = report === undefined ? state : mergeReport(state, report);
  const withImage = image === undefined ? withReport : mergeImage(withReport, image);
  assert(withImage !== null);
  return withImage;
}

function note(what: string): void {
  console.log(`# ${what}`);
}
