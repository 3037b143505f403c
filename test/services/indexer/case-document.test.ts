import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Case, Patient } from '../../../core/radiology/events.ts';
import { mergeReport } from '../../../core/radiology/merge.ts';
import { NO_PATIENT } from '../../../core/radiology/patient.ts';
import { patientKey } from '../../../core/radiology/patient-key.ts';
import { caseStanding } from '../../../core/radiology/standing.ts';
import { readReport } from '../../../core/text/reading.ts';
import { reportLabeled } from '../../../harness/event-fixture.ts';
import type { CaseDocument } from '../../../schemas/index/case-document.ts';
import { caseDocument } from '../../../services/indexer/case-document.ts';
import {
  caseFixture,
  FIXTURE_SECRET,
  PLANTED,
  RECEIVED_AT,
  STUDIED_AT,
  unitVector,
  vectorOf,
} from '../../support/case-fixture.ts';

const STRANGER = { issuer: PLANTED.facility, identifier: 'MRN1', familyName: 'Other', birthDate: '19900101' };
const SLOTS = { text: { generation: 1, dims: 512 }, image: { generation: 1, dims: 1280 } };

function documentOf(theCase: Case, slots = SLOTS): CaseDocument {
  return caseDocument(theCase, caseStanding(theCase), slots, FIXTURE_SECRET);
}

describe('caseDocument', () => {
  it('says by a keyed hash of whom it is, and by nothing else; not of withheld images', () => {
    const keyOf = (patient: Partial<Patient>) => patientKey(FIXTURE_SECRET, { ...NO_PATIENT, ...patient });
    const theCase = caseFixture({ reports: ['Clear lungs.'], images: [{}] });
    const { patient } = theCase.reports[0]?.latest.received ?? { patient: NO_PATIENT };
    assert.deepEqual(documentOf(theCase).patient_key, [keyOf(patient)]);
    assert.doesNotMatch(JSON.stringify(documentOf(theCase)), new RegExp(patient.identifier));

    const withheld = caseFixture({
      reports: ['Clear lungs.'],
      images: [{ change: { patient: { ...NO_PATIENT, ...STRANGER } } }],
    });
    assert.equal(caseStanding(withheld).withheldImages, true);
    assert.deepEqual(documentOf(withheld).patient_key, [keyOf(patient)]);
    assert.notEqual(keyOf(STRANGER), keyOf(patient));
  });

  it('keeps the report whole and searches only what it asserts', () => {
    const text = 'FINDINGS: No effusion or consolidation. IMPRESSION: Small left apical pneumothorax.';
    const document = documentOf(caseFixture({ reports: [text] }));
    assert.equal(document.reports[0]?.text, text);
    assert.equal(document.text.report, text);
    assert.match(document.text.asserted, /pneumothorax/);
    assert.doesNotMatch(document.text.asserted, /effusion|consolidation/);
    assert.equal(document.text.impression, 'Small left apical pneumothorax.');
    assert.deepEqual(document.findings.present, ['pneumothorax']);
    assert.deepEqual(document.findings.absent, ['consolidation', 'effusion']);
    assert.equal(document.accession, PLANTED.accession);
    assert.deepEqual(document.patient, { sex: 'F', age_group: '60-69' });
    assert.equal(document.studied_at, STUDIED_AT);
  });

  it('files a case of an archive among its own years: by the study, else by its first report, never after it came', () => {
    const REPORTED_AT = Date.UTC(2015, 2, 4, 11);
    const old = { observedAt: null, effectiveAt: REPORTED_AT };
    const fixture = (change: object, images: object[] = []) =>
      documentOf(
        caseFixture({
          reports: [{ text: 'Clear lungs.', change }],
          images: images.map((one) => ({ change: one })),
        }),
      );
    const studied = fixture({ ...old, observedAt: Date.UTC(2015, 2, 4, 9) });
    assert.equal(studied.sorted_at, Date.UTC(2015, 2, 4, 9));
    assert.equal(fixture(old, [{ studyDate: '20150303' }]).sorted_at, Date.UTC(2015, 2, 3));
    assert.equal(fixture(old, [{ studyDate: '' }]).sorted_at, REPORTED_AT);
    const { sorted_at, first_received_at, last_received_at } = fixture({
      ...old,
      effectiveAt: RECEIVED_AT + 86_400_000,
    });
    assert.equal(sorted_at, first_received_at, 'a clock that is ahead brings nothing to the top');
    assert.ok(sorted_at <= last_received_at);
    const imagesOnly = documentOf(
      caseFixture({ reports: [], images: [{ change: { studyDate: '20150303' } }] }),
    );
    assert.equal(imagesOnly.sorted_at, Date.UTC(2015, 2, 3));
  });

  it('takes vectors of the generation of the index only', () => {
    const theCase = caseFixture({
      reports: [{ text: 'FINDINGS: Edema.', vector: vectorOf('edema', 512, 2) }],
      images: [{ vector: vectorOf('one', 1280) }, { vector: vectorOf('two', 1280, 2) }],
    });
    const document = documentOf(theCase);
    assert.equal(document.text_vector, undefined);
    assert.deepEqual(
      document.images.map((image) => image.vector?.length),
      [1280, undefined],
    );
    const second = { text: { generation: 2, dims: 512 }, image: { generation: 2, dims: 1280 } };
    const next = documentOf(theCase, second);
    assert.equal(next.text_vector?.length, 512);
    assert.deepEqual(
      next.images.map((image) => image.vector?.length),
      [undefined, 1280],
    );
  });

  it('leaves out vectors that have no direction, and keeps the case', () => {
    const zeros = { ...unitVector(new Float32Array(1280).fill(1)), data: Buffer.alloc(2560) };
    const document = documentOf(caseFixture({ images: [{ vector: zeros }] }));
    assert.equal(document.images.length, 1);
    assert.equal(document.images[0]?.vector, undefined);
  });

  it('tells how many lines were withdrawn, and which version is shown', () => {
    const text = 'FINDINGS: Clear lungs.';
    const theCase = caseFixture({
      reports: [{ text, change: { withdrawnLines: 2, linesWithoutResult: 1, effectiveAt: 7 } }],
    });
    const [report] = theCase.reports;
    assert.ok(report);
    const [version] = report.versions;
    assert.ok(version);
    const later = { ...version, effectiveAt: 9, status: 'PRELIMINARY' as const, digest: 'other' };
    const document = documentOf({ ...theCase, reports: [{ ...report, versions: [later, version] }] });
    assert.deepEqual(
      [document.reports[0]?.withdrawn_lines, document.reports[0]?.lines_without_result],
      [2, 1],
    );
    assert.deepEqual(
      document.reports[0]?.versions.map(({ shown }) => shown),
      [false, true],
    );
    assert.deepEqual(document.flags, ['REPORT_TIMES_DISAGREE']);
  });

  it('a version of which every line was withdrawn shows and finds nothing of the one before, and says why', () => {
    const first = caseFixture({ reports: ['FINDINGS: Large left pneumothorax.'] });
    const latest = first.reports[0]?.latest;
    assert.ok(latest);
    const corrected = reportLabeled({
      received: {
        ...latest.received,
        effectiveAt: latest.received.effectiveAt + 1,
        digest: 'corrected',
        status: 'CORRECTED',
        parts: [],
        withdrawnLines: 1,
        problem: 'HL7_TEXT_WITHDRAWN',
      },
      reading: { ...readReport([]), text: '' },
    });
    const document = documentOf(mergeReport(first, corrected));
    assert.equal(document.status, 'CORRECTED');
    assert.deepEqual(document.findings.present, []);
    assert.deepEqual([document.text.report, document.text.asserted], ['', '']);
    assert.doesNotMatch(JSON.stringify(document), /pneumothorax/);
    assert.equal(document.reports[0]?.problem, 'HL7_TEXT_WITHDRAWN');
  });

  it('holds nothing of images that are withheld', () => {
    const theCase = caseFixture({
      reports: ['FINDINGS: Edema. See image 1.'],
      images: [
        {
          vector: vectorOf('one', 1280),
          change: { bodyPart: 'OTHERBODY', modality: 'MG', patient: { ...NO_PATIENT, ...STRANGER } },
        },
      ],
    });
    assert.equal(documentOf(theCase).standing, 'RECONCILIATION');
    const text = JSON.stringify(documentOf(theCase));
    assert.doesNotMatch(text, /OTHERBODY|MG/);
    for (const image of theCase.images) {
      assert.ok(!text.includes(image.received.sopInstanceUid));
      assert.ok(!text.includes(image.received.object.sha256.slice(0, 16)));
      assert.ok(!text.includes(image.frames[0]?.thumbnail?.sha256 ?? 'no thumbnail'));
    }
  });

  it('links a citation to the image of that series, and not to a guess', () => {
    const theCase = caseFixture({
      reports: ['FINDINGS: Nodule on series 3, image 55. Another on image 7. And series 9 image 1.'],
      images: [
        { change: { seriesNumber: 3, instanceNumber: 55, seriesInstanceUid: '1.3' } },
        { change: { seriesNumber: 3, instanceNumber: 7, seriesInstanceUid: '1.3' } },
        { change: { seriesNumber: 4, instanceNumber: 7, seriesInstanceUid: '1.4' } },
      ],
    });
    const document = documentOf(theCase);
    const citations = document.reports[0]?.citations ?? [];
    assert.deepEqual(
      citations.map((citation) => citation.images),
      [[document.images[0]?.id], [], []],
    );
    assert.deepEqual(
      document.images.map((image) => image.cited),
      [true, false, false],
    );
  });

  it('searches the vector of an image while it is a key image or cited; the case keeps it', () => {
    const report = 'FINDINGS: Nodule on series 3, image 55.';
    const at = (instanceNumber: number, keyImage: 'NONE' | 'SMALL_SERIES' = 'NONE') => ({
      change: { seriesNumber: 3, instanceNumber, seriesInstanceUid: '1.3', keyImage },
      vector: vectorOf(`${instanceNumber}`, 1280),
    });
    const theCase = caseFixture({ reports: [report], images: [at(55), at(56), at(57, 'SMALL_SERIES')] });
    const searched = (document: CaseDocument) =>
      document.images.map(({ cited, embedded, vector }) => [cited, embedded, vector !== undefined]);
    assert.deepEqual(searched(documentOf(theCase)), [
      [true, true, true],
      [false, false, false],
      [false, true, true],
    ]);
    const latest = theCase.reports[0]?.latest;
    assert.ok(latest);
    const correct = (text: string, minute: number) =>
      reportLabeled({
        received: { ...latest.received, effectiveAt: minute, digest: `${minute}`, status: 'CORRECTED' },
        reading: readReport([{ section: null, text }]),
      });
    const { effectiveAt } = latest.received;
    const without = mergeReport(theCase, correct('FINDINGS: No nodule.', effectiveAt + 1));
    assert.deepEqual(searched(documentOf(without))[0], [false, false, false]);
    assert.equal(without.vectors.length, 3);
    assert.equal(
      Buffer.from(documentOf(without).image_vector_bytes ?? '', 'base64').length,
      1280 * 2,
      'and the vectors beside the images are those',
    );
    const again = mergeReport(without, correct(report, effectiveAt + 2));
    assert.deepEqual(searched(documentOf(again))[0], [true, true, true]);
  });

  it('links a citation to the frame of a multi-frame that it means', () => {
    const theCase = caseFixture({
      reports: ['FINDINGS: Thrombus on series 3, image 7.'],
      images: [{ change: { seriesNumber: 3, instanceNumber: 1, numberOfFrames: 60 } }],
    });
    const [image] = theCase.images;
    assert.ok(image);
    const frames = [7, 30].map((frame) => ({ frame, thumbnail: null }));
    const document = documentOf({ ...theCase, images: [{ ...image, frames }] });
    assert.deepEqual(
      document.images.map(({ frame, cited }) => [frame, cited]),
      [
        [7, true],
        [30, false],
      ],
    );
    assert.deepEqual(document.reports[0]?.citations[0]?.images, [document.images[0]?.id]);
  });

  it('marks what a key object selection names, and leaves out what a rejection note names', () => {
    const uid = (n: number) => `${PLANTED.uid}.9.${n}`;
    const named = (titleCode: string, ...uids: string[]) => ({
      change: {
        kind: 'KEY_OBJECT_SELECTION' as const,
        titleCode,
        references: uids.map((sopInstanceUid) => ({ sopInstanceUid, frames: [] })),
      },
    });
    const theCase = caseFixture({ images: [{}, {}, named('113000', uid(0)), named('113001', uid(1))] });
    const document = documentOf(theCase);
    assert.deepEqual(
      document.images.map((image) => [image.sop_instance_uid, image.marked]),
      [[uid(0), true]],
    );
    assert.equal(document.image_count, 1);
  });

  it('shows a cancelled report and does not search it', () => {
    const theCase = caseFixture({
      reports: [{ text: 'FINDINGS: Large mass.', change: { status: 'CANCELLED' } }],
    });
    const document = documentOf(theCase);
    assert.deepEqual(document.findings.present, []);
    assert.equal(document.text.report, '');
    assert.equal(document.reports[0]?.text, 'FINDINGS: Large mass.');
    assert.equal(document.status, 'CANCELLED');
  });

  it('puts the newest report first, whatever the order of the case', () => {
    const theCase = caseFixture({
      reports: [
        { text: 'IMPRESSION: Pneumonia.', change: { effectiveAt: 2000 } },
        { text: 'IMPRESSION: Edema.', change: { effectiveAt: 3000 } },
        { text: 'IMPRESSION: Mass.', change: { effectiveAt: 4000, status: 'CANCELLED' } },
      ],
    });
    const document = documentOf(theCase);
    assert.deepEqual(
      document.reports.map((report) => report.text),
      ['IMPRESSION: Edema.', 'IMPRESSION: Pneumonia.', 'IMPRESSION: Mass.'],
    );
    assert.deepEqual(document.findings.present, ['edema', 'pneumonia']);
    assert.equal(document.status, 'FINAL');
  });
});
