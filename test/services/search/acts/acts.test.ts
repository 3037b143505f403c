import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type CaseCorrection, isSealed } from '../../../../core/radiology/corrections.ts';
import { testKafka } from '../../../../harness/test-kafka.ts';
import { PartitionReader } from '../../../../platform/kafka/read-partition.ts';
import type { ActAnswer, ActRequest } from '../../../../schemas/api/acts.ts';
import { events } from '../../../../schemas/events.ts';
import { runCli } from '../../../support/cli.ts';
import { engines } from '../../../support/engines.ts';
import { SECRET, SearchSite } from '../search-site.ts';

const TOKEN = 'a-token-of-the-test-long-enough';
const CASE = 'ab'.repeat(16);
const ERASURE: ActRequest = { kind: 'ERASE', caseId: CASE, actor: 'Dr. Who', reason: 'Zwanzigermann asked' };

describe('acts of a person', () => {
  let site: SearchSite;
  let base = '';
  let tokenFile = '';
  let reader: PartitionReader;

  before(async () => {
    site = await SearchSite.open();
    base = await site.start({});
    tokenFile = join(site.dataDir, 'act-token');
    reader = await PartitionReader.connect(testKafka((await engines()).kafkaBrokers));
  });
  after(async () => {
    await reader?.disconnect();
    await site?.close();
  });

  const giveToken = async (mode = 0o600) => {
    await writeFile(tokenFile, `${TOKEN}\n`);
    await chmod(tokenFile, mode);
  };
  const post = async (body: ActRequest) => {
    const response = await fetch(`${base}/api/acts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify(body),
    });
    return { status: response.status, answer: (await response.json()) as ActAnswer };
  };
  const recorded = async () => {
    const found: { key: string; act: CaseCorrection }[] = [];
    const { low, high } = await reader.ends(site.acts, 0);
    await reader.read(site.acts, 0, low, high, async (records) => {
      for (const { key, value } of records)
        found.push({ key, act: events.caseCorrection.decode(value ?? Buffer.alloc(0)) });
    });
    return found;
  };

  it('need a token, and a page of another origin cannot make one', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(ERASURE);
    const refused = await fetch(`${base}/api/acts`, { method: 'POST', headers, body });
    assert.equal(refused.status, 503, 'there is no token yet');
    assert.equal(refused.headers.get('retry-after'), null);
    await giveToken();
    const without = await fetch(`${base}/api/acts`, { method: 'POST', headers, body });
    assert.equal(without.status, 401);
    assert.equal(without.headers.get('www-authenticate'), 'Bearer');
    const foreign = { ...headers, authorization: `Bearer ${TOKEN}`, origin: 'http://elsewhere.example' };
    assert.equal((await fetch(`${base}/api/acts`, { method: 'POST', headers: foreign, body })).status, 403);
    assert.deepEqual(await recorded(), []);
  });

  it('are recorded with actor, time, reason and seal, the actor unverified, and two of them both stay', async () => {
    await giveToken();
    const before = Date.now();
    const [first, second] = [await post(ERASURE), await post(ERASURE)];
    assert.deepEqual([first.status, second.status], [202, 202]);
    const { act } = first.answer;
    assert.equal(act.actorVerified, false);
    assert.ok(act.decidedAt >= before);
    const records = await recorded();
    assert.deepEqual(
      records.map(({ act: { id } }) => id),
      [act.id, second.answer.act.id],
    );
    assert.notEqual(records[0]?.key, records[1]?.key);
    for (const { act } of records) {
      assert.equal(isSealed(Buffer.from(SECRET), act), true);
      assert.deepEqual(
        [act.kind, act.caseId, act.actor, act.reason, act.actorVerified],
        ['ERASE', CASE, ERASURE.actor, ERASURE.reason, false],
      );
    }
  });

  it('`interleave erase` has the service record it, and does nothing without a reason and a yes', async () => {
    await giveToken();
    const environment = { INTERLEAVE_ACT_TOKEN_FILE: tokenFile };
    const erase = (...args: string[]) => runCli(['erase', ...args, '--url', base], environment);
    const before = (await recorded()).length;
    for (const args of [[CASE], [CASE, '--yes'], [CASE, '--reason', 'y'], ['x', '--yes', '--reason', 'y']])
      assert.equal((await erase(...args)).code, 2, args.join(' '));
    assert.equal((await recorded()).length, before);
    const done = await erase(CASE, '--reason', 'asked for', '--actor', 'me', '--yes', '--json');
    assert.equal(done.code, 0, done.stderr);
    const act = (await recorded()).at(-1)?.act;
    assert.deepEqual([act?.id, act?.actor, act?.reason], [JSON.parse(done.stdout).id, 'me', 'asked for']);
    await chmod(tokenFile, 0o644);
    const refused = await erase(CASE, '--reason', 'asked for', '--yes');
    assert.match(refused.stderr, /ACT_TOKEN_UNUSABLE/);
    assert.equal(refused.code, 1);
  });
});
