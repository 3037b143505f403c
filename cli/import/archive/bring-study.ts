import type { KeyImageRule } from '../../../core/dicom/key-image.ts';
import { namedPlaces } from '../../../core/dicom/named-places.ts';
import { codeOf, type ErrorCode, InterleaveError } from '../../../core/errors.ts';
import type { ImportOutcome, ImportSink } from '../import-source.ts';
import type { Archive, Delivery, FoundInstance, ListedSeries, Piece } from './archive.ts';
import { isKeySeries, isMarker, keyInstances } from './key-instances.ts';
import { MAX_PIECE, MAX_ROUNDS, ROUND_NUMBER } from './limits.ts';

export interface BringOptions {
  modalities: readonly string[];
  /** null: all objects */
  keyImages: KeyImageRule | null;
  sink: ImportSink;
  progress: StudyProgress;
}

/** What became of a study's objects until now: when it comes again, only those are asked for that did not come. */
export class StudyProgress {
  readonly told = new Map<string, ImportOutcome>();
  /** series that were asked for as a whole and ended in good order */
  readonly whole = new Set<string>();
  rounds = 0;
}

/**
 * Brings a study. What the archive names and does not send is asked for again: it rejects with DICOM_RETRIEVE_FAILED. What does
 * not come in many rounds, while other objects of the study do and the gateway is there, is told as not accepted.
 */
export async function bringStudy(archive: Archive, study: string, options: BringOptions): Promise<void> {
  return new StudyBringer(archive, study, options).bring();
}

class StudyBringer {
  readonly #archive: Archive;
  readonly #study: string;
  readonly #options: BringOptions;
  readonly #missing: string[] = [];

  constructor(archive: Archive, study: string, options: BringOptions) {
    this.#archive = archive;
    this.#study = study;
    this.#options = options;
  }

  async bring(): Promise<void> {
    const { modalities, keyImages, sink, progress } = this.#options;
    progress.rounds += 1;
    for (const outcome of progress.told.values()) sink.done(outcome);
    const found = await this.#archive.series(this.#study, sink.signal);
    if (
      !holdsOne(
        found.map(({ modality }) => modality),
        modalities,
      )
    )
      return;
    const all: ListedSeries[] = [];
    for (const { uid, modality } of found)
      all.push({ uid, modality, ...(await this.#archive.instances(this.#study, uid, sink.signal)) });
    if (keyImages === null) await this.#whole(all);
    else await this.#keyImages(all, keyImages);
    if (this.#missing.length > 0) await this.#tellMissing();
  }

  async #whole(all: readonly ListedSeries[]): Promise<void> {
    for (const series of all) await this.#series(this.#study, series, null);
  }

  /** Selections and presentation states first: the gateway then knows each image that they name when it comes. */
  async #keyImages(all: readonly ListedSeries[], rule: KeyImageRule): Promise<void> {
    const named = await this.#markers(all);
    if (named === null) return this.#whole(all);
    for (const series of all) {
      const chosen = isKeySeries(series, rule)
        ? null
        : keyInstances(series, rule, named.get(this.#study) ?? new Map());
      await this.#series(this.#study, series, chosen);
    }
    for (const [study, places] of named) if (study !== this.#study) await this.#elsewhere(study, places);
  }

  /**
   * Brings them, and says what they name: by study, the series of each object ('' where it is not said). Null where the archive
   * does not send them to us: then nobody knows which images are meant.
   */
  async #markers(all: readonly ListedSeries[]): Promise<Map<string, Map<string, string>> | null> {
    const named = new Map<string, Map<string, string>>();
    const see = (file: Buffer) => {
      for (const { study, series, sopInstanceUid } of placesIn(file)) {
        const places = named.get(study || this.#study) ?? new Map<string, string>();
        named.set(study || this.#study, places.set(sopInstanceUid, series));
      }
    };
    try {
      for (const series of all) {
        const markers = series.instances.filter((instance) => isMarker(series, instance));
        // Also those that came before: it has to be known what they name.
        await this.#series(this.#study, series, markers, see);
      }
      return named;
    } catch (error) {
      if (DOES_NOT_SEND_US.has(codeOf(error))) return null;
      throw error;
    }
  }

  /** Images of another study that a selection of this one names, as far as the archive has them. */
  async #elsewhere(study: string, places: ReadonlyMap<string, string>): Promise<void> {
    for (const uid of new Set(places.values())) {
      const { instances, complete } = await this.#archive.instances(study, uid, this.#options.sink.signal);
      const chosen = instances.filter((instance) => places.has(instance.uid));
      await this.#series(study, { uid, modality: '', instances, complete }, chosen);
    }
  }

  /** `chosen`: null for all */
  async #series(
    study: string,
    series: ListedSeries,
    chosen: readonly FoundInstance[] | null,
    see: ((file: Buffer) => void) | null = null,
  ): Promise<void> {
    for (const piece of this.#pieces(study, series, chosen, see !== null)) await this.#piece(piece, see);
  }

  *#pieces(
    study: string,
    series: ListedSeries,
    chosen: readonly FoundInstance[] | null,
    evenThoseThatCame: boolean,
  ): Generator<Piece> {
    const { told, whole } = this.#options.progress;
    const left = (chosen ?? series.instances).filter(({ uid }) => evenThoseThatCame || !told.has(uid));
    // Of a series that may hold more than was named, what was not named can only come with the whole.
    const certain = series.complete && series.instances.length % ROUND_NUMBER !== 0;
    const isFirst = left.length === series.instances.length && left.length <= MAX_PIECE;
    if (chosen === null && (certain ? isFirst : !whole.has(series.uid))) {
      yield { study, series: series.uid, instances: left, whole: true, certain };
      return;
    }
    for (let at = 0; at < left.length; at += MAX_PIECE)
      yield {
        study,
        series: series.uid,
        instances: left.slice(at, at + MAX_PIECE),
        whole: false,
        certain: true,
      };
  }

  async #piece(piece: Piece, see: ((file: Buffer) => void) | null): Promise<void> {
    const { sink, progress } = this.#options;
    await sink.turn(Math.max(1, piece.instances.length));
    const delivery: Delivery = {
      mustSee: see !== null,
      object: async (uid, file) => {
        see?.(file);
        if (progress.told.has(uid)) return;
        progress.told.set(uid, await sink.sendObject(uid, file));
      },
      told: (outcome) => {
        if (!progress.told.has(outcome.item)) sink.done(outcome);
        progress.told.set(outcome.item, outcome);
      },
    };
    try {
      await this.#archive.bring(piece, delivery, sink.signal);
      if (piece.whole) progress.whole.add(piece.series);
    } catch (error) {
      this.#failed(piece, delivery, error);
    }
    for (const { uid } of piece.instances) if (!progress.told.has(uid)) this.#missing.push(uid);
  }

  /** What concerns these objects alone leaves the others of the study as they are. */
  #failed({ series, instances, certain }: Piece, { told, mustSee }: Delivery, error: unknown): void {
    const code = codeOf(error);
    if (mustSee && code !== 'DICOM_RETRIEVE_FAILED') throw error;
    if (code !== 'DICOM_RETRIEVE_FAILED' && code !== 'DICOM_SOP_CLASS_UNSUPPORTED') throw error;
    // Of what the archive did not name, nobody can say more than the series.
    if (!certain) this.#missing.push(series);
    if (code === 'DICOM_RETRIEVE_FAILED') return;
    for (const { uid } of instances) told({ item: uid, kind: 'image', accepted: false, code });
  }

  async #tellMissing(): Promise<void> {
    const { sink, progress } = this.#options;
    const comesAgain =
      progress.rounds < MAX_ROUNDS || progress.told.size === 0 || !(await this.#archive.gatewayAnswers());
    if (comesAgain)
      throw new InterleaveError('DICOM_RETRIEVE_FAILED', `Of a study, ${this.#missing.length} are missing.`);
    for (const item of new Set(this.#missing))
      sink.done({ item, kind: 'image', accepted: false, code: 'DICOM_RETRIEVE_FAILED' });
  }
}

/** A PACS may send to the gateway all the same. */
const DOES_NOT_SEND_US: ReadonlySet<ErrorCode> = new Set([
  'DICOM_RETRIEVE_UNSUPPORTED',
  'DICOM_SOP_CLASS_UNSUPPORTED',
]);

/** One that cannot be read names nothing; the gateway says what is wrong with it. */
function placesIn(file: Buffer): ReturnType<typeof namedPlaces> {
  try {
    return namedPlaces(file);
  } catch (error) {
    if (codeOf(error) === 'DICOM_DATA_SET_UNREADABLE') return [];
    throw error;
  }
}

export function holdsOne(held: readonly string[], wanted: readonly string[]): boolean {
  return wanted.length === 0 || held.some((modality) => wanted.includes(modality));
}
