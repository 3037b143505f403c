import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyImageRule } from '../../../core/dicom/key-image.ts';
import { codeOf, InterleaveError } from '../../../core/errors.ts';
import type { ImportSink, ImportSource, ImportUnit, SourceNotes } from '../import-source.ts';
import type { Archive, FoundStudies, FoundStudy, StudySpan } from './archive.ts';
import { bringStudy, holdsOne, StudyProgress } from './bring-study.ts';
import { BUSY_WAIT_MS, QUERY_WAITS_MS, STUDIES_AT_ONCE } from './limits.ts';
import { Places } from './places.ts';
import { walkStudies } from './study-walk.ts';

export interface ArchiveChoice {
  /** first and last day, YYYYMMDD */
  from: string;
  to: string;
  /** studies that hold one of these; none: all studies */
  modalities: readonly string[];
  /** null: all objects of a study */
  keyImages: KeyImageRule | null;
}

/** An archive of images as a source: each study is a unit. */
export class ArchiveSource implements ImportSource {
  readonly #archive: Archive;
  readonly #choice: ArchiveChoice;
  readonly #waitsMs: readonly number[];
  readonly #busyWaitMs: number;
  readonly #places = new Places(STUDIES_AT_ONCE);

  /** the waits are for tests */
  constructor(
    archive: Archive,
    choice: ArchiveChoice,
    {
      waitsMs = QUERY_WAITS_MS,
      busyWaitMs = BUSY_WAIT_MS,
    }: { waitsMs?: readonly number[]; busyWaitMs?: number } = {},
  ) {
    this.#archive = archive;
    this.#choice = choice;
    this.#waitsMs = waitsMs;
    this.#busyWaitMs = busyWaitMs;
  }

  async *units(signal: AbortSignal, note?: SourceNotes): AsyncGenerator<ImportUnit> {
    const { from, to, modalities } = this.#choice;
    const find = (span: StudySpan, most: number) => this.#find(span, most, signal, note);
    for await (const step of walkStudies({ from, to, find })) {
      if ('unseen' in step) yield this.#unseen(step.unseen, step.code);
      else if (step.study.modalities === null || holdsOne(step.study.modalities, modalities))
        yield this.#study(step.study);
    }
  }

  async close(): Promise<void> {
    await this.#archive.close();
  }

  #study(study: FoundStudy): ImportUnit {
    const { keyImages, modalities } = this.#choice;
    const progress = new StudyProgress();
    return {
      key: unitKey(keyImages === null ? 'all' : 'key', study.uid, String(study.instances ?? '')),
      item: study.uid,
      count: keyImages === null ? study.instances : null,
      bring: (sink) =>
        this.#inTurn(sink, () =>
          bringStudy(this.#archive, study.uid, { modalities, keyImages, sink, progress }),
        ),
    };
  }

  /** Studies that the archive has and does not name: the import goes on, and does not end as if all had come. */
  #unseen({ from, to }: StudySpan, code: 'DICOM_QUERY_LIMIT' | 'DICOM_DATA_SET_UNREADABLE'): ImportUnit {
    const item = from === to ? `studies of ${from}` : `studies of ${from} to ${to}`;
    return {
      key: unitKey('unseen', from, to),
      item,
      count: null,
      async bring(sink) {
        sink.done({ item, kind: 'image', accepted: false, code });
      },
    };
  }

  /** A few studies at a time, however many units the import has under way. */
  async #inTurn(sink: ImportSink, bring: () => Promise<void>): Promise<void> {
    const leave = await this.#places.enter(sink.signal);
    try {
      await bring();
    } finally {
      leave();
    }
  }

  /** Asked again with waits while the archive is away; once more where it is busy. */
  async #find(
    span: StudySpan,
    most: number,
    signal: AbortSignal,
    note: SourceNotes | undefined,
  ): Promise<FoundStudies> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#archive.studies(span, most, signal);
      } catch (error) {
        const busy = codeOf(error) === 'DICOM_QUERY_BUSY';
        const wait = busy ? [this.#busyWaitMs][tries] : this.#waitsMs[tries];
        const passes = error instanceof InterleaveError && error.kind === 'retry';
        if (signal.aborted || !passes || wait === undefined) throw error;
        note?.waiting?.(codeOf(error), wait);
        await sleep(wait, undefined, { signal });
      }
    }
  }
}

/** No UID can be read out of it, and no date: what stands on a disk for long names nobody. */
function unitKey(...parts: string[]): string {
  return `archive:${createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32)}`;
}
