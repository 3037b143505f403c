import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FairTurns, type ReaderSlot } from '../../../services/hl7-gateway/fair-turns.ts';

const PATIENT = 60_000;

describe('FairTurns', () => {
  it('an owner has one place at a time: another is not kept waiting by it', async () => {
    const turns = new FairTurns(2, 8);
    const first = await turns.take('slow', PATIENT);
    const second = turns.take('slow', PATIENT);
    const other = await turns.take('other', PATIENT);
    assert.deepEqual([first?.number, other?.number], [0, 1]);
    first?.leave();
    assert.equal((await second)?.number, 0);
  });

  it('so many of an owner wait, and no more; another still finds a place in the line', async () => {
    const turns = new FairTurns(1, 2);
    const held = await turns.take('a', PATIENT);
    const waiting = [turns.take('a', PATIENT), turns.take('a', PATIENT)];
    assert.equal(await turns.take('a', PATIENT), null);
    const other = turns.take('b', PATIENT);
    held?.leave();
    for (const next of [waiting[0], other, waiting[1]]) (await next)?.leave();
  });

  it('owners take turns, however many of one wait', async () => {
    const turns = new FairTurns(1, 8);
    const order: string[] = [];
    const held = await turns.take('a', PATIENT);
    const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map(async (name) => {
      const place: ReaderSlot | null = await turns.take(name.charAt(0), PATIENT);
      order.push(name);
      place?.leave();
    });
    held?.leave();
    await Promise.all(all);
    assert.deepEqual(order, ['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it("who waits for too long goes without, and takes nobody else's turn", async () => {
    const turns = new FairTurns(1, 8);
    const held = await turns.take('a', PATIENT);
    assert.equal(await turns.take('b', 1), null);
    const next = turns.take('b', PATIENT);
    held?.leave();
    held?.leave();
    const place = await next;
    assert.ok(place);
    assert.equal(await turns.take('c', 1), null, 'leaving twice gives one place');
  });
});
