import assert from 'node:assert/strict';
import test from 'node:test';
import { fromFloat16, toFloat16 } from '../../../../core/vector/float16.ts';
import type { CaseDocument } from '../../../../schemas/index/case-document.ts';
import { restoreVectors } from '../../../../services/search/retrieval/stored-vectors.ts';

const META = { text_dims: 2, image_dims: 3 };
const packed = (...values: number[]) => [toFloat16(values).toString('base64')];

function documentWith(...embedded: boolean[]): CaseDocument {
  return { images: embedded.map((one) => ({ embedded: one })) } as CaseDocument;
}

test('each embedded image gets its own vector back, and one without stays without', () => {
  const document = documentWith(true, false, true);
  restoreVectors(
    document,
    { text_vector_bytes: packed(0.25, -1), image_vector_bytes: packed(1, 2, 3, 4, 5, 6) },
    META,
  );
  assert.deepEqual(document.text_vector, [0.25, -1]);
  assert.deepEqual(
    document.images.map(({ vector }) => vector),
    [[1, 2, 3], undefined, [4, 5, 6]],
  );
});

test('a document that has no vectors gets none', () => {
  const document = documentWith(false);
  restoreVectors(document, undefined, META);
  assert.equal(document.text_vector, undefined);
  assert.equal(document.images[0]?.vector, undefined);
});

test('what comes back is what was written, to the last bit of float16', () => {
  const values = Array.from(fromFloat16(toFloat16([0.1, -0.033, 0.9])));
  const document = documentWith(true);
  restoreVectors(document, { image_vector_bytes: packed(...values) }, META);
  assert.deepEqual(document.images[0]?.vector, values);
});
