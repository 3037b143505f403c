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
  /** the bundle that it was given to; '' where an older version decided */
  newestBundle: string;
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

/** A number beyond it is no generation: somebody else's record would leave none to promote the next bundle with. */
export const MAX_GENERATION = 1_000_000;

/** The kinds of the bundles that make vectors of images and of texts, and the keys of their records. */
export const IMAGE_ENCODERS = 'image-encoder';
export const TEXT_ENCODERS = 'text-encoder';

/** What holds before anything was promoted. */
export function firstGeneration({ kind, hash, name, dims }: PromotedBundle): ModelGenerations {
  const live = [{ bundle: hash, name, generation: FIRST_GENERATION, dims, reembedAt: 0 }];
  return { kind, live, newest: FIRST_GENERATION, newestBundle: hash, decidedAt: 0, actor: '' };
}

/**
 * With one more bundle live. It gets a generation that no other ever had, since a case keeps the vectors of the newest
 * generations. Only the bundle that has the newest one gets it back: its vectors are the newest, and still its own.
 *
 * `searched` is the generation that the index which is searched is made of, null where there is none. A case keeps as many
 * generations as may be live, so at most one may be newer than that one: it stands in stored cases although it is retired, and a
 * further one would push the searched vectors out.
 * @throws InterleaveError MODEL_DECISION_REFUSED when it is live, as many are as may be, no generation is left, or the
 * searched vectors would go
 */
export function promote(
  state: ModelGenerations,
  bundle: PromotedBundle,
  by: DecidedBy,
  searched: number | null,
): ModelGenerations {
  checkKind(state, bundle);
  const { hash, name, dims } = bundle;
  if (state.live.some((one) => one.bundle === hash)) refuse(`${name} is live.`);
  const newest = Math.max(state.newest, ...state.live.map((one) => one.generation));
  const newestBundle = newestBundleOf(state);
  const generation = hash === newestBundle ? newest : newest + 1;
  if (searched !== null && generation - searched >= MAX_LIVE_GENERATIONS)
    refuse(
      `The index that is searched is made of generation ${searched}, and stored cases would lose its vectors to those of generations ${newest} and ${generation}. ${wayOut(state, newest, newestBundle)}`,
    );
  if (state.live.length >= MAX_LIVE_GENERATIONS)
    refuse(`${namesOf(state)} are live, and no more may be: retire one first.`);
  if (generation > MAX_GENERATION) refuse(`There is no generation after ${MAX_GENERATION}.`);
  return {
    ...state,
    ...by,
    live: [...state.live, { bundle: hash, name, generation, dims, reembedAt: 0 }],
    newest: generation,
    newestBundle: hash,
  };
}

/**
 * With one bundle less.
 * @throws InterleaveError MODEL_DECISION_REFUSED when it is not live, or the only one
 */
export function retire(state: ModelGenerations, hash: string, by: DecidedBy): ModelGenerations {
  const { name } = liveOne(state, hash);
  if (state.live.length === 1) refuse(`${name} is the only one that is live: promote another first.`);
  const newestBundle = newestBundleOf(state);
  return { ...state, ...by, live: state.live.filter(({ bundle }) => bundle !== hash), newestBundle };
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

/** Whether a bundle is called so: by its name, its hash, or the beginning of the hash (at least eight digits). */
export function isCalled({ name, bundle }: Pick<LiveGeneration, 'name' | 'bundle'>, called: string): boolean {
  return name === called || (called.length >= SHORTEST_HASH && bundle.startsWith(called));
}

const SHORTEST_HASH = 8;

/**
 * The consumer group in which a service goes through stored cases for a bundle: one for each time it was asked. `service` is
 * the service's own group.
 */
export function reembedGroup(
  { generation, reembedAt }: Pick<LiveGeneration, 'generation' | 'reembedAt'>,
  service: string,
): string {
  return `${service}-reembed-${generation}-${reembedAt}`;
}

/** The group of the service that makes the vectors of a kind. */
export const EMBEDDING_GROUPS: Readonly<Record<string, string>> = {
  [IMAGE_ENCODERS]: 'interleave-inference',
  [TEXT_ENCODERS]: 'interleave-labeler',
};

/** Whether a record of the register can be what someone decided. */
export function isPossible(key: string, { kind, live, newest }: ModelGenerations): boolean {
  return (
    key === kind &&
    live.length >= 1 &&
    live.length <= MAX_LIVE_GENERATIONS &&
    newest <= MAX_GENERATION &&
    live.every(({ bundle, dims }) => /^[0-9a-f]{64}$/.test(bundle) && dims > 0) &&
    live.every(({ name }) => BUNDLE_NAME.test(name)) &&
    live.every(({ generation }, i) => generation > (live[i - 1]?.generation ?? 0) && generation <= newest)
  );
}

/** As a manifest has it; a name is shown in terminals. */
const BUNDLE_NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;

function liveOne(state: ModelGenerations, hash: string): LiveGeneration {
  return state.live.find(({ bundle }) => bundle === hash) ?? refuse(`It is not live; ${namesOf(state)} is.`);
}

/** The bundle of the newest generation; '' where it was retired before that was kept. */
function newestBundleOf({ live, newest, newestBundle }: ModelGenerations): string {
  return newestBundle || (live.find(({ generation }) => generation === newest)?.bundle ?? '');
}

/** The index has to be made of the newest generation first, whose bundle is live or has to be so again. */
function wayOut({ live }: ModelGenerations, newest: number, newestBundle: string): string {
  const name = live.find(({ generation }) => generation === newest)?.name;
  const hash = newestBundle.slice(0, HASH_DIGITS);
  if (name === undefined && hash === '')
    return `Which bundle had generation ${newest} is not known any more.`;
  const again = name === undefined ? `\`interleave models promote ${hash}\`, then ` : '';
  const bundle = name ?? hash;
  return `Make the index of generation ${newest} first: ${again}\`interleave reembed --bundle ${bundle} --wait\` and \`interleave reindex --bundle ${bundle}\`.`;
}

/** Digits of a hash that a message gives. */
const HASH_DIGITS = 12;

function checkKind({ kind }: ModelGenerations, bundle: PromotedBundle): void {
  if (kind !== bundle.kind) throw new RangeError('This is a bundle of another kind.');
}

function namesOf({ live }: ModelGenerations): string {
  return live.map(({ name, generation }) => `${name} (generation ${generation})`).join(' and ');
}

function refuse(detail: string): never {
  throw new InterleaveError('MODEL_DECISION_REFUSED', detail);
}
