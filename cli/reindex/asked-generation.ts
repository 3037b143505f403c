import { InterleaveError } from '../../core/errors.ts';
import {
  EMBEDDING_GROUPS,
  IMAGE_ENCODERS,
  isCalled,
  type LiveGeneration,
  MAX_GENERATION,
  reembedGroup,
  TEXT_ENCODERS,
} from '../../core/radiology/model-generations.ts';
import { groupProgress } from '../../infra/kafka/group-progress.ts';
import { type LiveEncoders, liveEncoders } from '../../infra/kafka/live-generations.ts';
import type { ReindexParts } from '../../infra/reindex.ts';
import { generationsFor } from '../../models/index-generations.ts';
import { withAdmin } from '../../platform/kafka/topics.ts';
import { generationsOf } from '../../schemas/index/index-definition.ts';
import { liveIndex } from '../../schemas/index/physical-indices.ts';
import type { IndexGenerations, VectorGeneration } from '../../schemas/index/vector-generations.ts';
import { TOPICS } from '../../schemas/topics.ts';
import { numberOption, type VerbInput } from '../verb.ts';

/**
 * The generations that `reindex` was asked for: of the bundle that `--bundle` calls, of `--generation`, or of the bundles of
 * both kinds that were promoted last. Says where what is stored still lacks vectors of them. Throws `USAGE`, `MODEL_MISSING`.
 */
export async function askedGenerations(input: VerbInput, parts: ReindexParts): Promise<IndexGenerations> {
  const called = input.text('bundle');
  const number = numberOption(input, 'generation', { min: 1, max: MAX_GENERATION, integer: true });
  if (called !== undefined && number !== undefined)
    throw new InterleaveError('USAGE', 'It takes --bundle or --generation, not both.');
  const live = await liveEncoders(parts.brokers, parts.log);
  const before = (await liveIndex(parts.client, parts.aliases))?.meta;
  const asked = chosen(live, before === undefined ? null : generationsOf(before), called, number);
  if (asked === undefined)
    throw new InterleaveError(
      'MODEL_MISSING',
      `No bundle that is live is called ${called}: see \`interleave models list\`.`,
    );
  await sayWhatLacks(input, parts, IMAGE_ENCODERS, liveOne(live.image, asked.image));
  await sayWhatLacks(input, parts, TEXT_ENCODERS, liveOne(live.text, asked.text));
  return asked;
}

/**
 * The generations of an index. A bundle is called by name, by hash or the beginning of it; a number is that of image vectors. The
 * other kind then stays as it is searched. Where nothing is asked, both are those that were promoted last. Undefined for a
 * bundle that is not live.
 */
export function chosen(
  { image, text }: LiveEncoders,
  before: IndexGenerations | null,
  called: string | undefined,
  number: number | undefined,
): IndexGenerations | undefined {
  const last = { image: image.at(-1), text: text.at(-1) };
  if (called === undefined && number === undefined) return generationsFor(last);
  const kept = { image: before?.image ?? last.image, text: before?.text ?? last.text };
  if (number !== undefined) {
    const one = image.find(({ generation }) => generation === number) ?? { generation: number };
    return generationsFor({ ...kept, image: one });
  }
  const first = generationsFor();
  const ofImages = oneCalled(image.length > 0 ? image : [first.image], called);
  if (ofImages !== undefined) return generationsFor({ ...kept, image: ofImages });
  const ofTexts = oneCalled(text.length > 0 ? text : [first.text], called);
  return ofTexts === undefined ? undefined : generationsFor({ ...kept, text: ofTexts });
}

type Called = Pick<VectorGeneration, 'name' | 'bundle' | 'generation' | 'dims'>;

function oneCalled(live: readonly Called[], called = ''): Called | undefined {
  return live.find((one) => isCalled(one, called));
}

function liveOne(
  live: readonly LiveGeneration[],
  { generation }: VectorGeneration,
): LiveGeneration | undefined {
  return live.find((one) => one.generation === generation);
}

async function sayWhatLacks(
  input: VerbInput,
  { kafka }: ReindexParts,
  kind: string,
  one: LiveGeneration | undefined,
): Promise<void> {
  if (one === undefined || one.generation === 1) return;
  if (one.reembedAt === 0) {
    input.say(
      `! What was stored before ${one.name} has no vectors of it: \`interleave reembed --bundle ${one.name}\` makes them.`,
    );
    return;
  }
  const group = reembedGroup(one, EMBEDDING_GROUPS[kind] ?? kind);
  const { lag } = await withAdmin(kafka, (admin) => groupProgress(admin, group, TOPICS.case));
  if (lag > 0)
    input.say(`! ${lag} records are still to be looked through for what has no vector of ${one.name}.`);
}
