import { readFile } from 'node:fs/promises';
import { type DicomObject, DimseSender, dicomObjectOf, proposalsFor } from '../../clients/dimse-sender.ts';
import { isStored } from '../../core/dicom/status.ts';
import { codeOf, InterleaveError } from '../../core/errors.ts';
import type { ClientTls } from '../../platform/net/tls.ts';
import { storeCode } from './answer-codes.ts';
import type { Outcome } from './outcome.ts';
import { Pace } from './pace.ts';

export interface SendDicomOptions {
  host: string;
  port: number;
  tls?: ClientTls | null;
  calledAeTitle: string;
  callingAeTitle: string;
  rate: number | undefined;
  done(outcome: Outcome): void;
}

/** Files whose kinds are proposed together: an association has 128 presentation contexts. */
const FILES_PER_ASSOCIATION = 32;

/** What has to be known of a file before its association: the rest is read when its turn comes. */
interface Kind {
  item: string;
  sopClassUid: string;
  transferSyntaxUid: string;
}

/**
 * Sends every file by C-STORE, in the transfer syntax that it is in; one file is in memory at a time. Rejects when the peer
 * cannot be reached at all; when it could be once, every file is told, so that it is known which have arrived.
 */
export async function sendDicom(files: readonly string[], options: SendDicomOptions): Promise<void> {
  const pace = new Pace(options.rate);
  let reached = false;
  const connect = async (kinds: readonly Kind[]): Promise<DimseSender | null> => {
    try {
      const sender = await DimseSender.connect({ ...options, presentationContexts: proposalsFor(kinds) });
      reached = true;
      return sender;
    } catch (error) {
      if (!reached) throw error;
      return null;
    }
  };
  for (let start = 0; start < files.length; start += FILES_PER_ASSOCIATION) {
    const kinds: Kind[] = [];
    for (const item of files.slice(start, start + FILES_PER_ASSOCIATION)) {
      const object = await load(item, options);
      if (object !== null) kinds.push({ item, ...kindOf(object) });
    }
    if (kinds.length > 0) await sendTogether(kinds, connect, pace, options);
  }
}

/** One association, and another for the rest when one breaks; nothing is sent twice. */
async function sendTogether(
  kinds: readonly Kind[],
  connect: (kinds: readonly Kind[]) => Promise<DimseSender | null>,
  pace: Pace,
  options: SendDicomOptions,
): Promise<void> {
  let sender: DimseSender | null = null;
  for (const { item } of kinds) {
    const object = await load(item, options);
    if (object === null) continue;
    sender ??= await connect(kinds);
    if (sender === null) {
      options.done({ item, accepted: false, code: 'DICOM_PEER_UNREACHABLE', milliseconds: 0 });
      continue;
    }
    await pace.turn();
    const start = performance.now();
    try {
      if (!sender.accepts(object)) throw new InterleaveError('DICOM_SEND_REFUSED');
      const answer = await sender.store(object);
      const milliseconds = performance.now() - start;
      options.done({ item, accepted: isStored(answer.status), code: storeCode(answer), milliseconds });
    } catch (error) {
      const code = codeOf(error);
      options.done({ item, accepted: false, code, milliseconds: performance.now() - start });
      if (code !== 'DICOM_SEND_REFUSED') {
        sender.abort();
        sender = null;
      }
    }
  }
  await sender?.release();
}

/** Null, and told, where it is no DICOM file. */
async function load(item: string, { done }: SendDicomOptions): Promise<DicomObject | null> {
  try {
    return dicomObjectOf(await readFile(item));
  } catch (error) {
    done({ item, accepted: false, code: codeOf(error), milliseconds: 0 });
    return null;
  }
}

function kindOf({ sopClassUid, transferSyntaxUid }: DicomObject): Omit<Kind, 'item'> {
  return { sopClassUid, transferSyntaxUid };
}
