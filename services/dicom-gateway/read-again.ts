import { createHash } from 'node:crypto';
import { DICOM_MEDIA_TYPE, readPart10 } from '../../core/dicom/part10.ts';
import { type ErrorCode, InterleaveError } from '../../core/errors.ts';
import type { ObjectRef } from '../../core/object-ref.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { UNKNOWN_CASE } from '../../platform/kafka/dead-letter.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { type LostObject, type ReadAgain, readListAgain } from '../../platform/object-store/lost-objects.ts';
import type { ObjectStore, ObjectWriter } from '../../platform/object-store/object-store.ts';
import { text } from '../../platform/process/config.ts';
import type { Logger } from '../../platform/process/log.ts';
import { Metrics } from '../../platform/process/metrics.ts';
import { Readiness } from '../../platform/process/readiness.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { type Config, config as gatewayConfig } from './config.ts';
import { MAX_FILE_META } from './dicomweb/limits.ts';
import { publishing, storing } from './service.ts';
import { StoreObject, type StoreObjectOptions } from './store-object.ts';

export const config = {
  ...gatewayConfig,
  /** of objects, see `platform/object-store/lost-objects.ts` */
  readAgainList: text(''),
};

/**
 * Sends the events of stored objects again that no case knows of, with the time at which each first came and the calling
 * AE title of then: they go the way of a C-STORE, and are only not stored again. For `interleave recover`, while the
 * gateway is stopped: it alone writes to `radiology.image.received`.
 */
export async function readAgain(
  settings: Config & { readAgainList: string },
  log: Logger,
  say: (progress: string) => void,
): Promise<ReadAgain> {
  const metrics = new Metrics('dicom-gateway');
  const ready = new Readiness();
  const stored = await storing(settings, { log, metrics, ready });
  const kafka = createKafka(settings.kafkaBrokers, 'interleave-dicom-gateway', log);
  await Schemas.published(schemaOptions(kafka, settings, { log, metrics, ready }));
  const producer = await EventProducer.connect(kafka, log, metrics);
  const { publish, reject, deadLetter } = publishing(producer, stored.secret);
  const options: Omit<StoreObjectOptions, 'now' | 'store'> = {
    ...stored,
    publish,
    reject,
    // What is refused stays where it is, and is listed; other bytes under a known UID are kept as they were.
    deadLetter: async (code, object, caseId) => {
      if (caseId !== UNKNOWN_CASE) await deadLetter(code, object, caseId);
    },
    onStored: () => undefined,
  };
  try {
    return await readListAgain(
      settings.readAgainList,
      (object) => readObject(object, stored.store, options),
      say,
    );
  } finally {
    await producer.disconnect();
    await stored.memory.close();
    await stored.store.close();
  }
}

async function readObject(
  object: LostObject,
  store: ObjectStore,
  options: Omit<StoreObjectOptions, 'now' | 'store'>,
): Promise<ErrorCode | null> {
  const { caseId, sha256, receivedAt, sender } = object;
  const source = new StoredBytes(store, object);
  let receiver: StoreObject | null = null;
  let held: Buffer = Buffer.alloc(0);
  const begin = async (): Promise<StoreObject> => {
    const meta = readPart10(held);
    if (meta === null) throw new InterleaveError('DICOM_DATA_SET_UNREADABLE');
    const { dataSetOffset, ...request } = meta;
    const again = new StoreObject(
      { ...options, store: source.asStore(), now: () => receivedAt },
      { ...request, callingAeTitle: sender },
    );
    receiver = again;
    await again.write(held.subarray(dataSetOffset));
    return again;
  };
  try {
    for await (const chunk of await store.open(caseId, sha256)) {
      const bytes = chunk as Buffer;
      source.saw(bytes);
      if (receiver !== null) {
        await (receiver as StoreObject).write(bytes);
        continue;
      }
      held = Buffer.concat([held, bytes]);
      if (held.length >= MAX_FILE_META) await begin();
    }
    return (await (receiver ?? (await begin())).finish()).code;
  } finally {
    await (receiver as StoreObject | null)?.abort();
  }
}

/** An object that is stored already, as the store that it is to be put into. */
class StoredBytes {
  readonly #store: ObjectStore;
  readonly #object: LostObject;
  readonly #hash = createHash('sha256');
  #size = 0;

  constructor(store: ObjectStore, object: LostObject) {
    this.#store = store;
    this.#object = object;
  }

  saw(bytes: Buffer): void {
    this.#hash.update(bytes);
    this.#size += bytes.length;
  }

  asStore(): StoreObjectOptions['store'] {
    return { writer: async () => this.#writer(), note: async () => undefined };
  }

  #writer(): ObjectWriter {
    let size = 0;
    return {
      get size() {
        return size;
      },
      async write(chunk) {
        size += chunk.length;
      },
      commit: (caseIds) => this.#commit(caseIds),
      abort: async () => undefined,
    };
  }

  /** It may belong to another case too, where the site table says something else today. */
  async #commit(caseIds: readonly string[]): Promise<ObjectRef> {
    const { caseId, sha256, receivedAt, sender, receipt } = this.#object;
    if (this.#hash.copy().digest('hex') !== sha256) throw new InterleaveError('OBJECT_CORRUPT');
    const lacking: string[] = [];
    for (const id of caseIds)
      if (id !== UNKNOWN_CASE && !(await this.#store.has(id, sha256))) lacking.push(id);
    if (lacking.length > 0) {
      const writer = await this.#store.writer();
      for await (const chunk of await this.#store.open(caseId, sha256)) await writer.write(chunk as Buffer);
      await writer.commit(lacking, DICOM_MEDIA_TYPE);
      if (receipt) await this.#store.note(lacking, sha256, { receivedAt, sender });
    }
    return { sha256, size: this.#size, mediaType: DICOM_MEDIA_TYPE };
  }
}
