import { InterleaveError } from '../errors.ts';

/** A bundle that is live: whatever arrives gets a vector of it. */
export interface LiveGeneration {
  /** hash of its manifest, hex */
  bundle: string;
  name: string;
  /** given by its promotion, from 1; vectors of two generations are never compared */
  generation: number;
  dims: number;
  /** when it was asked that what is stored gets vectors of it, too, ms since 1970; 0 where that was not asked */
  reembedAt: number;
}

/**
 * `radiology.model`, one record for each kind of model: which bundles are live. A system in which nothing was promoted has
 * none; then the bundle that comes with us is live, as generation 1.
 */
export interface ModelGenerations {
  /** the key of the record */
  kind: string;
  /** at most `MAX_LIVE_GENERATIONS`, the oldest first */
  live: LiveGeneration[];
  /** the highest generation that was ever given */
  newest: number;
  decidedAt: number;
  actor: string;
}

/** A bundle, as far as a decision needs it. */
export interface PromotedBundle {
  kind: string;
  hash: string;
  name: string;
  dims: number;
}

/** Who decides, and when. */
export type DecidedBy = Pick<ModelGenerations, 'decidedAt' | 'actor'>;

/** As many as a case keeps vectors of (`MAX_VECTOR_GENERATIONS`). */
export const MAX_LIVE_GENERATIONS = 2;

export const FIRST_GENERATION = 1;

/** The kind of the bundles that make vectors of images, and the key of their record. */
export const IMAGE_ENCODERS = 'image-encoder';

/** What holds before anything was promoted. */
export function firstGeneration({ kind, hash, name, dims }: PromotedBundle): ModelGenerations {
  const live = [{ bundle: hash, name, generation: FIRST_GENERATION, dims, reembedAt: 0 }];
  return { kind, live, newest: FIRST_GENERATION, decidedAt: 0, actor: '' };
}

/**
 * With one more bundle live. It gets a generation that no other ever had, also where the same bundle was live before: a case
 * keeps the vectors of the newest generations.
 * @throws InterleaveError MODEL_DECISION_REFUSED when it is live, or as many are as may be
 */
export function promote(state: ModelGenerations, bundle: PromotedBundle, by: DecidedBy): ModelGenerations {
  checkKind(state, bundle);
  if (state.live.some(({ bundle: hash }) => hash === bundle.hash)) refuse(`${bundle.name} is live.`);
  if (state.live.length >= MAX_LIVE_GENERATIONS)
    refuse(`${namesOf(state)} are live, and no more may be: retire one first.`);
  const generation = Math.max(state.newest, ...state.live.map((one) => one.generation)) + 1;
  const { hash, name, dims } = bundle;
  return {
    ...state,
    ...by,
    live: [...state.live, { bundle: hash, name, generation, dims, reembedAt: 0 }],
    newest: generation,
  };
}

/**
 * With one bundle less.
 * @throws InterleaveError MODEL_DECISION_REFUSED when it is not live, or the only one
 */
export function retire(state: ModelGenerations, hash: string, by: DecidedBy): ModelGenerations {
  const { name } = liveOne(state, hash);
  if (state.live.length === 1) refuse(`${name} is the only one that is live: promote another first.`);
  return { ...state, ...by, live: state.live.filter(({ bundle }) => bundle !== hash) };
}

/**
 * With the wish that what is stored gets vectors of a bundle that is live. Each time it is asked the stored cases are looked
 * through once more, from the first.
 * @throws InterleaveError MODEL_DECISION_REFUSED when it is not live
 */
export function askToReembed(state: ModelGenerations, hash: string, by: DecidedBy): ModelGenerations {
  liveOne(state, hash);
  const live = state.live.map((one) => (one.bundle === hash ? { ...one, reembedAt: by.decidedAt } : one));
  return { ...state, ...by, live };
}

/** The consumer group of inference in which it goes through stored cases for a bundle: one for each time it was asked. */
export function reembedGroup(
  { generation, reembedAt }: Pick<LiveGeneration, 'generation' | 'reembedAt'>,
  inference = 'interleave-inference',
): string {
  return `${inference}-reembed-${generation}-${reembedAt}`;
}

/** Whether a record of the register can be what someone decided. */
export function isPossible(key: string, { kind, live, newest }: ModelGenerations): boolean {
  return (
    key === kind &&
    live.length >= 1 &&
    live.length <= MAX_LIVE_GENERATIONS &&
    live.every(({ bundle, dims }) => /^[0-9a-f]{64}$/.test(bundle) && dims > 0) &&
    live.every(({ generation }, i) => generation > (live[i - 1]?.generation ?? 0) && generation <= newest)
  );
}

function liveOne(state: ModelGenerations, hash: string): LiveGeneration {
  return state.live.find(({ bundle }) => bundle === hash) ?? refuse(`It is not live; ${namesOf(state)} is.`);
}

function checkKind({ kind }: ModelGenerations, bundle: PromotedBundle): void {
  if (kind !== bundle.kind) throw new RangeError('This is a bundle of another kind.');
}

function namesOf({ live }: ModelGenerations): string {
  return live.map(({ name, generation }) => `${name} (generation ${generation})`).join(' and ');
}

function refuse(detail: string): never {
  throw new InterleaveError('MODEL_DECISION_REFUSED', detail);
}
