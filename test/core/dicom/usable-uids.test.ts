import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DataSet } from '../../../core/dicom/data-set.ts';
import { headerOf } from '../../../core/dicom/header.ts';
import { MAX_UID_LENGTH } from '../../../core/dicom/limits.ts';
import { requireUsableUids } from '../../../core/dicom/usable-uids.ts';

const UIDS = ['sopClassUid', 'sopInstanceUid', 'studyInstanceUid', 'seriesInstanceUid'] as const;
const header = (name: (typeof UIDS)[number], uid: string) => ({
  ...headerOf(new DataSet(true), false),
  [name]: uid,
});

test('UIDs of an object are digits and dots, or absent', () => {
  for (const name of UIDS) {
    for (const good of ['', '1.2.840.10008', '1.02.3', '1..2', '1'.repeat(MAX_UID_LENGTH)])
      requireUsableUids(header(name, good));
    for (const bad of ['1'.repeat(MAX_UID_LENGTH + 1), '1.2\r\nX: y', '1.2\\1.3', '1.2/../3', 'abc', '1.2\n'])
      assert.throws(() => requireUsableUids(header(name, bad)), { code: 'DICOM_UID_INVALID' }, bad);
  }
});

test('whatever is usable stands in a header or a path as it is', () => {
  fc.assert(
    fc.property(fc.constantFrom(...UIDS), fc.string({ unit: 'binary' }), (name, uid) => {
      try {
        requireUsableUids(header(name, uid));
      } catch {
        return;
      }
      assert.equal(encodeURIComponent(uid), uid);
    }),
  );
});
