import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text, unsigned, writeDataSet, writePart10 } from '../../simulator/dicom/data-set-writer.ts';

const CT_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.2';
const SIZE = 512;

/** Writes files of one CT series: 512 × 512 pixels of 16 bits (0.5 MB), no two alike, of an invented patient. */
export async function writeSlices(folder: string, series: number, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const root = `2.25.${process.pid}.${Date.now()}.${series}`;
  const pixels = Buffer.alloc(SIZE * SIZE * 2);
  for (let i = 0; i < pixels.length; i += 2) pixels.writeUInt16LE((i * 2_654_435_761) % 4096, i);
  for (let slice = 1; slice <= count; slice++) {
    const sopInstanceUid = `${root}.2.${slice}`;
    pixels.writeUInt32LE(slice, 0);
    const dataSet = writeDataSet(
      [
        text(0x00080016, 'UI', CT_IMAGE_STORAGE),
        text(0x00080018, 'UI', sopInstanceUid),
        text(0x00080020, 'DA', '20260301'),
        text(0x00080050, 'SH', `BENCH${series}`),
        text(0x00080060, 'CS', 'CT'),
        text(0x00100010, 'PN', 'Vogel^Anna'),
        text(0x00100020, 'LO', `P${series}`),
        text(0x0020000d, 'UI', `${root}.1`),
        text(0x0020000e, 'UI', `${root}.2`),
        text(0x00200013, 'IS', String(slice)),
        unsigned(0x00280002, 1),
        text(0x00280004, 'CS', 'MONOCHROME2'),
        unsigned(0x00280010, SIZE),
        unsigned(0x00280011, SIZE),
        unsigned(0x00280100, 16),
        unsigned(0x00280101, 12),
        unsigned(0x00280102, 11),
        unsigned(0x00280103, 0),
        { tag: 0x7fe00010, vr: 'OW', value: pixels },
      ],
      'ISO_IR 100',
    );
    const file = writePart10({
      sopClassUid: CT_IMAGE_STORAGE,
      sopInstanceUid,
      sourceAeTitle: 'BENCH',
      dataSet,
    });
    await writeFile(join(folder, `${slice}.dcm`), file);
  }
}
