import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openTextEncoders, type TextEncoders } from '../../../services/search/retrieval/text-encoders.ts';

describe('the encoders of queries', () => {
  let encoders: TextEncoders;

  before(async () => {
    encoders = await openTextEncoders();
  });
  after(() => encoders.stop());

  it('leave the thread that answers free while they compute', async () => {
    const texts = Array.from({ length: 24 }, (_, n) => `small left pneumothorax ${n} `.repeat(20));
    let turns = 0;
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      turns++;
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const began = performance.now();
    const vectors = await encoders.embed(1, texts);
    const took = performance.now() - began;
    clearInterval(timer);
    assert.equal(vectors.length, texts.length);
    assert.ok(vectors.every((vector) => Math.abs(Math.hypot(...vector) - 1) < 1e-3));
    assert.ok(turns > 2, `${turns} turns in ${took} ms`);
    assert.ok(longest < took / 2, `held up for ${longest} of ${took} ms`);
  });

  it('refuse a generation that none of them makes, and go on', async () => {
    await assert.rejects(encoders.embed(2, ['edema']), { code: 'VECTOR_GENERATION_MISMATCH' });
    assert.equal((await encoders.embed(1, ['edema'])).length, 1);
    assert.deepEqual(encoders.about.generations, [1]);
  });
});
