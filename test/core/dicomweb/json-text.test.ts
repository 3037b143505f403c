import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonDataSet } from '../../../core/dicomweb/json-model.ts';
import { dicomJson } from '../../../core/dicomweb/json-text.ts';

const CS = { vr: 'CS', Value: ['A'] };

/** The keys that stand directly in an object of the text, in its order. */
function keysOf(text: string): string[] {
  return [...text.matchAll(/"([0-9A-F]{8})":\{"vr"/g)].map(([, tag]) => tag ?? '');
}

describe('DICOM JSON as text', () => {
  it('has its tags in rising order, those of digits alone too', () => {
    const text = dicomJson({ '20500020': CS, '00080060': CS, '7FE00010': CS, '0020000D': CS });
    assert.deepEqual(keysOf(text), ['00080060', '0020000D', '20500020', '7FE00010']);
  });

  it('has those of items in rising order', () => {
    const item: JsonDataSet = { '30060080': CS, '00081150': CS };
    const text = dicomJson({ '00081115': { vr: 'SQ', Value: [item, item, null] } });
    assert.deepEqual(keysOf(text), ['00081115', '00081150', '30060080', '00081150', '30060080']);
    assert.ok(text.endsWith(',null]}}'));
  });

  it('says the same as JSON.stringify for any data set', () => {
    const tag = fc
      .integer({ min: 0, max: 0xffffffff })
      .map((number) => number.toString(16).toUpperCase().padStart(8, '0'));
    const element = fc.oneof(
      fc.constant({ vr: 'SQ' }),
      fc.record({ vr: fc.constant('LO'), Value: fc.array(fc.string()) }),
      fc.record({ vr: fc.constant('PN'), Value: fc.array(fc.record({ Alphabetic: fc.string() })) }),
      fc.record({ vr: fc.constant('OB'), InlineBinary: fc.base64String() }),
    );
    const flat = fc.dictionary(tag, element);
    const sequence = flat.map((items) => ({ vr: 'SQ', Value: [items] }));
    fc.assert(
      fc.property(fc.dictionary(tag, fc.oneof(element, sequence)), (dataSet) => {
        const text = dicomJson(dataSet as JsonDataSet);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(dataSet)));
      }),
    );
  });
});
