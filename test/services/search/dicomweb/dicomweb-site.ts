import assert from 'node:assert/strict';
import { TRANSFER_SYNTAX } from '../../../../core/dicom/uids.ts';
import type { JsonDataSet } from '../../../../core/dicomweb/json-model.ts';
import type { Case, ImageReceived } from '../../../../core/radiology/events.ts';
import { caseFixture, sha256 } from '../../../support/case-fixture.ts';
import { dicomFile, type FileOptions, JPEG_BASELINE } from '../../../support/dicom-files.ts';
import { type DicomWebClient, dicomWebClient } from '../../../support/dicomweb-client.ts';
import { SearchSite } from '../search-site.ts';

export const STUDY = '2.25.100';
export const PLAIN = `${STUDY}.1.1`;
export const FRAMES = `${STUDY}.1.2`;
export const BIG = `${STUDY}.1.3`;
export const IMPLICIT = `${STUDY}.1.4`;
export const DEFLATED = `${STUDY}.1.5`;
export const SERIES = `${STUDY}.1`;
export const OTHER_STUDY = '2.25.200';
export const WITHHELD_STUDY = '2.25.300';
export const VIEWER = 'http://viewer.example:3000';

/** Accession → its objects. */
const OBJECTS: Record<string, FileOptions[]> = {
  DW1: [
    {
      study: STUDY,
      series: SERIES,
      instance: PLAIN,
      frames: [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
      ],
      more: [
        [0x00082112, 'SQ', [[[0x00081155, 'UI', '1.2.3']]]],
        [0x00420011, 'OB', Buffer.alloc(5_000, 7)],
        [0x00091001, 'UN', Buffer.from('private')],
      ],
    },
    {
      study: STUDY,
      series: SERIES,
      instance: FRAMES,
      instanceNumber: 2,
      transferSyntax: JPEG_BASELINE,
      frames: [[10], [128], [250]],
    },
    {
      study: STUDY,
      series: SERIES,
      instance: BIG,
      instanceNumber: 3,
      transferSyntax: TRANSFER_SYNTAX.EXPLICIT_BIG,
    },
    {
      study: STUDY,
      series: `${STUDY}.2`,
      instance: IMPLICIT,
      modality: 'CR',
      seriesNumber: 2,
      transferSyntax: TRANSFER_SYNTAX.IMPLICIT_LITTLE,
    },
    {
      study: STUDY,
      series: `${STUDY}.2`,
      instance: DEFLATED,
      modality: 'CR',
      seriesNumber: 2,
      instanceNumber: 2,
      transferSyntax: TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE,
    },
  ],
  DW2: [
    {
      study: OTHER_STUDY,
      series: `${OTHER_STUDY}.1`,
      instance: `${OTHER_STUDY}.1.1`,
      accession: 'DW2',
      modality: 'US',
      studyDate: '20230101',
    },
  ],
  DW3: [
    {
      study: WITHHELD_STUDY,
      series: `${WITHHELD_STUDY}.1`,
      instance: `${WITHHELD_STUDY}.1.1`,
      accession: 'DW3',
      patientName: 'Somebody^Else',
      patientId: 'OTHER',
    },
  ],
};

/** The search service with three studies, one of them withheld, and a DICOMweb client of it. */
export class DicomWebSite {
  readonly search: SearchSite;
  /** instance UID → its file as it was stored */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly base: string;
  readonly viewer: DicomWebClient;

  private constructor(search: SearchSite, files: ReadonlyMap<string, Buffer>, base: string) {
    this.search = search;
    this.files = files;
    this.base = base;
    this.viewer = dicomWebClient(base);
  }

  static async open(): Promise<DicomWebSite> {
    const search = await SearchSite.open();
    const files = await indexObjects(search);
    const address = await search.start({ INTERLEAVE_DICOMWEB_ORIGINS: VIEWER });
    return new DicomWebSite(search, files, `${address}/dicom-web`);
  }

  get(path: string, headers: Record<string, string>): Promise<Response> {
    return fetch(`${this.base}${path}`, { headers });
  }

  close(): Promise<void> {
    return this.search.close();
  }
}

/** The path of an instance of the first study. */
export function instance(uid: string, series = SERIES): string {
  return `/studies/${STUDY}/series/${series}/instances/${uid}`;
}

async function indexObjects(site: SearchSite): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const cases: Case[] = [];
  for (const [accession, own] of Object.entries(OBJECTS)) {
    const caseId = sha256(accession).slice(0, 32);
    const images: { change: Partial<ImageReceived> }[] = [];
    for (const options of own) {
      const file = await dicomFile(options);
      files.set(options.instance, file);
      const object = await site.objects.put(caseId, file, 'application/dicom');
      images.push({ change: receivedOf(options, object) });
    }
    const withheld = accession === 'DW3';
    const made = caseFixture({ accession, caseId, images, ...(withheld ? {} : { reports: [] }) });
    const shown = withheld
      ? {
          ...made,
          images: made.images.map((image) => ({
            ...image,
            received: { ...image.received, patient: OTHER },
          })),
        }
      : made;
    // Inference made no thumbnails here.
    for (const image of shown.images) image.frames = [];
    cases.push(shown);
  }
  await site.indices.putCases(cases);
  return files;
}

const OTHER = {
  issuer: '',
  identifier: 'OTHER',
  familyName: 'Somebody',
  givenName: 'Else',
  birthDate: '19000101',
  sex: 'M' as const,
};

function receivedOf(options: FileOptions, object: ImageReceived['object']): Partial<ImageReceived> {
  return {
    sopInstanceUid: options.instance,
    seriesInstanceUid: options.series,
    studyInstanceUid: options.study,
    sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
    seriesNumber: options.seriesNumber ?? 1,
    instanceNumber: options.instanceNumber ?? 1,
    numberOfFrames: options.frames?.length ?? 1,
    modality: options.modality ?? 'DX',
    studyDate: options.studyDate ?? '20240517',
    studyDescription: 'Schädel in 2 Ebenen',
    transferSyntaxUid: options.transferSyntax ?? TRANSFER_SYNTAX.EXPLICIT_LITTLE,
    object,
  };
}

/** The body of an answer in DICOM JSON, which it must be. */
export async function json(response: Response): Promise<JsonDataSet[]> {
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^application\/dicom\+json/);
  return (await response.json()) as JsonDataSet[];
}

/** The parts of a multipart answer. */
export async function parts(response: Response): Promise<{ type: string; body: Buffer }[]> {
  const boundary = /boundary=([^;]+)/.exec(response.headers.get('content-type') ?? '')?.[1] ?? '';
  const whole = Buffer.from(await response.arrayBuffer()).toString('latin1');
  return whole
    .split(`\r\n--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const end = part.indexOf('\r\n\r\n');
      const type = /content-type: (.*)/i.exec(part.slice(0, end))?.[1] ?? '';
      return { type, body: Buffer.from(part.slice(end + 4), 'latin1') };
    });
}
