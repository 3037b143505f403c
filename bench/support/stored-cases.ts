import type { Case, CaseKey, Vector } from '../../core/radiology/events.ts';
import { mergeImage, mergeReport } from '../../core/radiology/merge.ts';
import { readReport } from '../../core/text/reading.ts';
import { toFloat16 } from '../../core/vector/float16.ts';
import { digestOf, imageEmbedded, reportLabeled } from '../../harness/event-fixture.ts';
import { planCase } from '../../simulator/case.ts';
import { Random } from '../../simulator/random.ts';

/** Two generations of image vectors, as a case holds them while one replaces the other. */
export const STORED_GENERATIONS = { before: 1, after: 2 } as const;

const IMAGE_DIMS = 1280;
const TEXT_DIMS = 512;

/**
 * A case of the simulated department as it stands on `radiology.case`, without a picture drawn: its newest report, read by the
 * labeler, and an image for each view with vectors of two generations. Vectors are seeded and say nothing; the second one is
 * the first in another basis (a seeded permutation with signs), so that neighbours stay neighbours.
 */
export function storedCase(seed: number, caseNumber: number): Case {
  const plan = planCase(seed, caseNumber);
  const { accession, patient, observedAt, procedure } = plan.order;
  const caseId = digestOf(`stored ${seed} ${caseNumber}`).slice(0, 32);
  const caseKey: CaseKey = { kind: 'ACCESSION', issuer: 'STORED', value: accession };
  const report = plan.reports.at(-1);
  const text = report?.text ?? '';
  const digest = digestOf(`${caseId} report`);
  const person = {
    issuer: 'STORED',
    identifier: patient.identifier,
    familyName: '',
    givenName: '',
    birthDate: '',
    sex: patient.sex,
  };
  const random = Random.of(seed, 'vectors', caseNumber);
  let state = mergeReport(
    null,
    reportLabeled({
      received: {
        caseId,
        caseKey,
        digest,
        eventId: digest,
        patient: person,
        identity: { facility: 'STORED', fillerNumber: `F${caseNumber}` },
        effectiveAt: report?.effectiveAt ?? observedAt,
        procedure: { code: procedure.code, text: procedure.text },
        modality: procedure.modality,
        observedAt,
        receivedAt: observedAt,
        parts: [{ section: null, text }],
      },
      reading: {
        ...readReport([{ section: null, text }]),
        textVectors: [{ sentence: null, vector: vectorOf(unitVector(random, TEXT_DIMS), 1) }],
        topics: [],
      },
    }),
  );
  for (const slot of plan.slots) {
    const sopInstanceUid = `2.25.${caseNumber}.${slot.index + 1}`;
    state = mergeImage(
      state,
      imageEmbedded({
        received: {
          caseId,
          caseKey,
          patient: person,
          sopInstanceUid,
          studyInstanceUid: `2.25.${caseNumber}`,
          seriesInstanceUid: `2.25.${caseNumber}.0`,
          seriesNumber: slot.seriesNumber,
          instanceNumber: slot.instanceNumber,
          modality: procedure.modality,
          receivedAt: observedAt,
        },
        frames: [{ frame: 1, thumbnail: null, vector: null }],
      }),
    );
    const before = unitVector(random, IMAGE_DIMS);
    for (const vector of [
      vectorOf(before, STORED_GENERATIONS.before),
      vectorOf(inOtherBasis(before), STORED_GENERATIONS.after),
    ])
      state.vectors.push({ sopInstanceUid, frame: 1, vector });
  }
  return state;
}

function vectorOf(values: Float32Array, generation: number): Vector {
  return { generation, model: `bench-${generation}`, dims: values.length, data: toFloat16(values) };
}

function unitVector(random: Random, dims: number): Float32Array {
  const values = Float32Array.from({ length: dims }, () => random.next() - 0.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

const BASIS = basis(Random.of(1, 'basis'));

function basis(random: Random): { from: number; sign: number }[] {
  const places = Array.from({ length: IMAGE_DIMS }, (_, i) => ({ from: i, at: random.next() }));
  return places.sort((a, b) => a.at - b.at).map(({ from }) => ({ from, sign: random.next() < 0.5 ? -1 : 1 }));
}

function inOtherBasis(values: Float32Array): Float32Array {
  return Float32Array.from(BASIS, ({ from, sign }) => sign * (values[from] ?? 0));
}
