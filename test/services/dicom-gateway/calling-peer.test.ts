import assert from 'node:assert/strict';
import { it } from 'node:test';
import { shown } from '../../../services/dicom-gateway/calling-peer.ts';

it('an AE title in a log is bounded, and what is no printable ASCII is a question mark', () => {
  const peer = '10.1.2.3';
  assert.deepEqual(shown({ peer }), { peer });
  const titles = shown({ peer, callingAeTitle: 'CT\n\u001b[31m\u00e9', calledAeTitle: 'X'.repeat(70) });
  assert.deepEqual(titles, { peer, callingAeTitle: 'CT??[31m?', calledAeTitle: 'X'.repeat(16) });
});
