import { InterleaveError } from '../errors.ts';
import { avroSizeAtMost } from './avro-size.ts';
import { checkNames } from './check-names.ts';
import type { ImageEmbedded, ImageFrame, ImageReceived, ObjectKind, Vector } from './events.ts';
import { fitPrediction } from './fit-prediction.ts';
import { isFittingVector } from './fit-vector.ts';
import { vectorsOf } from './frame-vectors.ts';
import { CASE_LIMITS, type CaseLimits } from './limits.ts';
import { NO_PATIENT } from './patient.ts';

/** Key object selections and presentation states say something of other objects and are counted apart from images. */
export function isSelection(kind: ObjectKind): boolean {
  return kind === 'KEY_OBJECT_SELECTION' || kind === 'PRESENTATION_STATE';
}

/**
 * A DICOM object as a case can hold it, and whether something had to be left out: thumbnails and vectors that are too
 * large; then, in this order, the length of descriptions, the last references, the equipment, the patient (who then
 * cannot be told).
 * Throws `CASE_TOO_LARGE` where even that does not help.
 */
export function fitImage(
  event: ImageEmbedded,
  limits: CaseLimits = CASE_LIMITS,
): { event: ImageEmbedded; cut: boolean } {
  const { received } = event;
  checkNames([received.caseId, received.caseKey.issuer, received.caseKey.value], limits.nameBytes);
  checkNames([received.sopInstanceUid, received.object.sha256], limits.identityBytes);
  const frames = isSelection(received.kind) ? [] : event.frames.map((frame) => fitFrame(frame, limits));
  const cutFrames = frames.some((frame, i) => frame !== event.frames[i]);
  const limit = isSelection(received.kind) ? limits.selectionBytes : limits.imageBytes;
  const rest = avroSizeAtMost({ backend: event.backend, problem: event.problem }) + RECORD_BYTES;
  for (const candidate of candidates(received))
    if (avroSizeAtMost(candidate) + rest <= limit)
      return {
        event: { ...event, received: candidate, frames },
        cut: cutFrames || candidate !== received,
      };
  throw new InterleaveError('CASE_TOO_LARGE');
}

/** The offset, the time and the flags beside `received` in a case. */
const RECORD_BYTES = 26;

function fitFrame(frame: ImageFrame, limits: CaseLimits): ImageFrame {
  const { thumbnail, vector, vectors } = frame;
  const predictions = frame.predictions.flatMap((one) => fitPrediction(one, limits) ?? []);
  const keepThumbnail = thumbnail === null || avroSizeAtMost(thumbnail) <= limits.frameBytes;
  const fits = (one: Vector): boolean => isFittingVector(one, limits);
  const isWhole = predictions.every((one, i) => one.scores.length === frame.predictions[i]?.scores.length);
  if (
    keepThumbnail &&
    vectorsOf(frame).every(fits) &&
    isWhole &&
    predictions.length === frame.predictions.length
  )
    return predictions.length === 0 ? frame : { ...frame, predictions };
  return {
    ...frame,
    predictions,
    thumbnail: keepThumbnail ? thumbnail : null,
    vector: vector !== null && fits(vector) ? vector : null,
    vectors: vectors.filter(fits),
  };
}

/** The object, then with ever less. */
function* candidates(received: ImageReceived): Generator<ImageReceived> {
  yield received;
  const short: ImageReceived = {
    ...received,
    bodyPart: shorten(received.bodyPart),
    viewPosition: shorten(received.viewPosition),
    laterality: shorten(received.laterality),
    studyDescription: shorten(received.studyDescription),
    institution: shorten(received.institution),
    equipment: received.equipment && {
      station: shorten(received.equipment.station),
      manufacturer: shorten(received.equipment.manufacturer),
      model: shorten(received.equipment.model),
    },
    callingAeTitle: shorten(received.callingAeTitle),
    titleCode: shorten(received.titleCode),
  };
  yield short;
  for (let count = received.references.length; count > 0; count = Math.floor(count * REFERENCES_STEP))
    yield { ...short, references: received.references.slice(0, count) };
  yield { ...short, references: [] };
  yield { ...short, references: [], equipment: null };
  yield { ...short, references: [], equipment: null, patient: NO_PATIENT };
}

/** At least one reference goes in each step. */
const REFERENCES_STEP = 0.95;
const SHORT_DESCRIPTION = 16;

function shorten(text: string): string {
  return [...text].slice(0, SHORT_DESCRIPTION).join('');
}
