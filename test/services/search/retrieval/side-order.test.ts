import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readReport } from '../../../../core/text/reading.ts';
import { sidedFindings } from '../../../../schemas/index/sided-finding.ts';
import { agreement } from '../../../../services/search/retrieval/side-order.ts';

describe('the side of a case', () => {
  const of = (text: string, side: 'RIGHT' | 'LEFT' | 'BILATERAL', status: 'FINAL' | 'CANCELLED' = 'FINAL') =>
    agreement(
      new Set(sidedFindings([{ status, findings: readReport([{ section: 'FINDINGS', text }]).findings }])),
      { concept: 'effusion', assertion: 'PRESENT', side },
    );

  it('is that of its findings: there, not said, or the other one', () => {
    assert.equal(of('Small right pleural effusion.', 'RIGHT'), 0);
    assert.equal(of('Possible right pleural effusion.', 'RIGHT'), 0);
    assert.equal(of('Pleural effusion.', 'RIGHT'), 1);
    assert.equal(of('Small left pleural effusion.', 'RIGHT'), 2);
    assert.equal(of('Small left pleural effusion.', 'BILATERAL'), 2);
  });

  it('on both sides is on either', () => {
    for (const text of ['Bilateral pleural effusions.', 'Small right effusion. Large left effusion.'])
      for (const side of ['RIGHT', 'LEFT', 'BILATERAL'] as const) assert.equal(of(text, side), 0, text);
  });

  it('is not that of a denial, of another finding, or of a cancelled report', () => {
    assert.equal(of('No right pleural effusion. Left pleural effusion.', 'RIGHT'), 2);
    assert.equal(of('Right pneumothorax.', 'RIGHT'), 1);
    assert.equal(of('Small left pleural effusion.', 'RIGHT', 'CANCELLED'), 1);
  });
});
