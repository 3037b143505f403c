import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Case } from '../../../core/radiology/events.ts';
import { mergeImage, mergeReport } from '../../../core/radiology/merge.ts';
import { digestOf, imageEmbedded, reportLabeled } from '../../../harness/event-fixture.ts';
import { delaysOf } from '../../../services/indexer/delays.ts';

const AT = Date.UTC(2026, 10, 20, 8, 0);
const seconds = (count: number) => AT + count * 1000;

/** A case as the joiner makes it, from events with their times in seconds. */
function caseOf(...events: (({ report: number } & Report) | { image: number })[]): Case {
  const state = events.reduce<Case | null>((before, event, i) => {
    if ('image' in event)
      return mergeImage(
        before,
        imageEmbedded({ receivedOffset: i, received: { receivedAt: seconds(event.image) } }),
      );
    return mergeReport(
      before,
      reportLabeled({
        receivedOffset: i,
        received: {
          receivedAt: seconds(event.report),
          effectiveAt: seconds(event.says ?? event.report),
          observedAt: event.study === undefined ? null : seconds(event.study),
          status: event.status ?? 'FINAL',
          digest: digestOf(`${i}`),
        },
      }),
    );
  }, null);
  assert(state !== null);
  return state;
}

interface Report {
  says?: number;
  study?: number;
  status?: 'PRELIMINARY' | 'FINAL' | 'CORRECTED' | 'CANCELLED';
}

describe('delaysOf', () => {
  it('counts from the first image until the first version of the report, whatever came after', () => {
    const theCase = caseOf(
      { image: 0 },
      { report: 90, status: 'PRELIMINARY' },
      { report: 4_000 },
      { report: 9_000, status: 'CORRECTED' },
      { image: 9_500 },
    );
    const delays = delaysOf(theCase, true);
    assert.equal(delays.first_image_to_first_report_s, 90);
    assert.equal(delays.first_to_last_received_s, 9_500);
  });

  it('is negative where the report came first, and unknown while a side is missing or withheld', () => {
    assert.equal(delaysOf(caseOf({ report: 10 }, { image: 40 }), true).first_image_to_first_report_s, -30);
    assert.equal(delaysOf(caseOf({ report: 10 }), true).first_image_to_first_report_s, null);
    assert.equal(delaysOf(caseOf({ image: 10 }), true).first_image_to_first_report_s, null);
    assert.equal(delaysOf(caseOf({ report: 10 }, { image: 40 }), false).first_image_to_first_report_s, null);
  });

  it('knows nothing of first arrivals in a state from before they were kept', () => {
    const theCase = caseOf({ image: 0 }, { report: 90 });
    for (const report of theCase.reports) report.firstReceivedAt = 0;
    assert.equal(delaysOf(theCase, true).first_image_to_first_report_s, null);
  });

  it('tells the turnaround by what the reports say of themselves, not by their arrival', () => {
    const years = 100_000_000;
    const delays = delaysOf(
      caseOf(
        { report: years, study: 0, says: 600, status: 'PRELIMINARY' },
        { report: years + 1, study: 0, says: 5_400 },
        { report: years + 2, study: 0, says: 80_000, status: 'CORRECTED' },
      ),
      true,
    );
    assert.equal(delays.study_to_first_report_s, 600);
    assert.equal(delays.study_to_final_s, 5_400);
  });

  it('tells no turnaround where the examination has no time, nothing is final, or the times contradict', () => {
    assert.deepEqual(turnaround(caseOf({ report: 10 })), [null, null]);
    assert.deepEqual(turnaround(caseOf({ report: 10, study: 0, status: 'PRELIMINARY' })), [10, null]);
    assert.deepEqual(turnaround(caseOf({ report: 10, study: 20 })), [null, null]);
    assert.deepEqual(turnaround(caseOf({ report: 10, study: 0, status: 'CANCELLED' })), [null, null]);
  });

  it('tells no turnaround where the first versions are forgotten', () => {
    const versions = Array.from({ length: 40 }, (_, i) => ({ report: 10 + i, study: 0 }));
    assert.deepEqual(turnaround(caseOf(...versions)), [null, null]);
  });
});

function turnaround(theCase: Case): (number | null)[] {
  const { study_to_first_report_s, study_to_final_s } = delaysOf(theCase, true);
  return [study_to_first_report_s, study_to_final_s];
}
