import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { splitBatch } from '../../core/hl7/batch.ts';
import { MllpFramer } from '../../core/hl7/frame.ts';
import type { ReportReceived } from '../../core/radiology/events.ts';
import { GatewayProcess } from '../../harness/gateway-process.ts';
import { testKafka } from '../../harness/test-kafka.ts';
import { type DeadLetter, UNKNOWN_CASE } from '../../platform/kafka/dead-letter.ts';
import { openObjectStore } from '../../platform/object-store/open.ts';
import { events } from '../../schemas/events.ts';
import { deadLetterTopic, TOPICS } from '../../schemas/topics.ts';
import { TopicSection } from '../support/topic-section.ts';
import { counted, type Outcome, SLOW_MS } from './outcome.ts';
import { type Hl7Sending, sendHl7, wireBytes } from './send-hl7-file.ts';

/**
 * Each file is judged by itself: no message is remembered, since files of many projects share control ids. All else is as
 * a site finds it.
 */
const SETTINGS = { HL7_REMEMBER_MS: '1', HL7_CONTROL_ID_REUSE: 'accept', LOG_LEVEL: 'info' };

/** Sends every file to a running gateway and tells what became of each. */
export async function hl7Outcomes(
  brokers: readonly string[],
  files: readonly { path: string; file: string }[],
  say: (line: string) => void = () => undefined,
): Promise<Outcome[]> {
  const kafka = testKafka(brokers);
  const gateway = await GatewayProcess.start('hl7-gateway', brokers, SETTINGS);
  try {
    const reports = await TopicSection.begin(kafka, TOPICS.reportReceived);
    const letters = await TopicSection.begin(kafka, deadLetterTopic('hl7-gateway'));
    const sent: { path: string; bytes: Buffer; sending: Hl7Sending; alive: boolean }[] = [];
    for (const { path, file } of files) {
      const bytes = wireBytes(await readFile(file));
      let sending = await sendHl7(gateway.port, bytes);
      // A busy machine may be slow once; what is slow each time is our doing.
      for (let again = 0; again < 2 && isSlow(sending); again++) {
        const next = await sendHl7(gateway.port, bytes);
        if (next.ms < sending.ms) sending = next;
      }
      sent.push({ path, bytes, sending, alive: gateway.running });
      if (sent.length % 200 === 0) say(`${sent.length} of ${files.length} HL7 files`);
    }
    const became = groupBy((await reports.read()).map(events.reportReceived.decode), (event) => event.digest);
    const dead = groupBy(
      (await letters.read()).map(events.deadLetter.decode),
      ({ object }) => object?.sha256 ?? '',
    );
    const store = await openObjectStore(gateway.dataDir);
    const isKept = (caseId: string, digest: string) => store.has(caseId, digest);
    return await Promise.all(sent.map((one) => outcome(one, became, dead, isKept)));
  } finally {
    await gateway.stop();
  }
}

async function outcome(
  { path, bytes, sending, alive }: { path: string; bytes: Buffer; sending: Hl7Sending; alive: boolean },
  became: Map<string, ReportReceived[]>,
  dead: Map<string, DeadLetter[]>,
  isKept: (caseId: string, digest: string) => Promise<boolean>,
): Promise<Outcome> {
  const digests = [...new Set(piecesOf(bytes).map(digestOf))];
  const own = digests.flatMap((digest) => uniqueBy(became.get(digest) ?? [], (event) => event.eventId));
  const letters = digests.flatMap((digest) =>
    uniqueBy(dead.get(digest) ?? [], (letter) => `${letter.code} ${digest}`),
  );
  const places = new Set<string>();
  for (const digest of digests) {
    for (const { caseId } of own.filter((event) => event.digest === digest))
      places.add((await isKept(caseId, digest)) ? 'case' : 'LOST');
    if (letters.some(({ object }) => object?.sha256 === digest))
      places.add((await isKept(UNKNOWN_CASE, digest)) ? 'dead letter' : 'LOST');
  }
  return {
    path,
    answer: counted(
      sending.answers.map(({ code, applicationCode }) => `${code || 'none'} ${applicationCode}`.trim()),
    ),
    kept: [...places].sort().join(' + ') || 'nowhere',
    became: counted(
      own.map(
        ({ status, caseKey, problem }) =>
          `report ${status} by ${caseKey.kind}${problem ? ` ${problem}` : ''}`,
      ),
    ),
    codes: [...new Set(letters.map((letter) => letter.code))].sort().join(' + '),
    trouble: troubleOf(sending, alive),
  };
}

/** What the gateway may have taken for a message: the content of each frame, whole and cut as a batch; else the bytes. */
function piecesOf(bytes: Buffer): Buffer[] {
  const framer = new MllpFramer({ maxFrameBytes: 1024 * 1024 });
  return [...framer.push(bytes), ...framer.end()].flatMap(({ bytes: piece }) => {
    try {
      return [piece, ...splitBatch(piece)];
    } catch {
      return [piece];
    }
  });
}

function troubleOf(sending: Hl7Sending, alive: boolean): string {
  const { closed } = sending;
  if (!alive) return 'CRASHED';
  if (isSlow(sending)) return 'OVER 1 s';
  return closed ? '' : 'CUT OFF';
}

/** For each message: the file of a hundred may take longer, since each is stored and answered in turn. */
function isSlow({ ms, answers }: Hl7Sending): boolean {
  return ms > SLOW_MS * Math.max(1, answers.length);
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
