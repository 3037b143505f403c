import { InterleaveError } from '../../core/errors.ts';
import { dataDirOf } from '../data-dir.ts';
import type { VerbInput } from '../verb.ts';
import { type Instance, readInstance } from './instance.ts';

/**
 * The system that a verb is meant for; undefined where the usual addresses stand. Throws `NOT_RUNNING` where a data folder
 * was typed on which nothing runs: whatever listens at the usual addresses is another system, with other patients.
 * `isNamed`: its address was given in another way.
 */
export function askedInstance(input: VerbInput, isNamed = false): Instance | undefined {
  const dataDir = dataDirOf(input);
  const instance = readInstance(dataDir);
  if (instance === undefined && !isNamed && input.text('data-dir') !== undefined)
    throw new InterleaveError('NOT_RUNNING', `Nothing runs on ${dataDir}.`);
  return instance;
}

/** Whether the brokers are named by the environment. */
export function namesBrokers(): boolean {
  return (process.env['INTERLEAVE_KAFKA_BROKERS'] ?? '') !== '';
}
