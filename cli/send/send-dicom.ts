import { readFile } from 'node:fs/promises';
import { codeOf, InterleaveError } from '../../core/errors.ts';
import { type DicomObject, DimseSender, dicomObjectOf, proposalsFor } from '../../senders/dimse-sender.ts';
import type { Outcome } from './outcome.ts';
import { Pace } from './pace.ts';

export interface SendDicomOptions {
  host: string;
  port: number;
  calledAeTitle: string;
  callingAeTitle: string;
  rate: number | undefined;
  done(outcome: Outcome): void;
}

/** Files of one association: they are in memory together, and their kinds are proposed together. */
const FILES_PER_ASSOCIATION = 32;

/** Sends every file by C-STORE, in the transfer syntax that it is in. Rejects when the peer cannot be reached at all. */
export async function sendDicom(files: readonly string[], options: SendDicomOptions): Promise<void> {
  const pace = new Pace(options.rate);
  for (let start = 0; start < files.length; start += FILES_PER_ASSOCIATION) {
    const loaded: { item: string; object: DicomObject }[] = [];
    for (const item of files.slice(start, start + FILES_PER_ASSOCIATION))
      try {
        loaded.push({ item, object: dicomObjectOf(await readFile(item)) });
      } catch (error) {
        options.done({ item, accepted: false, code: codeOf(error), milliseconds: 0 });
      }
    if (loaded.length > 0) await sendTogether(loaded, pace, options);
  }
}

/** One association, and another for the rest when one breaks; nothing is sent twice. */
async function sendTogether(
  loaded: readonly { item: string; object: DicomObject }[],
  pace: Pace,
  options: SendDicomOptions,
): Promise<void> {
  const presentationContexts = proposalsFor(loaded.map(({ object }) => object));
  let sender: DimseSender | undefined;
  for (const { item, object } of loaded) {
    sender ??= await DimseSender.connect({ ...options, presentationContexts });
    await pace.turn();
    const start = performance.now();
    try {
      if (!sender.accepts(object)) throw new InterleaveError('DICOM_SEND_REFUSED');
      const { status } = await sender.store(object);
      const code = status.toString(16).toUpperCase().padStart(4, '0');
      options.done({ item, accepted: isStored(status), code, milliseconds: performance.now() - start });
    } catch (error) {
      const code = codeOf(error);
      options.done({ item, accepted: false, code, milliseconds: performance.now() - start });
      if (code !== 'DICOM_SEND_REFUSED') {
        sender.abort();
        sender = undefined;
      }
    }
  }
  await sender?.release();
}

/** Success, or stored with a warning (PS3.4 B.2.3: Bxxx). */
function isStored(status: number): boolean {
  return status === 0 || status >> 12 === 0xb;
}
