/**
 * The studies of an archive from day to day, in the order of their time and UID. A query asks for many days where there is
 * little, and for fewer where the archive has or admits more than it names; a day that is too full is divided by study time.
 */
import { codeOf } from '../../../core/errors.ts';
import type { FoundStudies, FoundStudy, StudySpan } from './archive.ts';
import {
  FIRST_SPAN_DAYS,
  MAX_SPAN_DAYS,
  MAX_STUDIES_OF_DAY,
  MAX_STUDIES_OF_SPAN,
  ROUND_NUMBER,
  SHORTEST_SPAN_SECONDS,
} from './limits.ts';

export interface WalkOptions {
  /** first and last day, YYYYMMDD */
  from: string;
  to: string;
  /** rejects with DICOM_QUERY_BUSY where the archive refuses to name so many */
  find(span: StudySpan, most: number): Promise<FoundStudies>;
}

/** `unseen`: of these days the archive has studies that it did not name, or named so that they could not be read. */
export type WalkStep =
  | { study: FoundStudy }
  | { unseen: StudySpan; code: 'DICOM_QUERY_LIMIT' | 'DICOM_DATA_SET_UNREADABLE' };

export async function* walkStudies({ from, to, find }: WalkOptions): AsyncGenerator<WalkStep> {
  const last = dayNumber(to);
  let days = FIRST_SPAN_DAYS;
  for (let day = dayNumber(from); day <= last; ) {
    const end = Math.min(day + days - 1, last);
    const span = { from: dayName(day), to: dayName(end), times: null };
    const most = end > day ? MAX_STUDIES_OF_SPAN : MAX_STUDIES_OF_DAY;
    const found = await findOrBusy(find, span, most, end > day);
    if (isWhole(found)) {
      yield* inOrder(found.studies, span, found.unreadable);
      if (found.studies.length < MAX_STUDIES_OF_SPAN / 4) days = Math.min(2 * days, MAX_SPAN_DAYS);
      day = end + 1;
    } else if (end > day) {
      days = Math.ceil((end - day + 1) / 2);
    } else {
      yield* fullDay(find, span, found);
      day += 1;
    }
  }
}

/** What many queries over parts of a day say together. */
async function* fullDay(
  find: WalkOptions['find'],
  day: StudySpan,
  found: FoundStudies,
): AsyncGenerator<WalkStep> {
  const studies = new Map(found.studies.map((study) => [study.uid, study]));
  let unreadable = found.unreadable;
  // Where a time is asked for, studies without one are not found: of a day that was cut off, some may be missing.
  let unseen = !found.complete && found.studies.some(({ time }) => time === '');
  const parts: [number, number][] = halves(0, SECONDS_OF_DAY - 1);
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const [start, end] = part;
    const span = { ...day, times: { from: timeName(start), to: timeName(end) } };
    const isLonger = end - start >= SHORTEST_SPAN_SECONDS;
    const one = await findOrBusy(find, span, MAX_STUDIES_OF_SPAN, isLonger);
    for (const study of one.studies) studies.set(study.uid, study);
    unreadable += one.unreadable;
    if (isWhole(one)) continue;
    if (isLonger) parts.unshift(...halves(start, end));
    else if (!one.complete) unseen = true;
  }
  yield* inOrder([...studies.values()], day, unreadable);
  if (unseen) yield { unseen: day, code: 'DICOM_QUERY_LIMIT' };
}

/** A refusal for too many matches is an answer that names none. Where nothing shorter can be asked for, it rejects. */
async function findOrBusy(
  find: WalkOptions['find'],
  span: StudySpan,
  most: number,
  mayDivide: boolean,
): Promise<FoundStudies> {
  try {
    return await find(span, most);
  } catch (error) {
    if (codeOf(error) !== 'DICOM_QUERY_BUSY' || !(mayDivide || span.times === null)) throw error;
    return { studies: [], complete: false, unreadable: 0 };
  }
}

function isWhole({ studies, complete }: FoundStudies): boolean {
  return complete && (studies.length === 0 || studies.length % ROUND_NUMBER !== 0);
}

function* inOrder(studies: readonly FoundStudy[], span: StudySpan, unreadable: number): Generator<WalkStep> {
  const place = ({ date, time, uid }: FoundStudy) => `${date} ${time.padEnd(6)} ${uid}`;
  const places = studies.map((study) => ({ study, place: place(study) }));
  places.sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0));
  for (const { study } of places) yield { study };
  if (unreadable > 0) yield { unseen: span, code: 'DICOM_DATA_SET_UNREADABLE' };
}

const SECONDS_OF_DAY = 86_400;
const DAY_MS = 86_400_000;

function halves(start: number, end: number): [number, number][] {
  const middle = Math.floor((start + end) / 2);
  return [
    [start, middle],
    [middle + 1, end],
  ];
}

/** Days since 1970. */
function dayNumber(name: string): number {
  return Date.UTC(Number(name.slice(0, 4)), Number(name.slice(4, 6)) - 1, Number(name.slice(6, 8))) / DAY_MS;
}

function dayName(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
}

function timeName(second: number): string {
  return new Date(second * 1000).toISOString().slice(11, 19).replaceAll(':', '');
}
