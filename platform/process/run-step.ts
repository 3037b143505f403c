import type { z } from 'zod';
import { codeOf } from '../../core/errors.ts';
import { loadConfig } from './config.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { createLogger, type Logger } from './log.ts';

/** What a step says, a JSON line each on standard output: what it is at, and last its result or why it failed. */
export type StepLine =
  | { progress: string }
  | { result: unknown }
  | { error: { code: string; message: string } };

/**
 * The life of a process that does one thing of a service and ends, for whoever started it: `interleave recover`. Its log
 * goes to standard error.
 */
export async function runStep<S extends z.ZodRawShape>(
  name: string,
  shape: S,
  run: (
    config: Readonly<z.infer<z.ZodObject<S>>>,
    log: Logger,
    say: (progress: string) => void,
  ) => Promise<unknown>,
): Promise<void> {
  const print = (line: StepLine) => process.stdout.write(`${JSON.stringify(line)}\n`);
  try {
    const log = createLogger(name, process.env['INTERLEAVE_LOG_LEVEL'] || 'error', process.stderr);
    const result = await run(loadConfig(shape), log, (progress) => print({ progress }));
    print({ result });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    print({ error: { code: codeOf(error), message } });
    process.exit(EXIT_FAILED);
  }
  // Whatever is still open is nobody's any more.
  process.exit();
}
