import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { testContext } from '../../../harness/service-context.ts';
import type { CasePlan } from '../../../simulator/case-plan.ts';
import { type DeliveryItem, itemName, scheduledCase } from '../../../simulator/department.ts';
import { Feed, type FeedOptions } from '../../../simulator/feed/feed.ts';
import { readFeedState, writeFeedState } from '../../../simulator/feed/feed-state.ts';
import type { Gateways } from '../../../simulator/feed/gateways.ts';
import { MAX_CONCURRENT, MAX_OPEN_CASES, MAX_OUTSTANDING } from '../../../simulator/limits.ts';
import { TruthLog } from '../../../simulator/truth.ts';
import { SmallDisk, withoutMount } from '../../support/small-disk.ts';

const SEED = 21;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-feed-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Gateways that take notes; `answer` decides what they say. */
class NotedGateways implements Gateways {
  readonly accepted: string[] = [];
  readonly tried: string[] = [];
  mostUnderWay = 0;
  readonly #answer: (name: string, attempt: number) => 'accept' | 'refuse' | 'fail';
  #underWay = 0;

  constructor(answer: (name: string, attempt: number) => 'accept' | 'refuse' | 'fail' = () => 'accept') {
    this.#answer = answer;
  }

  async deliver(plan: CasePlan, item: DeliveryItem): Promise<{ accepted: boolean; answer: string }> {
    const name = `${plan.caseNumber}:${itemName(item)}`;
    this.tried.push(name);
    this.#underWay++;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.#underWay);
    await new Promise((resolve) => setTimeout(resolve, 2));
    this.#underWay--;
    const answer = this.#answer(name, this.tried.filter((other) => other === name).length);
    if (answer === 'fail') throw new Error('away');
    if (answer === 'accept') this.accepted.push(name);
    return { accepted: answer === 'accept', answer: answer === 'accept' ? 'AA' : 'AE' };
  }

  async close(): Promise<void> {}
}

async function feedWith(gateways: Gateways, more: Partial<FeedOptions> = {}): Promise<Feed> {
  const options = {
    seed: SEED,
    rate: 500,
    cases: 12,
    timeScale: 0,
    stateFile: join(folder, 'state.json'),
    ...more,
  };
  const state = await readFeedState(options.stateFile, options.seed);
  return new Feed(
    options,
    state,
    gateways,
    new TruthLog(join(folder, 'truth.jsonl')),
    testContext('simulator'),
  );
}

function expected(cases: number): string[] {
  return Array.from({ length: cases }, (_, n) => n)
    .flatMap((n) => scheduledCase(SEED, n).deliveries.map(({ item }) => `${n}:${itemName(item)}`))
    .sort();
}

test('a full disk holds the feed up, and does not end it: with room all is sent', {
  skip: withoutMount,
}, async (t) => {
  const disk = new SmallDisk(1);
  t.after(() => disk.remove());
  const gateways = new NotedGateways();
  disk.fill();
  const stateFile = join(disk.folder, 'state.json');
  const feed = new Feed(
    { seed: SEED, rate: 500, cases: 12, timeScale: 0, stateFile },
    await readFeedState(stateFile, SEED),
    gateways,
    new TruthLog(join(disk.folder, 'truth.jsonl')),
    testContext('simulator'),
  );
  const running = feed.run();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.deepEqual(gateways.tried, [], 'a case whose truth cannot be kept does not begin');
  disk.empty();
  await running;
  assert.deepEqual([...gateways.accepted].sort(), expected(12));
});

test('everything of every case is sent once, and the truth is kept', async () => {
  const gateways = new NotedGateways();
  await (await feedWith(gateways)).run();
  assert.deepEqual([...gateways.accepted].sort(), expected(12));
  assert.ok(gateways.mostUnderWay <= MAX_CONCURRENT, String(gateways.mostUnderWay));
  const lines = (await readFile(join(folder, 'truth.jsonl'), 'utf8')).trim().split('\n');
  const accessions = lines.map((line) => (JSON.parse(line) as { accession: string }).accession);
  assert.equal(new Set(accessions).size, 12);
});

test('what is refused or fails is sent again until it is accepted', async () => {
  const gateways = new NotedGateways((name, attempt) =>
    name === '0:IMAGES' && attempt === 1
      ? 'fail'
      : name === '1:REPORT.0' && attempt === 1
        ? 'refuse'
        : 'accept',
  );
  await (await feedWith(gateways, { cases: 3 })).run();
  assert.deepEqual([...gateways.accepted].sort(), expected(3));
  assert.equal(gateways.tried.filter((name) => name === '1:REPORT.0').length, 2);
});

test('a version of a report goes out only after the one before it was accepted', async () => {
  const gateways = new NotedGateways();
  await (await feedWith(gateways, { cases: 60 })).run();
  const versions = new Map<string, number>();
  for (const name of gateways.accepted) {
    const [, number = '', version = ''] = /^(\d+):REPORT\.(\d+)$/.exec(name) ?? [];
    if (number === '') continue;
    assert.equal(Number(version), versions.get(number) ?? 0);
    versions.set(number, Number(version) + 1);
  }
  assert.ok([...versions.values()].some((count) => count > 1));
});

test('a stopped feed goes on where it was, with what had no answer', async () => {
  const away = new NotedGateways((name) => (name.endsWith('IMAGES') ? 'fail' : 'accept'));
  const first = await feedWith(away, { cases: 5 });
  const running = first.run();
  while (away.accepted.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
  first.stop();
  await running;
  assert.ok(first.openCases > 0);
  const back = new NotedGateways();
  await (await feedWith(back, { cases: 8 })).run();
  assert.deepEqual([...away.accepted, ...back.accepted].sort(), expected(8));
});

test('no new case begins while too much is due without an answer', async () => {
  const silent = new NotedGateways(() => 'fail');
  const feed = await feedWith(silent, { cases: 0, rate: 100_000 });
  const running = feed.run();
  await new Promise((resolve) => setTimeout(resolve, 600));
  feed.stop();
  await running;
  const { nextCase } = await readFeedState(join(folder, 'state.json'), SEED);
  assert.ok(nextCase > 20 && nextCase <= MAX_OUTSTANDING, String(nextCase));
});

test('no new case begins while too many are open', async () => {
  const outstanding = Object.fromEntries(
    Array.from({ length: MAX_OPEN_CASES }, (_, n) => [
      n,
      scheduledCase(SEED, n).deliveries.map(({ item }) => itemName(item)),
    ]),
  );
  await writeFeedState(join(folder, 'state.json'), { seed: SEED, nextCase: MAX_OPEN_CASES, outstanding });
  // In an hour: nothing is due, and nothing ends.
  const feed = await feedWith(new NotedGateways(), { cases: 0, timeScale: 1e6 });
  const running = feed.run();
  await new Promise((resolve) => setTimeout(resolve, 300));
  feed.stop();
  await running;
  assert.equal((await readFeedState(join(folder, 'state.json'), SEED)).nextCase, MAX_OPEN_CASES);
});

test('another seed is another department and starts from its first case', async () => {
  await (await feedWith(new NotedGateways(), { cases: 4 })).run();
  assert.equal((await readFeedState(join(folder, 'state.json'), SEED)).nextCase, 4);
  assert.equal((await readFeedState(join(folder, 'state.json'), SEED + 1)).nextCase, 0);
});
