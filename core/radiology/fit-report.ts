import { InterleaveError } from '../errors.ts';
import { avroSizeAtMost } from './avro-size.ts';
import { checkNames } from './check-names.ts';
import type { ReportLabeled, ReportReading } from './events.ts';
import { isFittingVector } from './fit-vector.ts';
import { CASE_LIMITS, type CaseLimits } from './limits.ts';
import { heaviestTopics, mergeTextVectors, mergeTopics } from './text-vectors.ts';

/**
 * A report as a case can hold it, and whether something had to be left out. First the parts as the message carried them
 * go (the text holds them, and the raw message is in the object store), then the vectors of sentences, then the end of the
 * text with what was read in it. Throws `CASE_TOO_LARGE` where even that does not help.
 */
export function fitReport(
  event: ReportLabeled,
  limits: CaseLimits = CASE_LIMITS,
): { event: ReportLabeled; cut: boolean } {
  const { caseId, caseKey, identity, digest } = event.received;
  checkNames(
    [caseId, caseKey.issuer, caseKey.value, identity.facility, identity.fillerNumber],
    limits.nameBytes,
  );
  checkNames([digest], limits.identityBytes);
  const { event: bounded, cut } = withFittingSets(event, limits);
  for (const candidate of candidates(bounded))
    if (avroSizeAtMost(candidate) <= limits.reportBytes)
      return { event: candidate, cut: cut || candidate !== bounded };
  throw new InterleaveError('CASE_TOO_LARGE');
}

/** Vectors and topics in their order, without those that are too large or too many. */
function withFittingSets(event: ReportLabeled, limits: CaseLimits): { event: ReportLabeled; cut: boolean } {
  const { textVectors, topics } = event.reading;
  const fitting = textVectors.filter(({ vector }) => isFittingVector(vector, limits));
  const named = topics.filter(({ bundle }) => Buffer.byteLength(bundle) <= limits.identityBytes);
  const bounded = {
    textVectors: mergeTextVectors(fitting, [], limits),
    topics: mergeTopics(
      named.map((list) => heaviestTopics(list, limits.topics)),
      [],
      limits,
    ),
  };
  return {
    event: { ...event, reading: { ...event.reading, ...bounded } },
    cut: fitting.length < textVectors.length || named.length < topics.length,
  };
}

/** The report, then ever shorter. */
function* candidates(event: ReportLabeled): Generator<ReportLabeled> {
  yield event;
  const withoutParts = { ...event, received: { ...event.received, parts: [] } };
  yield withoutParts;
  const ofWhole = event.reading.textVectors.filter(({ sentence }) => sentence === null);
  const light = { ...withoutParts, reading: { ...event.reading, textVectors: ofWhole } };
  if (ofWhole.length < event.reading.textVectors.length) yield light;
  const { text } = event.reading;
  for (let length = Math.min(text.length, LONGEST_CUT); length >= SHORTEST_CUT; length >>= 1) {
    yield { ...light, reading: cutReading(light.reading, length) };
    yield { ...light, reading: cutReading(light.reading, length - (length >> 2)) };
  }
  yield {
    ...withoutParts,
    reading: { ...cutReading(event.reading, 0), textVectors: [], topics: [] },
    received: { ...withoutParts.received, studyInstanceUids: [] },
  };
}

/** UTF-16 units; one takes at most 3 bytes in UTF-8, and the asserted text repeats most of them. */
const LONGEST_CUT = 32_768;
const SHORTEST_CUT = 256;

function cutReading(reading: ReportReading, length: number): ReportReading {
  const within = (span: { end: number }): boolean => span.end <= length;
  return {
    ...reading,
    text: cutText(reading.text, length),
    sections: reading.sections
      .filter((section) => section.start < length)
      .map((section) => ({ ...section, end: Math.min(section.end, length) })),
    findings: reading.findings.filter((finding) => finding.end <= length && finding.sentenceEnd <= length),
    citations: reading.citations.filter((citation) => within(citation) && citation.contextEnd <= length),
    assertedText: cutText(reading.assertedText, length),
    contradictions: reading.contradictions.filter(({ second }) => second < length),
    unread: reading.unread.filter(within),
  };
}

/** Never ends within a surrogate pair. */
function cutText(text: string, length: number): string {
  const cut = text.slice(0, length);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}
