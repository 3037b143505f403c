import type { ReportLabeled, ReportReading, TextVector, Vector } from '../core/radiology/events.ts';

/**
 * A reading as Avro has it: the vector of the whole report of its oldest generation stands apart. It was the only one for
 * long, and is the one that an older reader, which runs beside this version during an upgrade, knows.
 */
export type StoredReading = ReportReading & { textVector: Vector | null };
export type StoredReport = Omit<ReportLabeled, 'reading'> & { reading: StoredReading };

/** What is written of a report that was read. */
export function storedReport(event: ReportLabeled): StoredReport {
  const { textVectors } = event.reading;
  const oldest = textVectors.filter(isOfWhole).reduce<TextVector | null>(older, null);
  return {
    ...event,
    reading: {
      ...event.reading,
      textVector: oldest?.vector ?? null,
      textVectors: textVectors.filter((one) => one !== oldest),
    },
  };
}

/** The report that was read. The vectors of the whole stay before those of sentences. */
export function reportOf({ reading, ...stored }: StoredReport): ReportLabeled {
  const { textVector, ...rest } = reading;
  const { textVectors } = rest;
  if (textVector === null) return { ...stored, reading: rest };
  const all = [
    ...textVectors.filter(isOfWhole),
    { sentence: null, vector: textVector },
    ...textVectors.filter((one) => !isOfWhole(one)),
  ];
  return { ...stored, reading: { ...rest, textVectors: all } };
}

function isOfWhole({ sentence }: TextVector): boolean {
  return sentence === null;
}

function older(a: TextVector | null, b: TextVector): TextVector {
  return a === null || b.vector.generation < a.vector.generation ? b : a;
}
