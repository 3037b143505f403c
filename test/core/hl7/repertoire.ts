import { TextDecoder } from 'node:util';

/** A character with its bytes. */
export interface Coded {
  char: string;
  bytes: readonly number[];
}

/** All characters of two bytes that an encoding has, but for those of private use. */
export function repertoire(label: string, lead: [number, number], trail: [number, number]): Coded[] {
  return pairsOf(lead, trail, (bytes) =>
    new TextDecoder(label, { fatal: true }).decode(Uint8Array.from(bytes)),
  );
}

/** All characters of a set of ISO 2022, by what holds it in the Encoding Standard. */
export function isoRepertoire(label: string, prefix: number[] = []): Coded[] {
  return pairsOf([0x21, 0x7e], [0x21, 0x7e], (bytes) =>
    new TextDecoder(label, { fatal: true }).decode(
      Uint8Array.from([...prefix, ...bytes.map((byte) => byte | 0x80)]),
    ),
  );
}

function pairsOf(
  [firstLead, lastLead]: [number, number],
  [firstTrail, lastTrail]: [number, number],
  decode: (bytes: number[]) => string,
): Coded[] {
  const found: Coded[] = [];
  for (let lead = firstLead; lead <= lastLead; lead += 1)
    for (let trail = firstTrail; trail <= lastTrail; trail += 1) {
      const bytes = [lead, trail];
      try {
        const char = decode(bytes);
        if ([...char].length === 1 && !/[\ue000-\uf8ff]/.test(char)) found.push({ char, bytes });
      } catch {
        // Not assigned.
      }
    }
  return found;
}

/** Those whose bytes look like separators come as often as the others. */
export function looksLikeSeparators({ bytes }: Coded): boolean {
  return bytes.some((byte) => [0x5c, 0x5e, 0x7c, 0x7e, 0x26].includes(byte));
}

export function bytesOf(text: readonly Coded[]): Buffer {
  return Buffer.from(text.flatMap(({ bytes }) => bytes));
}

export function textOfChars(text: readonly Coded[]): string {
  return text.map(({ char }) => char).join('');
}
