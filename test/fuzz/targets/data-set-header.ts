import assert from 'node:assert/strict';
import { readPart10 } from '../../../core/dicom/part10.ts';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { ReadHeader } from '../../../services/dicom-gateway/read-header.ts';
import { coded, roughly } from '../coded.ts';
import { chunked, insert } from '../mutate.ts';
import { realFiles } from '../real-files.ts';
import type { FuzzTarget, Mutation } from '../target.ts';

/** An input is one byte that says how the rest is encoded, another for the SOP class, and the data set. */
export const SYNTAXES: readonly string[] = [
  TRANSFER_SYNTAX.IMPLICIT_LITTLE,
  TRANSFER_SYNTAX.EXPLICIT_LITTLE,
  TRANSFER_SYNTAX.EXPLICIT_BIG,
  TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE,
];
const CLASSES = [
  '1.2.840.10008.5.1.4.1.1.2',
  '1.2.840.10008.5.1.4.1.1.88.59',
  '1.2.840.10008.5.1.4.1.1.11.1',
];
const MAX_INFLATED = 4 * 1024 * 1024;

const VRS = 'AE AS AT CS DA DS FD IS LO OB OW PN SH SQ ST TM UI UL UN US UT'.split(' ') as [
  string,
  ...string[],
];

/** Group and element number of what the reader looks at, items and their ends among them. */
const TAGS: [[number, number], ...[number, number][]] = [
  [0x0008, 0x0005],
  [0x0008, 0x0018],
  [0x0008, 0x0050],
  [0x0010, 0x0010],
  [0x0040, 0xa730],
  [0x0040, 0x0275],
  [0x0008, 0x1199],
  [0x0008, 0x1115],
  [0xfffe, 0xe000],
  [0xfffe, 0xe00d],
  [0xfffe, 0xe0dd],
  [0x7fe0, 0x0010],
];

/** A tag, a VR and a length that may lie, sequences and items among them. */
const element: Mutation = (input, random) => {
  const header = Buffer.alloc(12);
  const [group, number] = random.pick(TAGS);
  header.writeUInt16LE(group, 0);
  header.writeUInt16LE(number, 2);
  const length = random.pick([0, 2, 4, 8, 64, 0xffff, 0xfffffffe, 0xffffffff]);
  if (random.next() < 0.5) header.writeUInt32LE(length, 4);
  else {
    header.write(random.pick(VRS), 4, 'latin1');
    header.writeUInt32LE(length, 8);
  }
  return insert(input, header.subarray(0, random.pick([8, 12])), random);
};

export const dataSetHeader: FuzzTarget = {
  name: 'data-set-header',
  tokens: [
    ...[
      'SQ\0\0\xff\xff\xff\xff',
      'UN\0\0\xff\xff\xff\xff',
      'OW\0\0\0\0\0\x01',
      '\\',
      'ISO 2022 IR 87',
      'ISO_IR 192',
    ],
    ...[
      '\xfe\xff\x00\xe0\xff\xff\xff\xff',
      '\xfe\xff\x0d\xe0\0\0\0\0',
      '\xfe\xff\xdd\xe0\0\0\0\0',
      '\x1b$B',
      '1.2.840.',
    ],
  ].map((token) => Buffer.from(token, 'latin1')),
  mutations: [element, element],
  realSeeds: async () =>
    realFiles('dicom', 120, 12_000).flatMap((file) => {
      const meta = coded(() => readPart10(file)).value;
      if (meta === null) return [];
      // What is compressed is encoded as Explicit VR Little Endian (PS3.5 A.4).
      const known = SYNTAXES.includes(meta.transferSyntaxUid) ? SYNTAXES.indexOf(meta.transferSyntaxUid) : 1;
      const sopClass = Math.max(0, CLASSES.indexOf(meta.sopClassUid));
      return [Buffer.concat([Buffer.from([known, sopClass]), file.subarray(meta.dataSetOffset)])];
    }),

  /** Any chunking gives the same header or the same code; nothing kept is longer than its limit. */
  async check(input, random) {
    const syntax = SYNTAXES[(input[0] ?? 0) % SYNTAXES.length] ?? SYNTAXES[0] ?? '';
    const sopClass = CLASSES[(input[1] ?? 0) % CLASSES.length] ?? '';
    const dataSet = input.subarray(2);
    const whole = await read(syntax, sopClass, [dataSet]);
    const inChunks = await read(syntax, sopClass, chunked(dataSet, random));
    // zlib gives nothing of the write in which it fails: whether damage behind the header is noticed, which is never
    // asked for, follows the chunks. What is read of a header does not.
    const damaged = syntax === TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE && inChunks.code !== whole.code;
    if (damaged) assert.ok([inChunks.code, whole.code].includes('DICOM_DATA_SET_UNREADABLE'));
    else assert.deepEqual(inChunks, whole);
    return `${syntax} ${sopClass.length} ${whole.code ?? shape(whole.read)}`;
  },
};

type Read = ReturnType<ReadHeader['end']>;

async function read(syntax: string, sopClass: string, chunks: Iterable<Buffer>) {
  const reader = new ReadHeader(sopClass, syntax, MAX_INFLATED);
  try {
    for (const chunk of chunks) await reader.push(chunk);
    return { read: reader.end(), code: null };
  } catch (error) {
    if (!(error instanceof InterleaveError) || error.code === 'INTERNAL') throw error;
    return { read: null, code: error.code };
  } finally {
    reader.abort();
  }
}

function shape(read: Read | null): string {
  if (read === null) return '';
  const { header, named } = read;
  const filled = Object.values(header).filter((value) => value !== '' && value !== null).length;
  return `${filled} ${roughly(named.references.length)} ${named.titleCode !== ''}`;
}
