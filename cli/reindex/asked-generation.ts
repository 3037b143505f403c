import { InterleaveError } from '../../core/errors.ts';
import { type LiveGeneration, reembedGroup } from '../../core/radiology/model-generations.ts';
import { groupProgress } from '../../infra/kafka/group-progress.ts';
import { liveImageGenerations } from '../../infra/kafka/live-generations.ts';
import type { ReindexParts } from '../../infra/reindex.ts';
import { generationsFor } from '../../models/index-generations.ts';
import { withAdmin } from '../../platform/kafka/topics.ts';
import type { IndexGenerations } from '../../schemas/index/vector-generations.ts';
import { TOPICS } from '../../schemas/topics.ts';
import { MAX_GENERATION } from '../limits.ts';
import { numberOption, type VerbInput } from '../verb.ts';

/**
 * The generations that `reindex` was asked for: of the bundle that `--bundle` calls, of `--generation`, or of the bundle that
 * was promoted last. Says where stored images still lack vectors of it. Throws `USAGE`, `MODEL_MISSING`.
 */
export async function askedGenerations(input: VerbInput, parts: ReindexParts): Promise<IndexGenerations> {
  const called = input.text('bundle');
  const number = numberOption(input, 'generation', { min: 1, max: MAX_GENERATION, integer: true });
  if (called !== undefined && number !== undefined)
    throw new InterleaveError('USAGE', 'It takes --bundle or --generation, not both.');
  const live = await liveImageGenerations(parts.brokers, parts.log);
  const one = chosen(live, called, number);
  if (called !== undefined && one === undefined && called !== generationsFor().image.name)
    throw new InterleaveError(
      'MODEL_MISSING',
      `No bundle that is live is called ${called}: see \`interleave models list\`.`,
    );
  if (one !== undefined) await sayWhatLacks(input, parts, one);
  return generationsFor(one ?? (number === undefined ? {} : { generation: number }));
}

/** By name, by hash or the beginning of it, or by number; the last one where nothing is asked. */
export function chosen(
  live: readonly LiveGeneration[],
  called: string | undefined,
  number: number | undefined,
): LiveGeneration | undefined {
  if (number !== undefined) return live.find(({ generation }) => generation === number);
  if (called === undefined) return live.at(-1);
  return live.find(
    ({ name, bundle }) => name === called || (called.length >= MIN_HASH && bundle.startsWith(called)),
  );
}

/** Digits of a hash that name a bundle. */
const MIN_HASH = 8;

async function sayWhatLacks(input: VerbInput, { kafka }: ReindexParts, one: LiveGeneration): Promise<void> {
  if (one.generation === 1) return;
  if (one.reembedAt === 0) {
    input.say(
      `! What was stored before ${one.name} has no vectors of it: \`interleave reembed\` makes them.`,
    );
    return;
  }
  const { lag } = await withAdmin(kafka, (admin) => groupProgress(admin, reembedGroup(one), TOPICS.case));
  if (lag > 0)
    input.say(`! ${lag} records are still to be looked through for images without a vector of ${one.name}.`);
}
