import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import dcmjs from 'dcmjs';
import sharp from 'sharp';
import type { SectionName } from '../../../core/radiology/events.ts';
import { sharedData } from '../../../harness/shared-data.ts';
import { parseCsv } from '../../support/csv.ts';

/** One real study: a report as an HL7 message, and its images as DICOM files with pixels of other people. */
export interface RealStudy {
  accession: string;
  /** LOINC codes of the sections of a radiology report */
  sections: { section: SectionName; loinc: string; text: string }[];
  message: Buffer;
  images: { sopInstanceUid: string; part10: Buffer }[];
}

/** The order in which a random number generator of the test takes them; the same for the same seed. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const result = [...items];
  let state = seed >>> 0 || 1;
  for (let i = result.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = state % (i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

/**
 * Studies of the Indiana collection: report, accession number, study and image UIDs and headers are real; the pixels
 * are radiographs of other patients, so that nothing may be learnt or measured from the pairing.
 */
export async function realStudies(count: number, seed: number): Promise<RealStudy[]> {
  const folder = 'reports_iu_cxr_NC-ND';
  const reports = parseCsv(readFileSync(sharedData(folder, 'reports.csv'), 'utf8'));
  const headers = parseCsv(
    gunzipSync(readFileSync(sharedData(folder, 'dicom_headers.csv.gz'))).toString('utf8'),
  );
  const pictures = readdirSync(sharedData('cxr_hannover_ccby', 'images')).sort();
  const complete = reports.filter(
    (report) => report['findings'] && report['impression'] && Number(report['n_dicom_headers']) > 0,
  );
  const chosen = shuffled(complete, seed).slice(0, count);
  return Promise.all(
    chosen.map(async (report, n) => {
      const accession = report['accession_number'] ?? '';
      const own = headers.filter((header) => header['Accession Number'] === accession);
      const images = await Promise.all(
        own.map(async (header, i) => ({
          sopInstanceUid: header['SOP Instance UID'] ?? '',
          part10: await dicomFile(
            header,
            sharedData('cxr_hannover_ccby', 'images', pictures[(n + i) % pictures.length] ?? ''),
          ),
        })),
      );
      const all: RealStudy['sections'] = [
        { section: 'INDICATION', loinc: '18785-6', text: report['indication'] ?? '' },
        { section: 'COMPARISON', loinc: '18834-2', text: report['comparison'] ?? '' },
        { section: 'FINDINGS', loinc: '18782-3', text: report['findings'] ?? '' },
        { section: 'IMPRESSION', loinc: '19005-8', text: report['impression'] ?? '' },
      ];
      const sections = all.filter(({ text }) => text !== '');
      return { accession, sections, images, message: oru(report, own[0] ?? {}, sections, n) };
    }),
  );
}

/** ORU^R01 with one OBX for each section; the escapes are those of HL7 v2.5.1 2.7.1. */
function oru(
  report: Record<string, string>,
  header: Record<string, string>,
  sections: RealStudy['sections'],
  n: number,
): Buffer {
  const escaped = (text: string) =>
    text.replace(
      /[\\|^&~]/g,
      (c) => ({ '\\': '\\E\\', '|': '\\F\\', '^': '\\S\\', '&': '\\T\\', '~': '\\R\\' })[c] ?? c,
    );
  const time = `${report['study_date'] || '20120101'}120000`;
  const id = report['report_id'] ?? '';
  return Buffer.from(
    [
      `MSH|^~\\&|RIS|INDIANA|INTERLEAVE|INTERLEAVE|${time}||ORU^R01^ORU_R01|E2E${n}-${id}|P|2.5.1|||||||UNICODE UTF-8`,
      `PID|1||${header['Patient ID'] ?? ''}||${header["Patient's Name"] ?? ''}||${header["Patient's Birth Date"] ?? ''}`,
      `OBR|1|${id}|${id}F|36643-5^Chest X-ray 2 views^LN|||${time}|||||||||||${report['accession_number']}||||${time}||CR|F`,
      ...sections.map(
        ({ section, loinc, text }, i) => `OBX|${i + 1}|TX|${loinc}^${section}^LN||${escaped(text)}||||||F`,
      ),
      '',
    ].join('\r'),
    'utf8',
  );
}

/** A Part 10 file with the real header's values, written with dcmjs, and 8-bit pixels. */
async function dicomFile(header: Record<string, string>, png: string): Promise<Buffer> {
  const { data, info } = await sharp(png).greyscale().raw().toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(data.length + (data.length % 2));
  pixels.set(data);
  const { DicomMetaDictionary, DicomDict } = dcmjs.data;
  const dict = new DicomDict(
    DicomMetaDictionary.denaturalizeDataset({
      FileMetaInformationVersion: new Uint8Array([0, 1]).buffer,
      MediaStorageSOPClassUID: header['SOP Class UID'],
      MediaStorageSOPInstanceUID: header['SOP Instance UID'],
      TransferSyntaxUID: '1.2.840.10008.1.2.1',
      ImplementationClassUID: '1.2.3.4',
    }),
  );
  dict.dict = DicomMetaDictionary.denaturalizeDataset({
    _vrMap: { PixelData: 'OW' },
    SOPClassUID: header['SOP Class UID'],
    SOPInstanceUID: header['SOP Instance UID'],
    StudyInstanceUID: header['Study Instance UID'],
    SeriesInstanceUID: header['Series Instance UID'],
    SeriesNumber: header['Series Number'],
    InstanceNumber: header['Instance Number'],
    AccessionNumber: header['Accession Number'],
    StudyDate: header['Study Date'],
    Modality: header['Modality'],
    BodyPartExamined: header['Body Part Examined'],
    ViewPosition: (header['View Position'] ?? '').slice(0, 16),
    SpecificCharacterSet: header['Specific Character Set'],
    PatientID: header['Patient ID'],
    PatientName: header["Patient's Name"],
    PatientBirthDate: header["Patient's Birth Date"],
    PhotometricInterpretation: header['Photometric Interpretation'],
    Rows: info.height,
    Columns: info.width,
    SamplesPerPixel: 1,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    PixelData: [pixels.buffer],
  });
  return Buffer.from(dict.write());
}
