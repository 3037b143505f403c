import { DicomwebClient, type PartReceiver, type QidoResult } from '../../../clients/dicomweb-client.ts';
import type { HttpSource } from '../../../clients/http-source.ts';
import { dicomObjectOf } from '../../../core/dicom/dicom-object.ts';
import { KEY } from '../../../core/dicom/identifier.ts';
import { isUsableUid } from '../../../core/dicom/usable-uids.ts';
import { tagName } from '../../../core/dicomweb/dictionary.ts';
import { codeOf, InterleaveError } from '../../../core/errors.ts';
import type {
  Archive,
  Delivery,
  FoundInstances,
  FoundSeries,
  FoundStudies,
  FoundStudy,
  Piece,
  StudySpan,
} from '../archive/archive.ts';
import { MAX_INSTANCES, MAX_SERIES } from '../archive/limits.ts';
import { ObjectSpool } from '../archive/object-spool.ts';

/** A DICOMweb server that is asked by QIDO-RS and sends by WADO-RS. */
export class DicomwebArchive implements Archive {
  readonly #client: DicomwebClient;

  constructor(source: HttpSource) {
    this.#client = new DicomwebClient(source);
  }

  async studies({ from, to, times }: StudySpan, most: number, signal: AbortSignal): Promise<FoundStudies> {
    const parameters = {
      StudyDate: from === to ? from : `${from}-${to}`,
      // A time of the last second may have a fraction.
      ...(times === null ? {} : { StudyTime: `${times.from}-${times.to}.999999` }),
      includefield: [KEY.MODALITIES_IN_STUDY, KEY.STUDY_INSTANCES].map(tagName).join(','),
    };
    const options = { keyTag: tagName(KEY.STUDY), tags: STUDY_TAGS, most, signal };
    const { results, complete } = await this.#client.query('/studies', parameters, options);
    const studies = results.map(studyOf).filter((study) => study !== null);
    return { studies, complete, unreadable: results.length - studies.length };
  }

  async series(study: string, signal: AbortSignal): Promise<FoundSeries[]> {
    const options = { keyTag: tagName(KEY.SERIES), tags: [tagName(KEY.MODALITY)], most: MAX_SERIES, signal };
    const { results, complete } = await this.#client.query(`/studies/${study}/series`, {}, options);
    if (!complete) throw new InterleaveError('DICOM_QUERY_LIMIT', 'A study has more series than it names.');
    return results.map((result) => ({
      uid: uidIn(result, KEY.SERIES) ?? unreadable(),
      modality: first(result, KEY.MODALITY),
    }));
  }

  async instances(study: string, series: string, signal: AbortSignal): Promise<FoundInstances> {
    const [keyTag, sopClass] = [KEY.SOP_INSTANCE, KEY.SOP_CLASS].map(tagName) as [string, string];
    const options = { keyTag, tags: [sopClass], most: MAX_INSTANCES, signal };
    const path = `/studies/${study}/series/${series}/instances`;
    const { results, complete } = await this.#client.query(path, {}, options);
    const instances = results.flatMap((result) => {
      const uid = uidIn(result, KEY.SOP_INSTANCE);
      return uid === null ? [] : [{ uid, sopClassUid: uidIn(result, KEY.SOP_CLASS) ?? '' }];
    });
    return { instances, complete: complete && instances.length === results.length };
  }

  /** A series in one answer, or objects one by one. What of them is not there is not told: it has not come. */
  async bring(
    { study, series, instances, whole }: Piece,
    delivery: Delivery,
    signal: AbortSignal,
  ): Promise<void> {
    const path = `/studies/${study}/series/${series}`;
    if (whole) return this.#client.retrieve(path, () => receiver(delivery, null), signal);
    for (const { uid } of instances)
      await this.#client
        .retrieve(`${path}/instances/${uid}`, () => receiver(delivery, uid), signal)
        .catch((error: unknown) => {
          if (codeOf(error) !== 'DICOM_RETRIEVE_FAILED') throw error;
        });
  }

  async gatewayAnswers(): Promise<boolean> {
    return true;
  }

  async close(): Promise<void> {}
}

const STUDY_TAGS: readonly string[] = [
  KEY.STUDY_DATE,
  KEY.STUDY_TIME,
  KEY.MODALITIES_IN_STUDY,
  KEY.STUDY_INSTANCES,
].map(tagName);

/**
 * Of an object that cannot be taken it is only known which it is where it was asked for alone (`asked`). One of a series counts as
 * not come, and is then asked for alone.
 */
function receiver(delivery: Delivery, asked: string | null): PartReceiver {
  const spool = new ObjectSpool();
  return {
    write: (bytes) => spool.write(bytes),
    async finish() {
      try {
        const file = await spool.take();
        await delivery.object(dicomObjectOf(file).sopInstanceUid, file);
      } catch (error) {
        const code = codeOf(error);
        if (code !== 'DICOM_DATA_SET_TOO_LARGE' && code !== 'DICOM_DATA_SET_UNREADABLE') throw error;
        if (asked !== null) delivery.told({ item: asked, kind: 'image', accepted: false, code });
      }
    },
    abort: () => spool.close(),
  };
}

function studyOf(result: QidoResult): FoundStudy | null {
  const uid = uidIn(result, KEY.STUDY);
  const modalities = result(tagName(KEY.MODALITIES_IN_STUDY)).filter((modality) => modality !== '');
  const instances = Number(first(result, KEY.STUDY_INSTANCES) || Number.NaN);
  return uid === null
    ? null
    : {
        uid,
        date: first(result, KEY.STUDY_DATE),
        time: first(result, KEY.STUDY_TIME),
        modalities: modalities.length === 0 ? null : modalities,
        instances: Number.isSafeInteger(instances) ? instances : null,
      };
}

function first(result: QidoResult, tag: number): string {
  return (result(tagName(tag))[0] ?? '').trim();
}

/** It becomes part of an address. */
function uidIn(result: QidoResult, tag: number): string | null {
  const uid = first(result, tag);
  return uid !== '' && isUsableUid(uid) ? uid : null;
}

function unreadable(): never {
  throw new InterleaveError('DICOMWEB_ANSWER_INVALID', 'A series has no UID.');
}
