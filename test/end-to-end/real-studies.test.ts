/**
 * From the socket to a search hit, with real reports and every engine real. The best place to start reading: one
 * report goes through hl7-gateway, labeler, joiner and indexer to a hit of the search API; one image through
 * dicom-gateway, inference, joiner and indexer to a thumbnail of the same hit.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { messagesIn } from '../../clients/hl7-files.ts';
import { MllpSender } from '../../clients/mllp-sender.ts';
import { readReport } from '../../core/text/reading.ts';
import { labelsByAssertion } from '../../core/text/report-labels.ts';
import { type FoundCase, SearchClient } from '../../harness/search-client.ts';
import { missing, sharedData } from '../../harness/shared-data.ts';
import { System } from '../../harness/system.ts';
import { until } from '../../harness/until.ts';
import { parseCsv } from '../support/csv.ts';
import { type RealStudy, realStudies, shuffled } from './support/real-studies.ts';
import { scoutFiles } from './support/scout-files.ts';
import { storescu, withoutDcmtk } from './support/storescu.ts';

const SEED = Number(process.env['INTERLEAVE_TEST_SEED'] ?? 20_151_118);
const STUDIES = 25;
const skip = missing('reports_iu_cxr_NC-ND') || missing('cxr_hannover_ccby') || (await withoutDcmtk());

describe(`real studies, in the order of seed ${SEED}`, { skip }, () => {
  let system: System;
  let search: SearchClient;

  before(async () => {
    // A site rule that makes the first images of every series key images: the ten syntaxes come in CT and MR as well.
    system = await System.start(['--no-feed'], { INTERLEAVE_KEY_IMAGE_SERIES_MAXIMUM: '5' });
    search = new SearchClient(system.instance.page);
  });
  after(() => system?.stop());

  describe(`${STUDIES} studies with reports and images interleaved`, () => {
    let studies: RealStudy[];

    before(async () => {
      studies = await realStudies(STUDIES, SEED);
      const sender = await MllpSender.connect(system.instance.hl7);
      const sendings = shuffled(
        studies.flatMap((study) => [
          async () => assert.equal((await sender.send(study.message)).code, 'AA'),
          ...study.images.map((image) => () => storescu(system.instance.dicom, [image.part10])),
        ]),
        SEED,
      );
      for (const send of sendings) await send();
      await sender.close();
    });

    test('every accession is findable, with its report and its images', async () => {
      for (const study of studies)
        await until(
          async () => {
            const found = await search.byAccession(study.accession);
            return (
              found !== undefined &&
              found.status === 'FINAL' &&
              found.images.length >= Math.min(4, study.images.length)
            );
          },
          120_000,
          `a complete case for study ${studies.indexOf(study) + 1} of ${STUDIES}`,
        );
    });

    test('the report text is whole', async () => {
      for (const study of studies) {
        const detail = await search.detail(await idOf(study));
        assert.equal(detail.reports.length, 1);
        for (const { text } of study.sections)
          assert.ok(
            words(detail.reports[0]?.text ?? '').includes(words(text)),
            `a section of study ${study.accession.length}`,
          );
      }
    });

    test('the labels are those that the labeler reads in the text', async () => {
      let labelled = 0;
      for (const study of studies) {
        const found = await search.byAccession(study.accession);
        const reading = readReport(study.sections.map(({ section, text }) => ({ section, text })));
        const expected = labelsByAssertion(reading.findings);
        for (const assertion of ['present', 'absent', 'uncertain'] as const)
          assert.deepEqual(
            found?.findings[assertion].map((finding) => finding.concept).sort(),
            [...expected[assertion]].sort(),
          );
        labelled += expected.present.length + expected.absent.length > 0 ? 1 : 0;
      }
      assert.ok(labelled >= STUDIES * 0.8, `${labelled} of ${STUDIES} reports have labels`);
    });

    test('every image is there, embedded, with a thumbnail that is a picture', async () => {
      for (const study of studies) {
        const detail = await search.detail(await idOf(study));
        assert.equal(detail.images.length, study.images.length);
        assert.deepEqual(
          detail.flags.filter((flag) => flag !== 'PATIENT_CANNOT_TELL'),
          [],
        );
        assert.equal(detail.standing, 'JOINED');
        for (const image of detail.images) {
          assert.equal(image.embedded, true);
          const picture = await search.picture(image.thumbnail ?? '');
          assert.equal(picture.status, 200);
          assert.match(picture.type, /^image\/(jpeg|png|webp)$/);
          assert.ok(picture.bytes.length > 500);
        }
      }
    });

    test('sending everything again changes nothing', async () => {
      const study = studies[0];
      assert.ok(study);
      const before = await search.detail(await idOf(study));
      const sender = await MllpSender.connect(system.instance.hl7);
      assert.equal((await sender.send(study.message)).code, 'AA');
      await sender.close();
      await storescu(
        system.instance.dicom,
        study.images.map((image) => image.part10),
      );
      await until(async () => /lag_records.*\} 0/.test(await system.metrics('joiner')));
      const later = await search.detail(await idOf(study));
      assert.deepEqual(later.reports, before.reports);
      assert.equal(later.images.length, before.images.length);
    });

    test('no log holds an accession number, a UID, or words of a report', () => {
      const logs = system.logs();
      for (const study of studies) {
        assert.ok(!logs.includes(study.accession), 'an accession number is in a log');
        for (const image of study.images)
          assert.ok(!logs.includes(image.sopInstanceUid), 'a UID is in a log');
        const impression = study.sections.find(({ section }) => section === 'IMPRESSION')?.text ?? '';
        assert.ok(impression.length < 20 || !logs.includes(impression), 'report text is in a log');
      }
    });

    async function idOf(study: RealStudy): Promise<string> {
      const found = await search.byAccession(study.accession);
      assert.ok(found);
      return found.id;
    }
  });

  test('ten log files of a RIS: every message is acknowledged and its report found', {
    skip: missing('hl7_radiology_scout'),
  }, async () => {
    const sender = await MllpSender.connect(system.instance.hl7);
    for (const { message, expected } of scoutFiles(10, SEED).flatMap((file) =>
      messagesIn(file.bytes).map((message) => ({ message, expected: file })),
    )) {
      const { accepted, errorCode } = await sender.send(message);
      assert.ok(accepted, `${expected.name} was refused with ${errorCode}`);
    }
    await sender.close();
    for (const { name, accessions } of scoutFiles(10, SEED))
      for (const accession of accessions)
        await until(
          async () => (await search.byAccession(accession)) !== undefined,
          60_000,
          `a report of ${name}`,
        );
  });

  test('ten images of ten transfer syntaxes: stored, joined, and seen or the reason told', {
    skip: missing('dicom'),
  }, async () => {
    const rows = parseCsv(readFileSync(sharedData('dicom', 'manifest.csv'), 'utf8'));
    const usable = rows.filter(
      (row) => row['has_pixel_data'] === '1' && row['part10_magic'] === '1' && row['transfer_syntax'],
    );
    const bySyntax = new Map(shuffled(usable, SEED).map((row) => [row['transfer_syntax'], row]));
    const chosen = shuffled([...bySyntax.values()], SEED).slice(0, 10);
    assert.equal(chosen.length, 10, 'there are ten transfer syntaxes');
    for (const row of chosen) {
      // Most of them have no accession number: what changes among the cases without report is the one that was sent.
      const before = new Set((await imagesOnly()).map(({ id, version }) => `${id} ${version}`));
      await sendAsItIs(readFileSync(sharedData('dicom', row['path'] ?? '')));
      await until(
        async () =>
          (await imagesOnly()).some(
            ({ id, version, images }) =>
              !before.has(`${id} ${version}`) &&
              images.some((image) => image.thumbnail !== null || image.problem !== null),
          ),
        60_000,
        `an image in ${row['transfer_syntax_name']}`,
      );
    }

    function imagesOnly(): Promise<FoundCase[]> {
      return search.search('', { filters: { standing: ['IMAGES_ONLY'] } });
    }

    async function sendAsItIs(file: Buffer): Promise<void> {
      const { DimseSender, dicomObjectOf, proposalsFor } = await import('../../clients/dimse-sender.ts');
      const object = dicomObjectOf(file);
      const sender = await DimseSender.connect({
        ...system.instance.dicom,
        calledAeTitle: system.instance.dicom.aeTitle,
        callingAeTitle: 'E2E',
        presentationContexts: proposalsFor([object]),
      });
      assert.equal((await sender.store(object)).status, 0);
      await sender.release();
    }
  });
});

function words(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
