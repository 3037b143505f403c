import assert from 'node:assert/strict';
import test from 'node:test';
import type {
  Case,
  ImageEmbedded,
  Patient,
  ReportLabeled,
  ReportStatus,
} from '../../../core/radiology/events.ts';
import { isMarked } from '../../../core/radiology/image-marks.ts';
import { MAX_COMPARED_PATIENTS } from '../../../core/radiology/limits.ts';
import { mergeImage, mergeReport } from '../../../core/radiology/merge.ts';
import { caseStanding, hasWaitedTooLong, UNMATCHED_AFTER_MS } from '../../../core/radiology/standing.ts';
import { imageEmbedded, reportLabeled, selection } from '../../../harness/event-fixture.ts';

const ROE: Patient = {
  issuer: 'MRN',
  identifier: '1',
  familyName: 'Roe',
  givenName: 'Jane',
  birthDate: '19700102',
  sex: 'F',
};
const POE: Patient = { ...ROE, identifier: '2', familyName: 'Poe' };

function caseOf(reports: ReportLabeled[], images: ImageEmbedded[]): Case {
  let state: Case | null = null;
  for (const report of reports) state = mergeReport(state, report);
  for (const image of images) state = mergeImage(state, image);
  assert(state !== null);
  return state;
}
const report = (patient: Patient = ROE, more: Partial<ReportLabeled['received']> = {}) =>
  reportLabeled({ received: { patient, ...more } });
const image = (patient: Patient = ROE, more: Partial<ImageEmbedded['received']> = {}) =>
  imageEmbedded({ received: { patient, sopInstanceUid: '1.1', ...more } });

test('report and image of one patient are joined', () => {
  const standing = caseStanding(caseOf([report()], [image()]));
  assert.equal(standing.standing, 'JOINED');
  assert.deepEqual(standing.flags, []);
  assert.equal(standing.patients, 'AGREE');
  assert.equal(standing.waitingFor, null);
  assert.deepEqual([...standing.shownImages], ['1.1']);
});

test('one side alone waits; that it has waited too long is a matter of when it is shown', () => {
  const alone = caseStanding(caseOf([report(ROE, { receivedAt: 1_000 })], []));
  assert.deepEqual([alone.standing, alone.waitingFor, alone.flags], ['REPORT_ONLY', 'IMAGES', []]);
  assert.equal(hasWaitedTooLong('REPORT_ONLY', 1_000, 1_000 + UNMATCHED_AFTER_MS), false);
  assert.equal(hasWaitedTooLong('REPORT_ONLY', 1_000, 1_001 + UNMATCHED_AFTER_MS), true);
  assert.equal(hasWaitedTooLong('IMAGES_ONLY', 0, 2 * UNMATCHED_AFTER_MS), true);
  assert.equal(hasWaitedTooLong('JOINED', 0, 2 * UNMATCHED_AFTER_MS), false);
  const images = caseStanding(caseOf([], [image()]));
  assert.deepEqual([images.standing, images.waitingFor], ['IMAGES_ONLY', 'REPORT']);
});

test('a study or a report without accession number can match nothing', () => {
  const study = caseStanding(
    caseOf([], [image(ROE, { caseKey: { kind: 'STUDY', issuer: '', value: '1.2.3' } })]),
  );
  assert.deepEqual(study.flags, ['NO_ACCESSION', 'UNMATCHED']);
  const key = { kind: 'REPORT', issuer: 'H', value: 'F1' } as const;
  assert.deepEqual(caseStanding(caseOf([report(ROE, { caseKey: key })], [])).flags, [
    'NO_ACCESSION',
    'UNMATCHED',
  ]);
});

test('patients that disagree: the images are withheld, the report stands alone', () => {
  for (const images of [[image(POE)], [image(), image(POE, { sopInstanceUid: '1.2' })]]) {
    const standing = caseStanding(caseOf([report()], images));
    assert.equal(standing.standing, 'RECONCILIATION');
    assert.equal(standing.withheldImages, true);
    assert.equal(standing.shownImages.size, 0);
  }
});

test('two reports or two images of different patients are reconciled as well', () => {
  const overRead = report(POE, { identity: { facility: 'H', fillerNumber: 'F2' } });
  assert.equal(caseStanding(caseOf([report(), overRead], [])).standing, 'RECONCILIATION');
  assert.equal(
    caseStanding(caseOf([], [image(), image(POE, { sopInstanceUid: '1.2' })])).standing,
    'RECONCILIATION',
  );
});

test('a cancelled report and a rejected image no longer disagree with anybody', () => {
  const cancelled = report(POE, { status: 'CANCELLED', identity: { facility: 'H', fillerNumber: 'F2' } });
  const standing = caseStanding(caseOf([report(), cancelled], [image()]));
  assert.equal(standing.standing, 'JOINED');
  assert.deepEqual(standing.flags, ['REPORT_CANCELLED']);
  const stray = image(POE, { sopInstanceUid: '1.2' });
  const rejected = caseStanding(caseOf([report()], [image(), stray, selection('9', '113038', ['1.2'])]));
  assert.equal(rejected.standing, 'JOINED');
  assert.deepEqual([...rejected.shownImages], ['1.1']);
});

test('patients of whom too little is said: joined and flagged', () => {
  const unknown: Patient = { ...ROE, issuer: '', identifier: '', birthDate: '' };
  const standing = caseStanding(caseOf([report()], [image(unknown)]));
  assert.equal(standing.standing, 'JOINED');
  assert.deepEqual(standing.flags, ['PATIENT_CANNOT_TELL']);
});

test('MAX_COMPARED_PATIENTS: more spellings than that are no one person', () => {
  const spelled = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      image({ ...ROE, givenName: `J${i}` }, { sopInstanceUid: `1.${i}` }),
    );
  assert.equal(caseStanding(caseOf([], spelled(MAX_COMPARED_PATIENTS))).standing, 'IMAGES_ONLY');
  assert.equal(caseStanding(caseOf([], spelled(MAX_COMPARED_PATIENTS + 1))).standing, 'RECONCILIATION');
});

test('key object selections mark images and frames, also before they come', () => {
  const marks = caseStanding(
    caseOf(
      [],
      [
        image(),
        selection('9.1', '113000', ['1.1', { sopInstanceUid: '1.7', frames: [3, 2] }]),
        selection('9.2', '113003', [{ sopInstanceUid: '1.7', frames: [5] }]),
      ],
    ),
  ).marks;
  assert.deepEqual(marks.marked.get('1.1'), { frames: [], titleCodes: ['113000'] });
  assert.deepEqual(marks.marked.get('1.7'), { frames: [2, 3, 5], titleCodes: ['113000', '113003'] });
  assert.deepEqual(
    [1, 2, 3, 4].map((frame) => isMarked(marks, '1.7', frame)),
    [false, true, true, false],
  );
  assert.equal(isMarked(marks, '1.1', 40), true);
});

test('a mark of the whole object holds for all its frames', () => {
  const marks = caseStanding(
    caseOf(
      [],
      [
        selection('9.1', '113000', [{ sopInstanceUid: '1.7', frames: [3] }]),
        selection('9.2', '113000', ['1.7']),
      ],
    ),
  ).marks;
  assert.equal(isMarked(marks, '1.7', 1), true);
});

test('every title of rejection withdraws; what is withdrawn is not marked, and a withdrawn selection marks nothing', () => {
  for (const title of ['113001', '113037', '113038', '113039']) {
    const standing = caseStanding(
      caseOf(
        [report()],
        [image(), selection('9.1', '113000', ['1.1', '1.2']), selection('9.2', title, ['1.1', '9.1'])],
      ),
    );
    assert.equal(standing.standing, 'REPORT_ONLY');
    assert.deepEqual(standing.flags, ['IMAGES_REJECTED']);
    assert.equal(standing.marks.marked.size, 0);
  }
});

test('a case of which everything was withdrawn is withdrawn', () => {
  const cancelled = report(ROE, { status: 'CANCELLED' });
  assert.equal(caseStanding(caseOf([cancelled], [])).standing, 'WITHDRAWN');
  assert.equal(caseStanding(caseOf([cancelled], [image()])).standing, 'IMAGES_ONLY');
  assert.equal(
    caseStanding(caseOf([cancelled], [image(), selection('9.1', '113037', ['1.1'])])).standing,
    'WITHDRAWN',
  );
  assert.equal(caseStanding(caseOf([], [selection('9.1', '113000', ['1.1'])])).standing, 'IMAGES_ONLY');
});

test('an image that came again with other bytes is flagged', () => {
  const other = image(ROE, { object: { sha256: 'other', size: 1, mediaType: 'application/dicom' } });
  assert.deepEqual(caseStanding(caseOf([report()], [image(), other])).flags, ['IMAGES_REPLACED']);
});

test('a report whose order of versions is in doubt is flagged, and so is one that went back to preliminary', () => {
  const HOUR = 3_600_000;
  const version = (status: ReportStatus, hour: number, zoned: boolean) =>
    report(ROE, { status, effectiveAt: hour * HOUR, zoned, digest: `${status} ${hour} ${zoned}` });
  const flagsOf = (...versions: ReportLabeled[]) => caseStanding(caseOf(versions, [image()])).flags;
  assert.deepEqual(flagsOf(version('PRELIMINARY', 9, true), version('FINAL', 10, true)), []);
  assert.deepEqual(flagsOf(version('PRELIMINARY', 9, true), version('FINAL', 10, false)), []);
  assert.deepEqual(flagsOf(version('PRELIMINARY', 14, true), version('FINAL', 10, false)), [
    'REPORT_TIMES_DISAGREE',
  ]);
  assert.deepEqual(flagsOf(version('FINAL', 10, true), version('PRELIMINARY', 14, true)), [
    'REPORT_SENT_BACK',
  ]);
  assert.deepEqual(flagsOf(version('FINAL', 10, true), version('PRELIMINARY', 30, false)), [
    'REPORT_SENT_BACK',
  ]);
  assert.deepEqual(flagsOf(version('CANCELLED', 10, true), version('PRELIMINARY', 30, true)), []);
  assert.deepEqual(flagsOf(version('CANCELLED', 10, false), version('FINAL', 14, true)), [
    'REPORT_CANCELLED',
    'REPORT_TIMES_DISAGREE',
  ]);
});
