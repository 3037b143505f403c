import type { Case, ImageEmbedded, ReportLabeled } from '../../core/radiology/events.ts';
import * as limits from '../../core/radiology/limits.ts';
import { mergeCases, mergeImage, mergeReport, removeFrom } from '../../core/radiology/merge.ts';
import {
  digestOf,
  findingOf,
  imageEmbedded,
  reportLabeled,
  selection,
  vector,
} from '../../harness/event-fixture.ts';

const count = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));
/** As long as a UID may be. */
const uidOf = (number: number): string => `1.2.${String(number).padStart(6, '0')}.${'1'.repeat(53)}`;

/** The others are withdrawn. */
export const SHOWN_IMAGES = 200;

/** A case that is full in every list: as near to the size of a record as events can bring it. */
export function largestCase(): Case {
  const reports = count(limits.MAX_CASE_REPORTS, (i) =>
    count(limits.MAX_REPORT_VERSIONS, (version) => reportOf(i, version)),
  ).flat();
  const objects = count(limits.MAX_CASE_IMAGES, imageOf);
  const selections = count(limits.MAX_CASE_SELECTIONS, (i) =>
    selection(uidOf(900_000 + i), '113000', count(560, uidOf)),
  );
  const state = mergeAll([
    ...reports.map((event) => mergeReport(null, event)),
    ...[...objects, ...selections].map((event) => mergeImage(null, event)),
  ]);
  return removeFrom(
    state,
    count(limits.MAX_CASE_IMAGES - SHOWN_IMAGES, (i) => ({
      what: 'IMAGE',
      sopInstanceUid: uidOf(SHOWN_IMAGES + i),
      report: null,
      why: 'WITHDRAWN',
      code: '',
      by: 'x'.repeat(limits.MAX_REMOVAL_DECIDER_BYTES),
      decidingOffset: 2 ** 40,
      decidedAt: Date.UTC(2026, 1, 1),
      frames: [],
    })),
  );
}

/** Merges many states quickly: as a tree, which the laws of the merge allow. */
function mergeAll(states: readonly Case[]): Case {
  if (states.length === 1 && states[0] !== undefined) return states[0];
  const half = Math.ceil(states.length / 2);
  return mergeCases(mergeAll(states.slice(0, half)), mergeAll(states.slice(half)));
}

function reportOf(filler: number, version: number): ReportLabeled {
  const newest = version >= limits.MAX_REPORT_VERSIONS - 2;
  const text = newest ? 'A report. '.repeat(2_900) : 'Short.';
  return reportLabeled({
    received: {
      identity: { facility: 'HOSPITAL', fillerNumber: `F${filler}` },
      effectiveAt: Date.UTC(2026, 1, 1) + version,
      zoned: version % 2 === 0,
      digest: digestOf(`${filler} ${version}`),
      parts: [],
    },
    reading: {
      text,
      findings: count(30, (i) => findingOf({ concept: `a-finding-with-a-name-${i}` })),
      textVectors: newest
        ? [1, 2].map((generation) => ({ sentence: null, vector: vector(generation, 1, 4_096) }))
        : [],
    },
  });
}

function imageOf(number: number): ImageEmbedded {
  return imageEmbedded({
    received: {
      sopInstanceUid: uidOf(number),
      instanceNumber: number,
      studyInstanceUid: uidOf(1),
      seriesInstanceUid: uidOf(2),
      institution: 'Hospital '.repeat(20),
      studyDescription: 'x'.repeat(310),
      equipment: { station: 'STATION', manufacturer: 'MANUFACTURER', model: 'MODEL' },
    },
    frames:
      number >= limits.MAX_CASE_EMBEDDED_IMAGES
        ? []
        : [
            {
              frame: 1,
              thumbnail: { sha256: digestOf(`${number}`), size: 9_999, mediaType: 'image/jpeg' },
              vector: vector(1, 1, limits.MAX_VECTOR_BYTES, digestOf('model')),
              vectors: [vector(2, 2, limits.MAX_VECTOR_BYTES, digestOf('newer'))],
              predictions: [1, 2].map((generation) => ({
                generation,
                bundle: digestOf('heads'),
                scores: count(20, (i) => ({ concept: `a-concept-${i}`, score: 0.5 })),
              })),
            },
          ],
  });
}
