import assert from 'node:assert/strict';
import { it } from 'node:test';
import { objectClass } from '../../../core/dicom/object-class.ts';

it('storage SOP classes fall into the groups that a site may have a rule for', () => {
  const of = (last: string) => objectClass(`1.2.840.10008.5.1.4.1.1.${last}`);
  assert.deepEqual(
    ['88.59', '11.1', '7', '7.4', '88.67', '88.68', '88.73', '88.76', '88.11', '88.33'].map(of),
    [
      'KEY_OBJECT_SELECTION',
      'PRESENTATION_STATE',
      'SECONDARY_CAPTURE',
      'SECONDARY_CAPTURE',
      'DOSE_REPORT',
      'DOSE_REPORT',
      'DOSE_REPORT',
      'DOSE_REPORT',
      'STRUCTURED_REPORT',
      'STRUCTURED_REPORT',
    ],
  );
  assert.deepEqual(['9.1.1', '66', '104.1', '481.3', '2', '1.1', '66.4', '77.1.6', '88'].map(of), [
    'WAVEFORM',
    'RAW_DATA',
    'DOCUMENT',
    'RADIOTHERAPY',
    'OTHER',
    'OTHER',
    'OTHER',
    'OTHER',
    'OTHER',
  ]);
  assert.equal(objectClass('1.2.3'), 'OTHER');
});
