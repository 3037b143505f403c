import { InterleaveError } from '../../core/errors.ts';
import {
  EMBEDDING_GROUPS,
  firstGeneration,
  IMAGE_ENCODERS,
  isCalled,
  type LiveGeneration,
  type ModelGenerations,
  type PromotedBundle,
  reembedGroup,
  TEXT_ENCODERS,
} from '../../core/radiology/model-generations.ts';
import { findBundle } from '../../models/bundle-folder.ts';
import { IMAGE_VECTOR } from '../../models/image-encoder.ts';
import { dimsOf, type Manifest } from '../../models/manifest.ts';
import { SENTENCE_BUNDLE } from '../../models/packaged-bundles.ts';
import type { ModelRegister } from './register.ts';

/** The kinds that a service takes from the register, with the bundle that is live before anything was decided. */
const FOLLOWED_KINDS: ReadonlyMap<string, string> = new Map([
  [IMAGE_ENCODERS, IMAGE_VECTOR.name],
  [TEXT_ENCODERS, SENTENCE_BUNDLE.hash],
]);

/** A generation that is live, as it is shown. */
export interface ShownGeneration extends LiveGeneration {
  kind: string;
  /** whether the index behind the alias is of this generation; null where Elasticsearch does not say */
  searched: boolean | null;
  /** records of `radiology.case` that are still to be looked through for it; null where that was not asked */
  reembedLeft: number | null;
}

/** What is live of a kind: as decided, or the bundle that comes with us. @throws InterleaveError MODEL_MISSING */
export async function liveModels(
  register: ModelRegister,
  modelsDir: string,
  kind: string,
): Promise<ModelGenerations> {
  const decided = (await register.read()).get(kind);
  const first = FOLLOWED_KINDS.get(kind);
  if (first === undefined)
    throw new InterleaveError(
      'MODEL_DECISION_REFUSED',
      `No service takes a model of the kind ${kind} from there.`,
    );
  return decided ?? firstGeneration(asPromoted((await findBundle(modelsDir, first)).manifest));
}

/** The same of every kind that a service follows; a kind of which nothing was decided and no bundle is here is left out. */
export async function allLiveModels(register: ModelRegister, modelsDir: string): Promise<ModelGenerations[]> {
  const states: ModelGenerations[] = [];
  for (const kind of FOLLOWED_KINDS.keys())
    try {
      states.push(await liveModels(register, modelsDir, kind));
    } catch (error) {
      if (!(error instanceof InterleaveError) || error.code !== 'MODEL_MISSING') throw error;
    }
  return states;
}

/** One that is live, by name, hash or the beginning of its hash, with what is live of its kind. */
export function liveOneCalled(
  states: readonly ModelGenerations[],
  called: string,
): { state: ModelGenerations; one: LiveGeneration } | undefined {
  for (const state of states) {
    const one = state.live.findLast((live) => isCalled(live, called));
    if (one !== undefined) return { state, one };
  }
  return undefined;
}

/** All that is live, with what becomes of it. `searched`: by kind; null where nobody says. */
export async function shownGenerations(
  register: ModelRegister,
  modelsDir: string,
  searched: ReadonlyMap<string, number> | null,
): Promise<ShownGeneration[]> {
  const shown: ShownGeneration[] = [];
  for (const { kind, live } of await allLiveModels(register, modelsDir))
    for (const one of live)
      shown.push({
        ...one,
        kind,
        searched: searched === null ? null : searched.get(kind) === one.generation,
        reembedLeft: one.reembedAt === 0 ? null : await register.lag(reembedGroup(one, groupOf(kind))),
      });
  return shown;
}

/** The group of the service that makes the vectors of a kind. */
export function groupOf(kind: string): string {
  return EMBEDDING_GROUPS[kind] ?? kind;
}

/** A bundle, as far as a decision needs it. @throws InterleaveError MODEL_UNSUPPORTED where it gives no vector */
export function asPromoted(manifest: Manifest): PromotedBundle {
  const { kind, hash, name } = manifest;
  const dims = dimsOf(manifest);
  if (dims === null) throw new InterleaveError('MODEL_UNSUPPORTED', `${name} gives no vector.`);
  return { kind, hash, name, dims };
}
