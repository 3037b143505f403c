import { InterleaveError } from '../../core/errors.ts';
import {
  firstGeneration,
  type LiveGeneration,
  type ModelGenerations,
  type PromotedBundle,
  reembedGroup,
} from '../../core/radiology/model-generations.ts';
import { findBundle } from '../../models/bundle-folder.ts';
import { IMAGE_VECTOR } from '../../models/image-encoder.ts';
import { dimsOf, type Manifest, type ModelKind } from '../../models/manifest.ts';
import type { ModelRegister } from './register.ts';

/** The kinds that a service takes from the register, with the bundle that is live before anything was decided. */
export const FOLLOWED_KINDS: Partial<Record<ModelKind, string>> = { 'image-encoder': IMAGE_VECTOR.name };

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
  kind: ModelKind,
): Promise<ModelGenerations> {
  const decided = (await register.read()).get(kind);
  const first = FOLLOWED_KINDS[kind];
  if (first === undefined)
    throw new InterleaveError(
      'MODEL_DECISION_REFUSED',
      `No service takes a model of the kind ${kind} from there.`,
    );
  return decided ?? firstGeneration(asPromoted((await findBundle(modelsDir, first)).manifest));
}

/** All that is live, with what becomes of it. */
export async function shownGenerations(
  register: ModelRegister,
  modelsDir: string,
  searchedGeneration: number | null,
): Promise<ShownGeneration[]> {
  const shown: ShownGeneration[] = [];
  for (const kind of Object.keys(FOLLOWED_KINDS) as ModelKind[]) {
    const { live } = await liveModels(register, modelsDir, kind);
    for (const one of live)
      shown.push({
        ...one,
        kind,
        searched: searchedGeneration === null ? null : searchedGeneration === one.generation,
        reembedLeft: one.reembedAt === 0 ? null : await register.lag(reembedGroup(one)),
      });
  }
  return shown;
}

/** A bundle, as far as a decision needs it. @throws InterleaveError MODEL_UNSUPPORTED where it gives no vector */
export function asPromoted(manifest: Manifest): PromotedBundle {
  const { kind, hash, name } = manifest;
  const dims = dimsOf(manifest);
  if (dims === null) throw new InterleaveError('MODEL_UNSUPPORTED', `${name} gives no vector.`);
  return { kind, hash, name, dims };
}
