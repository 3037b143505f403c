import { isErrorCode } from '../../core/errors.ts';

/**
 * Why a service ended, in one sentence, out of the last lines of its log: the message of the last `fatal` line with its
 * code, and what to do where that is not said yet; else the last line as it is.
 */
export function whyEnded(lines: readonly string[]): string {
  return whyFatal(lines) || (lines.at(-1) ?? '(nothing)').slice(0, SHOWN_CHARACTERS);
}

/** The same where there is a `fatal` line; else ''. */
export function whyFatal(lines: readonly string[]): string {
  for (const line of [...lines].reverse()) {
    const fatal = readFatal(line);
    if (fatal === null) continue;
    const remedy = REMEDIES[fatal.code];
    return `${fatal.message}${remedy === undefined ? '' : `: ${remedy}`} (${fatal.code})`;
  }
  return '';
}

const REMEDIES: Record<string, string> = {
  SCHEMA_CLASH: 'see "A schema that is missing" in docs/operations.md',
  MODEL_MISSING:
    'run `npm start`, which fetches and converts them, or set INTERLEAVE_MODELS_DIR to the folder that has them',
};

const SHOWN_CHARACTERS = 400;

function readFatal(line: string): { code: string; message: string } | null {
  try {
    const entry = JSON.parse(line) as { level?: unknown; code?: unknown; err?: { message?: unknown } };
    const { level, code, err } = entry;
    if (level !== 'fatal' || typeof code !== 'string' || typeof err?.message !== 'string') return null;
    return isErrorCode(code) ? { code, message: err.message } : null;
  } catch {
    return null;
  }
}
