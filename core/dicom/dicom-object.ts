/** A DICOM object as it is sent: its data set stands in its transfer syntax as it is. */
import { InterleaveError } from '../errors.ts';
import { dataSetBytes } from './data-set-bytes.ts';
import { DataSetReader } from './data-set-reader.ts';
import { readPart10 } from './part10.ts';
import { isUid, TRANSFER_SYNTAX } from './uids.ts';

export interface DicomObject {
  sopClassUid: string;
  sopInstanceUid: string;
  transferSyntaxUid: string;
  dataSet: Buffer;
}

const SOP_CLASS = 0x00080016;
const SOP_INSTANCE = 0x00080018;
const WANTED = { values: new Set([SOP_CLASS, SOP_INSTANCE]), sequences: new Set<number>() };

/**
 * Takes a DICOM file apart; a bare data set is recognised by how its first element looks. The SOP class and instance
 * are the data set's own, else what the file meta information says. Throws DICOM_DATA_SET_UNREADABLE.
 */
export function dicomObjectOf(file: Buffer): DicomObject {
  const meta = readPart10(file);
  const dataSet = meta === null ? file : file.subarray(meta.dataSetOffset);
  const transferSyntaxUid = meta?.transferSyntaxUid ?? guessTransferSyntax(file);
  const own = sopOf(dataSet, transferSyntaxUid);
  const sopClassUid = own.sopClassUid || meta?.sopClassUid || '';
  const sopInstanceUid = own.sopInstanceUid || meta?.sopInstanceUid || '';
  if (!isUid(sopClassUid) || !isUid(sopInstanceUid)) {
    throw new InterleaveError('DICOM_DATA_SET_UNREADABLE', 'it has no SOP class or instance');
  }
  return { sopClassUid, sopInstanceUid, transferSyntaxUid, dataSet };
}

function sopOf(dataSet: Buffer, transferSyntaxUid: string) {
  const reader = new DataSetReader(transferSyntaxUid, WANTED);
  reader.push(dataSetBytes(dataSet, transferSyntaxUid));
  return {
    sopClassUid: reader.dataSet.string(SOP_CLASS),
    sopInstanceUid: reader.dataSet.string(SOP_INSTANCE),
  };
}

/** Two capital letters where an explicit VR stands; a small group number read the right way round. */
function guessTransferSyntax(bytes: Buffer): string {
  if (bytes.length < 8) throw new InterleaveError('DICOM_DATA_SET_UNREADABLE', 'it is too short');
  if (!/^[A-Z]{2}$/.test(bytes.toString('latin1', 4, 6))) return TRANSFER_SYNTAX.IMPLICIT_LITTLE;
  return bytes[0] === 0 && bytes[1] !== 0 ? TRANSFER_SYNTAX.EXPLICIT_BIG : TRANSFER_SYNTAX.EXPLICIT_LITTLE;
}
