import { readFile } from 'node:fs/promises';
import { splitBatch } from '../core/hl7/batch.ts';
import { FS, MllpFramer, VT } from '../core/hl7/frame.ts';

export interface Hl7FileMessage {
  path: string;
  /** place in the file, from 0 */
  index: number;
  message: Buffer;
}

/** The messages of the files, in order, one file in memory at a time. */
export async function* readHl7Files(paths: readonly string[]): AsyncGenerator<Hl7FileMessage> {
  for (const path of paths) {
    const messages = messagesIn(await readFile(path));
    for (const [index, message] of messages.entries()) yield { path, index, message };
  }
}

/**
 * The messages in a file: HL7 as it is (one, several, or a batch with FHS/BHS), a capture of MLLP frames, or a log of
 * an interface engine with `<SB>`, `<R>` and `<EB>` for start block, segment end and end block. Nothing is checked: what
 * is no message is sent as it stands, since that is what such files are often for.
 */
export function messagesIn(file: Buffer): Buffer[] {
  if (file.includes(LOG_START)) return fromLog(file);
  if (file.includes(VT) && file.includes(FS)) return fromCapture(file);
  return splitBatch(file).filter((message) => message.toString('latin1').trim() !== '');
}

const LOG_START = '<SB>';

/** Bytes may be in any ASCII superset: they are only cut, with one char per byte. */
function fromLog(file: Buffer): Buffer[] {
  return [...file.toString('latin1').matchAll(/<SB>\r?\n?([\s\S]*?)<EB>/g)].map((match) =>
    Buffer.from((match[1] ?? '').replace(/<R>(?:\r\n|\r|\n)?/g, '\r'), 'latin1'),
  );
}

function fromCapture(file: Buffer): Buffer[] {
  const framer = new MllpFramer({ maxFrameBytes: file.length });
  return [...framer.push(file), ...framer.end()].flatMap((event) =>
    event.kind === 'frame' ? [event.bytes] : [],
  );
}
