import { InterleaveError } from '../../core/errors.ts';
import {
  type EmbeddedDocument,
  embeddedDocuments,
  mayHoldDocument,
  unreadDocuments,
} from '../../core/hl7/embedded-document.ts';
import { type Message, parseMessage } from '../../core/hl7/message.ts';
import type { ReportPart } from '../../core/radiology/events.ts';
import { moduleBeside, WorkerThread } from '../../platform/concurrency/worker-thread.ts';
import type { DocumentQuestion } from './document-process.ts';
import { FairTurns } from './fair-turns.ts';
import {
  DEFAULT_ANSWER_TIMEOUT_MS,
  DOCUMENT_OPEN_MS,
  DOCUMENT_READ_SHARE,
  DOCUMENT_READERS,
  DOCUMENT_WAIT_SHARE,
  MAX_DOCUMENT_BYTES_WAITING,
  MAX_DOCUMENT_HEAP_MB,
  MAX_DOCUMENT_MEMORY_MB,
  MIN_BYTES_WAITING,
} from './limits.ts';

/**
 * The text of the documents of one message by the place of their OBX; null for one that could not be read, nothing where
 * one goes on. (phi)
 */
export type DocumentTexts = ReadonlyMap<number, ReportPart[] | null>;

const NONE: DocumentTexts = new Map();

export interface DocumentsOptions {
  /** for the answer to a message: waiting for a reader, and reading, have their shares of it */
  answerTimeoutMs?: number;
  /** for tests: other times than those shares, the module that reads, and MiB of its process */
  waitMs?: number;
  readMs?: number;
  reader?: URL;
  maxMemoryMb?: number;
}

type Reader = WorkerThread<DocumentQuestion, ReportPart[]>;

/**
 * Takes the text out of documents (PDF, CDA, RTF, HTML) in messages, in processes with limits of time and memory. A sender has one
 * of them at a time. The time to read counts from when reading begins: what waits behind a slow one is not unreadable.
 */
export class Documents {
  readonly #readers: Reader[];
  readonly #turns = new FairTurns(DOCUMENT_READERS, MAX_DOCUMENT_BYTES_WAITING);
  readonly #waitMs: number;
  readonly #readMs: number;

  constructor(options: DocumentsOptions = {}) {
    const { answerTimeoutMs = DEFAULT_ANSWER_TIMEOUT_MS } = options;
    this.#waitMs = options.waitMs ?? answerTimeoutMs * DOCUMENT_WAIT_SHARE;
    this.#readMs = options.readMs ?? answerTimeoutMs * DOCUMENT_READ_SHARE;
    this.#readers = Array.from({ length: DOCUMENT_READERS }, () => {
      return new WorkerThread({
        file: options.reader ?? moduleBeside(import.meta.url, 'document-process'),
        failure: 'HL7_DOCUMENT_UNREADABLE',
        maxHeapMb: MAX_DOCUMENT_HEAP_MB,
        maxProcessMb: options.maxMemoryMb ?? MAX_DOCUMENT_MEMORY_MB,
        openMs: DOCUMENT_OPEN_MS,
      });
    });
  }

  /**
   * A document that cannot be read does not keep its message out. Rejects with `HL7_DOCUMENT_WAITING` where reading could
   * not begin in time; `sender` tells those apart who take turns. Of a batch that has only `leftMs` more for all of its
   * documents, one that cannot be read in that time is as good as unreadable.
   */
  async read(bytes: Buffer, sender: string, leftMs = Number.POSITIVE_INFINITY): Promise<DocumentTexts> {
    const message = mayHoldDocument(bytes) ? parsed(bytes) : null;
    const documents = message === null ? [] : embeddedDocuments(message);
    if (message === null || documents.length === 0) return NONE;
    const unread = unreadDocuments(documents);
    if (leftMs <= 0) return unread;
    const asked = {
      documents,
      charset: message.charset.label,
      size: Math.max(bytes.length, MIN_BYTES_WAITING),
      sender,
      last: performance.now() + leftMs,
    };
    return this.#inTurn(asked).catch((error: unknown) => {
      if (leftMs >= this.#waitMs) throw error;
      return unread;
    });
  }

  async #inTurn({ documents, charset, size, sender, last }: Asked): Promise<DocumentTexts> {
    const until = Math.min(performance.now() + this.#waitMs, last);
    const place = await this.#turns.take(sender, until - performance.now(), size);
    const reader = place === null ? undefined : this.#readers[place.number];
    if (place === null || reader === undefined) throw new InterleaveError('HL7_DOCUMENT_WAITING');
    try {
      await opened(reader, until - performance.now());
      const texts = unreadDocuments(documents);
      const end = Math.min(performance.now() + this.#readMs, last);
      for (const { segment, contents } of documents) {
        const answerMs = end - performance.now();
        if (contents === null || answerMs <= 0) continue;
        const read = reader.ask({ contents, charset }, { answerMs, totalMs: answerMs });
        texts.set(segment, await read.catch(() => null));
      }
      return texts;
    } finally {
      place.leave();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.stop()));
  }
}

interface Asked {
  documents: readonly EmbeddedDocument[];
  charset: string;
  /** what its message counts while it waits */
  size: number;
  sender: string;
  last: number;
}

/** Null for what cannot be read: `decide` says why. */
function parsed(bytes: Buffer): Message | null {
  try {
    return parseMessage(bytes);
  } catch {
    return null;
  }
}

/** On timeout the reader keeps starting; the next message uses it. */
async function opened(reader: Reader, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The reader took too long to start.')), limitMs);
  });
  await Promise.race([reader.open(), late])
    .catch((cause: unknown) => {
      throw new InterleaveError('HL7_DOCUMENT_WAITING', undefined, { cause });
    })
    .finally(() => clearTimeout(timer));
}
