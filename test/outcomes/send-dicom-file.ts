import { DimseSender, proposalsFor } from '../../clients/dimse-sender.ts';
import { type DicomObject, dicomObjectOf } from '../../core/dicom/dicom-object.ts';
import { readPart10 } from '../../core/dicom/part10.ts';
import { isUid, TRANSFER_SYNTAX } from '../../core/dicom/uids.ts';
import { codeOf } from '../../core/errors.ts';

/** An answer that never comes is an outcome too. */
const PATIENCE_MS = 30_000;

/** What is said of an object that does not say it itself: any storage class will do, to see what the gateway makes of it. */
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
const MADE_UP_INSTANCE = '2.25.1';

export interface DicomSending {
  object: DicomObject;
  /** the object as the file has it, or with a SOP class and instance that we made up so that it can be sent at all */
  named: 'by itself' | 'by us';
  /** `0000`, `C000 DICOM_…`, `context refused`, or why there was no answer */
  answer: string;
  ms: number;
}

/** Sends a file on an association of its own, whatever it holds. */
export async function sendDicom(port: number, file: Buffer): Promise<DicomSending> {
  const { object, named } = sendable(file);
  const started = performance.now();
  const answer = await store(port, object).catch((error: unknown) => `no answer: ${codeOf(error)}`);
  return { object, named, answer, ms: performance.now() - started };
}

async function store(port: number, object: DicomObject): Promise<string> {
  const sender = await DimseSender.connect({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'OUTCOMES',
    calledAeTitle: 'INTERLEAVE',
    presentationContexts: proposalsFor([object]),
    timeoutMs: PATIENCE_MS,
  });
  if (!sender.accepts(object)) {
    await sender.release();
    return 'context refused';
  }
  const { status, comment } = await sender.store(object);
  await sender.release();
  return `${status.toString(16).toUpperCase().padStart(4, '0')} ${comment}`.trim();
}

function sendable(file: Buffer): Pick<DicomSending, 'object' | 'named'> {
  try {
    return { object: dicomObjectOf(file), named: 'by itself' };
  } catch {
    const meta = readMeta(file);
    const sopClassUid = isUid(meta?.sopClassUid ?? '') ? (meta?.sopClassUid ?? '') : SECONDARY_CAPTURE;
    const sopInstanceUid = isUid(meta?.sopInstanceUid ?? '')
      ? (meta?.sopInstanceUid ?? '')
      : MADE_UP_INSTANCE;
    const transferSyntaxUid = meta?.transferSyntaxUid ?? TRANSFER_SYNTAX.IMPLICIT_LITTLE;
    const dataSet = file.subarray(meta?.dataSetOffset ?? 0);
    return { object: { sopClassUid, sopInstanceUid, transferSyntaxUid, dataSet }, named: 'by us' };
  }
}

function readMeta(file: Buffer) {
  try {
    return readPart10(file);
  } catch {
    return null;
  }
}
