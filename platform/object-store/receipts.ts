import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inFolder } from './object-names.ts';

/** When an object first came, and from whom: what its bytes do not say. Nothing of a patient. */
export interface Receipt {
  /** milliseconds since 1970 */
  receivedAt: number;
  /** how the sender named itself, e.g. a calling AE title; '' where it did not */
  sender: string;
}

/** In the folder of a case, so that it goes with it: a line for each object, the one of its first receipt. */
export const RECEIPTS = 'receipts';

const lineSchema = z.object({
  receivedAt: z.number(),
  sender: z.string(),
  object: z.string().regex(/^[0-9a-f]{64}$/),
});

/** The newline comes first: it ends a line that a power cut left unfinished. The object comes last: then the line is whole. */
export function encodeReceipt(sha256: string, { receivedAt, sender }: Receipt): Buffer {
  return Buffer.from(`\n${JSON.stringify({ receivedAt, sender, object: sha256 })}`);
}

/** Adds a receipt to the folder of a case, unless it has one of that object already. Does not sync. */
export function appendReceipt(folder: string, bytes: Buffer): void {
  const file = join(folder, RECEIPTS);
  inFolder(folder, false, () => {
    const descriptor = openSync(file, 'a+', 0o600);
    try {
      if (!holdsReceipt(readFileSync(descriptor), bytes)) writeSync(descriptor, bytes);
    } finally {
      closeSync(descriptor);
    }
  });
}

/** Whether the receipts of a case name the object of this one. */
export function holdsReceipt(receipts: Buffer, receipt: Buffer): boolean {
  return receipts.includes(receipt.subarray(receipt.length - OBJECT_AND_END));
}

/** `"<sha256>"}` */
const OBJECT_AND_END = 1 + 64 + 2;

/** By the SHA-256 of the object; the earliest counts. Lines that are not whole are passed by. */
export async function readReceipts(folder: string): Promise<Map<string, Receipt>> {
  const text = await readFile(join(folder, RECEIPTS), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return parseReceipts(text);
}

/** The same of the lines themselves. */
export function parseReceipts(text: string): Map<string, Receipt> {
  const receipts = new Map<string, Receipt>();
  for (const line of text.split('\n')) {
    const read = readLine(line);
    if (read === null) continue;
    const { object, ...receipt } = read;
    const known = receipts.get(object);
    if (known === undefined || receipt.receivedAt < known.receivedAt) receipts.set(object, receipt);
  }
  return receipts;
}

function readLine(line: string): z.infer<typeof lineSchema> | null {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
