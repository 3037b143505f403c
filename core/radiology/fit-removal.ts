import { checkNames } from './check-names.ts';
import type { Removal } from './events.ts';
import { CASE_LIMITS, MAX_REMOVAL_CODE_BYTES, MAX_REMOVAL_DECIDER_BYTES } from './limits.ts';

/** A removal as a case can hold it: who decided and the code are cut. Throws `CASE_TOO_LARGE` for a name that is too long. */
export function fitRemoval(removal: Removal): Removal {
  const { sopInstanceUid, report, by, code } = removal;
  checkNames([sopInstanceUid], CASE_LIMITS.identityBytes);
  checkNames([report?.facility ?? '', report?.fillerNumber ?? ''], CASE_LIMITS.nameBytes);
  return {
    ...removal,
    by: cutBytes(by, MAX_REMOVAL_DECIDER_BYTES),
    code: cutBytes(code, MAX_REMOVAL_CODE_BYTES),
  };
}

/** Never ends within a character. */
function cutBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text, 'utf8') <= bytes) return text;
  let cut = '';
  for (const character of text) {
    if (Buffer.byteLength(cut + character, 'utf8') > bytes) break;
    cut += character;
  }
  return cut;
}
