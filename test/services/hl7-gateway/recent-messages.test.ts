import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AnswerCode, RecentMessages } from '../../../services/hl7-gateway/recent-messages.ts';

const accepted = (): Promise<AnswerCode> => Promise.resolve(null);

/** What becomes of a message that will be accepted if it is new. */
async function standing(
  recent: RecentMessages,
  key: string,
  bodyDigest: string,
  now: number,
): Promise<string> {
  return (await recent.admit({ key, bodyDigest, now }, accepted)).standing;
}

describe('recent messages', () => {
  it('a repeat, another body, a new message', async () => {
    const recent = new RecentMessages({ rememberMs: 1_000 });
    assert.equal(await standing(recent, 'k', 'a', 0), 'NEW');
    assert.equal(await standing(recent, 'k', 'a', 500), 'REPEAT');
    assert.equal(await standing(recent, 'k', 'b', 500), 'REUSED');
    assert.equal(await standing(recent, 'l', 'a', 500), 'NEW');
  });

  it('forgets after a time, since counters of senders start again', async () => {
    const recent = new RecentMessages({ rememberMs: 1_000 });
    await standing(recent, 'k', 'a', 0);
    assert.equal(await standing(recent, 'k', 'b', 1_001), 'NEW');
    await standing(recent, 'l', 'a', 3_000);
    assert.equal(recent.size, 1);
  });

  it('holds at most so many', async () => {
    const recent = new RecentMessages({ rememberMs: 1_000, maxMessages: 3 });
    for (let n = 0; n < 10; n += 1) await standing(recent, `k${n}`, 'a', n);
    assert.equal(recent.size, 3);
    assert.equal(await standing(recent, 'k9', 'a', 10), 'REPEAT');
    assert.equal(await standing(recent, 'k0', 'a', 10), 'NEW');
  });

  it('of two at the same time one is new', async () => {
    const recent = new RecentMessages({ rememberMs: 1_000 });
    assert.deepEqual(await Promise.all([standing(recent, 'k', 'a', 0), standing(recent, 'k', 'a', 0)]), [
      'NEW',
      'REPEAT',
    ]);
  });

  it('a message that fails is forgotten, and who waits for it is new', async () => {
    const recent = new RecentMessages({ rememberMs: 1_000 });
    let fail: (outcome: AnswerCode) => void = () => undefined;
    const failing = new Promise<AnswerCode>((resolve) => {
      fail = resolve;
    });
    const first = recent.admit({ key: 'k', bodyDigest: 'a', now: 0 }, () => failing);
    let waited = false;
    const second = recent.admit({ key: 'k', bodyDigest: 'a', now: 1 }, accepted, () => {
      waited = true;
    });
    assert.equal(waited, true);
    fail('KAFKA_UNAVAILABLE');
    assert.deepEqual(await first, { standing: 'NEW', outcome: 'KAFKA_UNAVAILABLE' });
    assert.deepEqual(await second, { standing: 'NEW', outcome: null });
    assert.equal(await standing(recent, 'k', 'a', 2), 'REPEAT');
  });
});
