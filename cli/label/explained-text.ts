import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { InterleaveError } from '../../core/errors.ts';
import { unreadable } from '../csv-file.ts';
import { MAX_EXPLAINED_BYTES } from '../limits.ts';

/** Names standard input. */
const STANDARD_INPUT = '-';

/**
 * The text that the words of a command line give: what the file holds where they are one word that is the path of a file,
 * standard input where that word is `-`, else the words themselves.
 * @throws InterleaveError USAGE where one word looks like a path and no such file is there, or the file cannot be read or has more than `MAX_EXPLAINED_BYTES`
 */
export async function textToExplain(words: readonly string[]): Promise<string> {
  const [word] = words;
  if (word === undefined || words.length > 1) return words.join(' ');
  if (word === STANDARD_INPUT) return readAll(process.stdin, 'Standard input');
  if (await isFile(word)) return readAll(createReadStream(word), word);
  if (looksLikePath(word))
    throw new InterleaveError('USAGE', `There is no file ${word}. What looks like a path is no report.`);
  return word;
}

/** A slash in a single word, or one line that ends like the name of a text file. */
function looksLikePath(word: string): boolean {
  if (/[\r\n]/.test(word)) return false;
  return word.toLowerCase().endsWith('.txt') || (word.includes('/') && !/\s/.test(word));
}

/** A report is no path: it has blanks or names nothing, is too long for one, or holds what no path can. */
async function isFile(word: string): Promise<boolean> {
  return stat(word).then(
    (entry) => !entry.isDirectory(),
    () => false,
  );
}

/** UTF-8; other bytes become U+FFFD, and a byte order mark is left out. */
async function readAll(stream: Readable, name: string): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of stream) {
      pieces.push(piece as Buffer);
      bytes += (piece as Buffer).length;
      if (bytes > MAX_EXPLAINED_BYTES) break;
    }
  } catch (cause) {
    throw unreadable(name, cause);
  }
  if (bytes > MAX_EXPLAINED_BYTES)
    throw new InterleaveError(
      'USAGE',
      `${name} has more than ${MAX_EXPLAINED_BYTES} bytes: that is no report.`,
    );
  return new TextDecoder().decode(Buffer.concat(pieces));
}
