import { codeOf, type ErrorCode } from '../../core/errors.ts';

/** What a service's process ends with: 0 after draining, or one of these. */
export const EXIT_FAILED = 1;
/** Another start would end the same way until somebody acts: whoever supervises the process need not try. */
export const EXIT_FINAL = 2;

/** Codes that no restart mends, when a service meets them at its start. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CONFIG_INVALID',
  'GOLDEN_SET_FAILED',
  'INDEX_MISMATCH',
  'INDEX_OF_OTHER_KAFKA',
  'LEXICON_INVALID',
  'MODEL_INVALID',
  'MODEL_MISSING',
  'MODEL_UNSUPPORTED',
  'TOPIC_MISMATCH',
]);

/** For a start that failed. */
export function exitCodeOf(error: unknown): number {
  return FINAL.has(codeOf(error)) ? EXIT_FINAL : EXIT_FAILED;
}
