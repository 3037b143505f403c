import { readHl7Files } from '../../clients/hl7-files.ts';
import { MllpSender } from '../../clients/mllp-sender.ts';
import { codeOf } from '../../core/errors.ts';
import type { ClientTls } from '../../platform/net/tls.ts';
import { acknowledgementCode } from './answer-codes.ts';
import type { Outcome } from './outcome.ts';
import { Pace } from './pace.ts';

export interface SendHl7Options {
  host: string;
  port: number;
  tls: ClientTls | null;
  rate: number | undefined;
  inFlight: number;
  done(outcome: Outcome): void;
}

/** Sends every message of the files over one MLLP connection. Rejects when the receiver cannot be reached at all. */
export async function sendHl7(files: readonly string[], options: SendHl7Options): Promise<void> {
  const { host, port, tls, inFlight } = options;
  const sender = await MllpSender.connect({ host, port, tls, maxInFlight: inFlight });
  const pace = new Pace(options.rate);
  const pending = new Set<Promise<void>>();
  try {
    for await (const { path, index, message } of messagesOf(files, options.done)) {
      await pace.turn();
      const one: Promise<void> = sendOne(sender, `${path}#${index + 1}`, message)
        .then(options.done)
        .finally(() => pending.delete(one));
      pending.add(one);
      if (pending.size >= inFlight) await Promise.race(pending);
    }
    await Promise.all(pending);
  } finally {
    await sender.close();
  }
}

/** The messages of the files, in order; a file without one is told. */
async function* messagesOf(files: readonly string[], done: SendHl7Options['done']) {
  for (const path of files) {
    let isEmpty = true;
    for await (const one of readHl7Files([path])) {
      isEmpty = false;
      yield one;
    }
    if (isEmpty) done({ item: path, accepted: false, code: 'HL7_NO_MESSAGE', milliseconds: 0 });
  }
}

async function sendOne(sender: MllpSender, item: string, message: Buffer): Promise<Outcome> {
  const start = performance.now();
  const outcome = (accepted: boolean, code: string): Outcome => ({
    item,
    accepted,
    code,
    milliseconds: performance.now() - start,
  });
  try {
    const answer = await sender.send(message);
    return outcome(answer.accepted, acknowledgementCode(answer));
  } catch (error) {
    return outcome(false, codeOf(error));
  }
}
