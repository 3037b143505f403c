import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Kafka } from 'kafkajs';
import type { z } from 'zod';
import type { ErrorCode } from '../../../core/errors.ts';
import type { Case } from '../../../core/radiology/events.ts';
import { isRejectionNote } from '../../../core/radiology/rejections.ts';
import {
  elasticsearchError,
  openElasticsearch,
  SET_UP_TIMEOUT_MS,
} from '../../../platform/elasticsearch/client.ts';
import { createKafka } from '../../../platform/kafka/client.ts';
import { deadLetterCodec } from '../../../platform/kafka/dead-letter.ts';
import { TOPIC_CREATION_TIMEOUT_MS } from '../../../platform/kafka/limits.ts';
import { PartitionReader } from '../../../platform/kafka/read-partition.ts';
import { Schemas } from '../../../platform/kafka/schemas.ts';
import { withAdmin } from '../../../platform/kafka/topics.ts';
import type { LostObject } from '../../../platform/object-store/lost-objects.ts';
import { openObjectStore } from '../../../platform/object-store/open.ts';
import { flag, text } from '../../../platform/process/config.ts';
import { readSecret } from '../../../platform/process/files.ts';
import type { Logger } from '../../../platform/process/log.ts';
import { Metrics } from '../../../platform/process/metrics.ts';
import { Readiness } from '../../../platform/process/readiness.ts';
import { INDEX_ALIASES, indexerGroup, positionsIndex } from '../../../schemas/index/index-names.ts';
import { physicalIndices } from '../../../schemas/index/physical-indices.ts';
import { schemaOptions } from '../../../schemas/schema-options.ts';
import { DEAD_LETTER_SERVICES, deadLetterTopic, TOPIC_SPECS, TOPICS } from '../../../schemas/topics.ts';
import { config as joinerConfig } from '../config.ts';
import { Caches } from './caches.ts';
import { IndexedVersions } from './indexed-versions.ts';
import { KnownObjects } from './known-objects.ts';
import { recoverErasures } from './recover-erasures.ts';
import { type InputTopic, recoverInputs } from './recover-inputs.ts';
import { type RecoveredPartition, recoverPartition } from './recover-partition.ts';
import { compareObjects } from './stored-objects.ts';

export const config = {
  ...joinerConfig,
  casesAlias: text(INDEX_ALIASES.casesAlias),
  analysisAlias: text(INDEX_ALIASES.analysisAlias),
  /** what is remembered while it runs, and the lists for the gateways */
  recoverFolder: text(''),
  recoverDryRun: flag(false),
  recoverCheckBytes: flag(false),
  /** an earlier recovery did not come to its end */
  recoverUnfinished: flag(false),
};

export type RecoverConfig = Readonly<z.infer<z.ZodObject<typeof config>>>;

/** What cannot be restored; nothing of a patient. */
export interface Loss {
  code: ErrorCode;
  caseId: string;
  /** SHA-256 of the object, '' where the case itself is meant */
  sha256: string;
}

export interface Recovered {
  /** partitions of `radiology.case` that had gone back */
  wentBack: { partition: number; why: string }[];
  /** partitions of the other topics that had */
  inputsWentBack: { topic: string; partition: number }[];
  /** states written, those of them that the log lacked or had older; cases erased again, whose decision may be lost */
  written: number;
  restored: number;
  erased: string[];
  /** cases whose erasure had been carried out and was lost with the log: it is decided again */
  erasures: string[];
  /** objects that nothing knew of, by the gateway that reads them again, and those of them without a receipt */
  hl7: number;
  dicom: number;
  withoutReceipt: number;
  losses: Loss[];
}

/** The files that a gateway is given, in `recoverFolder`. */
export const LISTS = { hl7: 'hl7-gateway.jsonl', dicom: 'dicom-gateway.jsonl' };

/**
 * Brings `radiology.case` to what its log, the joiner's cache and the index know together, and lists the stored objects
 * of which nothing knows. All services must be stopped. `docs/operations.md` says when. Throws `SCHEMA_UNKNOWN` where a newer build
 * wrote a record: its schema, or that build, is needed.
 */
export async function recover(
  settings: RecoverConfig,
  log: Logger,
  say: (line: string) => void,
): Promise<Recovered> {
  const { dataDir, recoverFolder: folder, partitions, kafkaBrokers } = settings;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const kafka = createKafka(kafkaBrokers, 'interleave-recover', log, {
    requestTimeoutMs: TOPIC_CREATION_TIMEOUT_MS,
  });
  const elasticsearch = openElasticsearch(settings.elasticsearchUrl, SET_UP_TIMEOUT_MS);
  const caches = await Caches.open(dataDir, partitions);
  const told = { log, metrics: new Metrics('recover'), ready: new Readiness() };
  const options = schemaOptions(kafka, settings, told);
  const schemas = settings.recoverDryRun ? Schemas.reading(options) : await Schemas.published(options);
  const reader = await PartitionReader.connect(kafka, { empty: await missingTopics(kafka), schemas });
  const store = await openObjectStore(dataDir);
  const known = await KnownObjects.open(join(folder, 'known-objects.mdb'));
  const losses = new Map<string, Loss>();
  const lost = (caseId: string, code: ErrorCode, sha256 = '') =>
    losses.set(`${code} ${caseId} ${sha256}`, { code, caseId, sha256 });
  let versions: IndexedVersions | null = null;
  try {
    say('Reading which versions the index holds');
    const { casesIndices, read } = await readIndices(
      join(folder, 'versions.mdb'),
      elasticsearch,
      settings,
    ).catch((error: unknown) => {
      throw elasticsearchError(error);
    });
    versions = read;
    const indexed = versions;
    const orders = new ReceiptOrders();
    const inLog = new Set<string>();
    const notes: LostObject[] = [];
    const recovered: RecoveredPartition[] = [];
    const groups = casesIndices.map(indexerGroup);
    const committed = await committedBy(kafka, groups, TOPICS.case);
    const secret = await readSecret(settings.siteSecretFile || join(dataDir, 'site-secret'));
    const erasures = await recoverErasures({
      kafka,
      reader,
      caches,
      secret,
      log,
      dryRun: settings.recoverDryRun,
    });
    for (let partition = 0; partition < partitions; partition++) {
      say(`Comparing partition ${partition + 1} of ${partitions} of ${TOPICS.case}`);
      recovered.push(
        await recoverPartition({
          kafka,
          reader,
          caches,
          indexed: { seen: indexed.seen(partition), versionOf: (caseId) => indexed.of(caseId) },
          committed: committed.get(partition) ?? [],
          output: { topic: TOPICS.case, partition, groupId: settings.joinerGroup },
          transactionalId: `${settings.joinerTransactionalId}-${partition}`,
          dryRun: settings.recoverDryRun,
          unfinished: settings.recoverUnfinished,
          hasObjects: async (caseId) => (await store.objects(caseId)).length > 0,
          async found(state) {
            inLog.add(state.caseId);
            notes.push(...rejectionNotesOf(state));
            orders.add(partition, state);
            await known.addCase(state);
          },
          lost,
        }),
      );
    }
    const wentBack = recovered.filter((one) => one.wentBack !== null);
    say('Comparing the topics of events');
    const inputs = await recoverInputs({
      kafka,
      reader,
      partitions,
      inputs: inputTopics(settings.joinerGroup),
      wentBack: new Set(wentBack.map(({ partition }) => partition)),
      behindCases: (topic, partition) => orders.behind(topic, partition),
      dryRun: settings.recoverDryRun,
    });
    await addEvents(reader, known, partitions, inputs.from, (caseId) => inLog.has(caseId));
    await addDeadLetters(reader, known);
    say('Comparing the object store');
    const lists = { hl7: writeList(folder, LISTS.hl7), dicom: writeList(folder, LISTS.dicom) };
    const compared = await compareObjects({
      store,
      known,
      checkBytes: settings.recoverCheckBytes,
      lists,
      lost,
    });
    // The register of rejected objects may have gone back with the rest: who rejects says so again.
    const rejecting = wentBack.length + inputs.wentBack.length > 0 ? notes : [];
    for (const note of rejecting) lists.dicom.write(`${JSON.stringify(note)}\n`);
    compared.dicom += rejecting.length;
    for (const list of Object.values(lists)) {
      list.end();
      await finished(list);
    }
    // What only the index shows, and no object is there to make it from again.
    for (const caseId of indexed.caseIds())
      if (!inLog.has(caseId) && (await store.objects(caseId)).length === 0) lost(caseId, 'CASE_NOT_FOUND');
    if (!settings.recoverDryRun) {
      const ends = wentBack.map(({ partition, end, mark }) => ({ partition, end, mark }));
      for (const index of casesIndices) await restartPositions(elasticsearch, index, ends);
    }
    const sum = (pick: (one: RecoveredPartition) => number) => recovered.reduce((n, one) => n + pick(one), 0);
    return {
      wentBack: wentBack.map(({ partition, wentBack: why }) => ({ partition, why: why ?? '' })),
      inputsWentBack: inputs.wentBack,
      written: sum((one) => one.written),
      restored: sum((one) => one.restored),
      erased: recovered.flatMap((one) => one.erased),
      erasures,
      ...compared,
      losses: [...losses.values()],
    };
  } finally {
    await versions?.close();
    await known.close();
    await store.close();
    await reader.disconnect();
    await caches.close();
    await elasticsearch.close();
  }
}

function rejectionNotesOf({ caseId, images }: Case): LostObject[] {
  return images
    .filter(({ received }) => isRejectionNote(received.titleCode))
    .map(({ received: { object, receivedAt, callingAeTitle } }) => ({
      caseId,
      sha256: object.sha256,
      receivedAt,
      sender: callingAeTitle,
      receipt: true,
    }));
}

/** Those that an emptied log has lost; unless it is only a try, they have been made again. */
async function missingTopics(kafka: Kafka): Promise<Set<string>> {
  const there = new Set(await withAdmin(kafka, (admin) => admin.listTopics()));
  return new Set(TOPIC_SPECS.map(({ name }) => name).filter((name) => !there.has(name)));
}

function inputTopics(joinerGroup: string): InputTopic[] {
  return [
    { topic: TOPICS.reportReceived, groupId: 'interleave-labeler' },
    { topic: TOPICS.imageReceived, groupId: 'interleave-inference' },
    { topic: TOPICS.reportLabeled, groupId: joinerGroup },
    { topic: TOPICS.imageEmbedded, groupId: joinerGroup },
  ];
}

/** The highest offsets that cases remember of the topics that their events came by. */
class ReceiptOrders {
  readonly #highest = new Map<string, number>();

  add(partition: number, state: Case): void {
    for (const { latest, versions } of state.reports)
      for (const { receivedOffset } of [latest, ...versions])
        this.#raise(`${TOPICS.reportReceived}/${partition}`, receivedOffset);
    for (const { receivedOffset } of state.images)
      this.#raise(`${TOPICS.imageReceived}/${partition}`, receivedOffset);
  }

  behind(topic: string, partition: number): number {
    return (this.#highest.get(`${topic}/${partition}`) ?? -1) + 1;
  }

  #raise(name: string, offset: number): void {
    if (offset > (this.#highest.get(name) ?? -1)) this.#highest.set(name, offset);
  }
}

/** The next offsets of these groups, by partition. */
async function committedBy(kafka: Kafka, groups: string[], topic: string): Promise<Map<number, number[]>> {
  const committed = new Map<number, number[]>();
  await withAdmin(kafka, async (admin) => {
    for (const groupId of groups)
      for (const { partitions } of await admin.fetchOffsets({ groupId, topics: [topic] }))
        for (const { partition, offset } of partitions)
          if (Number(offset) >= 0)
            committed.set(partition, [...(committed.get(partition) ?? []), Number(offset)]);
  });
  return committed;
}

/**
 * Events that were read are in their cases or will be merged again; those that were not, will be read. What was merged into
 * a case that nobody has any more counts for nothing: its objects are all that is left of it.
 */
async function addEvents(
  reader: PartitionReader,
  known: KnownObjects,
  partitions: number,
  from: ReadonlyMap<string, number>,
  hasState: (caseId: string) => boolean,
): Promise<void> {
  const whole: string[] = [TOPICS.reportLabeled, TOPICS.imageEmbedded];
  for (const topic of [...whole, TOPICS.reportReceived, TOPICS.imageReceived])
    for (let partition = 0; partition < partitions; partition++) {
      const { low, high } = await reader.ends(topic, partition);
      const goesOn = from.get(`${topic}/${partition}`) ?? low;
      const start = whole.includes(topic) ? low : goesOn;
      await reader.read(topic, partition, start, high, async (records) => {
        for (const { offset, key, value } of records)
          if (value !== null && (offset >= goesOn || hasState(key))) await known.addEvent(topic, value);
      });
    }
}

async function addDeadLetters(reader: PartitionReader, known: KnownObjects): Promise<void> {
  for (const service of DEAD_LETTER_SERVICES) {
    const topic = deadLetterTopic(service);
    const { low, high } = await reader.ends(topic, 0);
    await reader.read(topic, 0, low, high, async (records) => {
      for (const { value } of records)
        if (value !== null) await known.addDeadLetter(deadLetterCodec.decode(value));
    });
  }
}

/** Every build that is there: the one that is searched, and one that is kept or being built. */
async function readIndices(
  path: string,
  client: ReturnType<typeof openElasticsearch>,
  settings: Pick<RecoverConfig, 'casesAlias' | 'analysisAlias' | 'partitions'>,
): Promise<{ casesIndices: string[]; read: IndexedVersions }> {
  const casesIndices = (await physicalIndices(client, settings)).map(({ names }) => names.cases);
  return { casesIndices, read: await IndexedVersions.read(path, client, casesIndices, settings.partitions) };
}

/** The index knows the log again from here on. */
async function restartPositions(
  elasticsearch: ReturnType<typeof openElasticsearch>,
  casesIndex: string,
  ends: readonly Pick<RecoveredPartition, 'partition' | 'end' | 'mark'>[],
): Promise<void> {
  for (const { partition, end, mark } of ends)
    await elasticsearch
      .index({
        index: positionsIndex(casesIndex),
        id: String(partition),
        version: Math.max(0, end - 1),
        version_type: 'external_gte',
        document: { next: end, marks: mark === null ? [] : [mark] },
        refresh: true,
      })
      .catch((error: unknown) => {
        throw elasticsearchError(error);
      });
}

function writeList(folder: string, name: string): WriteStream {
  return createWriteStream(join(folder, name), { mode: 0o600 });
}
