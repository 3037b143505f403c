import { InterleaveError } from '../../core/errors.ts';
import { frameMessage, MllpFramer } from '../../core/hl7/frame.ts';

/**
 * A message of an archive as it can be sent over MLLP and its answer be known. MSH-15 and MSH-16 may ask for no answer, or for
 * one in some cases only: they are emptied, since answers are told apart by their order alone. Nothing else changes.
 * Throws HL7_FRAME_BROKEN where the message would end its frame early.
 */
export function framedMessage(bytes: Buffer): Buffer {
  const message = answered(withoutFraming(bytes));
  const framer = new MllpFramer({ maxFrameBytes: message.length + 1 });
  const [first, ...more] = framer.push(frameMessage(message));
  if (first?.kind !== 'frame' || first.bytes.length !== message.length || more.length > 0)
    throw new InterleaveError('HL7_FRAME_BROKEN');
  return message;
}

/** Start and end block, where a file was written with them. */
function withoutFraming(bytes: Buffer): Buffer {
  const start = bytes[0] === VT ? 1 : 0;
  const end = /\u001c[\r\n]*$/.exec(bytes.subarray(-4).toString('latin1'))?.[0].length ?? 0;
  return bytes.subarray(start, bytes.length - end);
}

const VT = 0x0b;

function answered(message: Buffer): Buffer {
  const head = message.subarray(0, MAX_HEADER_BYTES).toString('latin1');
  const [line = '', before = ''] = /^((?:\u00ef\u00bb\u00bf)?[\s\u0000]*)MSH[^\r\n]*/.exec(head) ?? [];
  const separator = line.charAt(before.length + 3);
  if (separator === '') return message;
  const fields = line.split(separator);
  // The separator itself is MSH-1, so MSH-n stands at n - 1.
  if (!fields[14] && !fields[15]) return message;
  const asked = fields.map((field, at) => (at === 14 || at === 15 ? '' : field)).join(separator);
  return Buffer.concat([Buffer.from(asked, 'latin1'), message.subarray(line.length)]);
}

const MAX_HEADER_BYTES = 4096;
