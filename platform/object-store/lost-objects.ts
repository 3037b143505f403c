import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { codeOf, type ErrorCode } from '../../core/errors.ts';

const lineSchema = z.object({
  caseId: z.string(),
  sha256: z.string(),
  receivedAt: z.number(),
  sender: z.string(),
  /** false: there is no receipt, and the time of its file stands in */
  receipt: z.boolean(),
});

/** A stored object of which nothing else knows: its event is to be sent again. A line of a list (JSON). */
export type LostObject = z.infer<typeof lineSchema>;

/** What became of the objects of a list. */
export interface ReadAgain {
  read: number;
  failed: { caseId: string; sha256: string; code: ErrorCode }[];
}

/** Between two words on how far it is. */
const TOLD_EVERY = 1_000;

/** Has each object of a list read again, one after the other: those of a case in the order of their receipt. */
export async function readListAgain(
  file: string,
  read: (object: LostObject) => Promise<ErrorCode | null>,
  say: (progress: string) => void,
): Promise<ReadAgain> {
  const result: ReadAgain = { read: 0, failed: [] };
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const object = lineSchema.parse(JSON.parse(line));
    const { caseId, sha256 } = object;
    const code = await read(object).catch(codeOf);
    if (code === null) result.read += 1;
    else result.failed.push({ caseId, sha256, code });
    const done = result.read + result.failed.length;
    if (done % TOLD_EVERY === 0) say(`${done} objects are read again`);
  }
  return result;
}
