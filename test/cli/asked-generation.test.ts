import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosen } from '../../cli/reindex/asked-generation.ts';
import { generationsFor } from '../../models/index-generations.ts';

const one = { bundle: `abcdef12${'0'.repeat(56)}`, name: 'one', generation: 1, dims: 8, reembedAt: 0 };
const two = { bundle: `123456789${'0'.repeat(55)}`, name: 'two', generation: 2, dims: 8, reembedAt: 0 };
const words = { bundle: `fedcba98${'0'.repeat(56)}`, name: 'words', generation: 3, dims: 4, reembedAt: 0 };
const live = { image: [one, two], text: [words] };
const before = generationsFor({ image: one });

test('a reindex takes the bundles that were promoted last, or those that come with us', () => {
  assert.deepEqual(chosen(live, before, undefined, undefined), generationsFor({ image: two, text: words }));
  assert.deepEqual(chosen({ image: [], text: [] }, null, undefined, undefined), generationsFor());
});

test('a bundle that is asked for is taken, and the other kind stays as it is searched', () => {
  for (const called of ['one', 'abcdef12', one.bundle])
    assert.deepEqual(chosen(live, before, called, undefined), before, called);
  for (const called of ['two', two.bundle])
    assert.deepEqual(chosen(live, before, called, undefined), generationsFor({ image: two }), called);
  for (const called of ['words', 'fedcba98'])
    assert.deepEqual(
      chosen(live, before, called, undefined),
      generationsFor({ image: one, text: words }),
      called,
    );
  assert.deepEqual(chosen(live, before, undefined, 2), generationsFor({ image: two }));
  assert.deepEqual(chosen(live, null, 'two', undefined), generationsFor({ image: two, text: words }));
  assert.equal(chosen(live, before, undefined, 7)?.image.generation, 7);
});

test('what comes with us can be called by its name where nothing was promoted', () => {
  const { image, text } = generationsFor();
  for (const { name } of [image, text])
    assert.deepEqual(chosen({ image: [], text: [] }, null, name, undefined), generationsFor(), name);
});

test('a bundle is not guessed from a name that none has, or from the first letters of its hash', () => {
  for (const called of ['three', '123', ''])
    assert.equal(chosen(live, before, called, undefined), undefined, called);
});
