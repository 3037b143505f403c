import assert from 'node:assert/strict';
import { MAX_ELEMENTS, MAX_SEQUENCE_DEPTH } from '../../../core/dicom/limits.ts';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { type Element, readElements } from '../../../core/dicomweb/elements.ts';
import { jsonDataSet } from '../../../core/dicomweb/json-model.ts';
import { coded, roughly } from '../coded.ts';
import type { FuzzTarget } from '../target.ts';
import { dataSetHeader, SYNTAXES } from './data-set-header.ts';

/** Inputs are those of `data-set-header`; what is deflated there is read as Explicit VR Little Endian. */
export const elementTree: FuzzTarget = {
  name: 'element-tree',
  tokens: dataSetHeader.tokens,
  mutations: dataSetHeader.mutations,
  realSeeds: dataSetHeader.realSeeds,

  /** The tree is no larger than the bytes and the limits, and becomes JSON. */
  check(input) {
    const named = SYNTAXES[(input[0] ?? 0) % SYNTAXES.length] ?? '';
    const syntax =
      named === TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE ? TRANSFER_SYNTAX.EXPLICIT_LITTLE : named;
    const dataSet = input.subarray(2);
    const { value: elements, code } = coded(() => readElements(dataSet, syntax));
    if (elements === null) return `${syntax} ${code}`;
    const size = sizeOf(elements);
    assert.ok(size.bytes <= dataSet.length, 'more bytes came out than went in');
    assert.ok(size.elements <= MAX_ELEMENTS && size.depth <= MAX_SEQUENCE_DEPTH);
    const json = coded(() => JSON.stringify(jsonDataSet(elements, (path) => path.join('/'))));
    return `${syntax} ${roughly(size.elements)} ${size.depth} ${json.code ?? roughly(json.value?.length ?? 0)}`;
  },
};

function sizeOf(elements: readonly Element[]): { bytes: number; elements: number; depth: number } {
  const size = { bytes: 0, elements: elements.length, depth: 0 };
  for (const element of elements) {
    size.bytes += element.value?.length ?? 0;
    for (const item of element.items ?? []) {
      const inner = sizeOf(item);
      size.bytes += inner.bytes;
      size.elements += inner.elements;
      size.depth = Math.max(size.depth, inner.depth + 1);
    }
  }
  return size;
}
