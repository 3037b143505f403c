/** Something that the user can put right: told in one sentence, without a stack. `code` is one of core/errors.ts. */
export class SetupError extends Error {
  constructor(code, sentence, options) {
    super(sentence, options);
    this.name = 'SetupError';
    this.code = code;
  }
}

/** Prints what went wrong as one line on standard error and ends with 1. */
export function failWith(error) {
  const known =
    error instanceof SetupError || (error?.name === 'InterleaveError' && error.code !== 'INTERNAL');
  const text = known ? `${error.message} (${error.code})` : (error?.stack ?? String(error));
  process.stderr.write(`interleave: ${text}\n`);
  process.exitCode = 1;
}
