import { embeddedDocuments, mayHoldDocument } from '../../core/hl7/embedded-document.ts';
import { parseMessage } from '../../core/hl7/message.ts';
import type { ReportPart } from '../../core/radiology/events.ts';
import { moduleBeside, WorkerThread } from '../../platform/worker-thread.ts';
import type { DocumentQuestion } from './document-thread.ts';
import { DOCUMENT_OPEN_MS, DOCUMENT_TIMEOUT_MS, MAX_DOCUMENT_HEAP_MB } from './limits.ts';

/** The text of the documents of one message by the place of their OBX; null for one that could not be read. (phi) */
export type DocumentTexts = ReadonlyMap<number, ReportPart[] | null>;

const NONE: DocumentTexts = new Map();

/** Takes the text out of PDF and CDA documents in messages, in a thread with limits of time and memory. */
export class Documents {
  readonly #thread: WorkerThread<DocumentQuestion, ReportPart[]>;
  readonly #timeoutMs: number;

  constructor({ timeoutMs = DOCUMENT_TIMEOUT_MS }: { timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
    this.#thread = new WorkerThread({
      file: moduleBeside(import.meta.url, 'document-thread'),
      failure: 'HL7_DOCUMENT_UNREADABLE',
      maxHeapMb: MAX_DOCUMENT_HEAP_MB,
      openMs: DOCUMENT_OPEN_MS,
    });
  }

  /** Never rejects: a document that cannot be read does not keep its message out. */
  async read(bytes: Buffer): Promise<DocumentTexts> {
    if (!mayHoldDocument(bytes)) return NONE;
    const texts = new Map<number, ReportPart[] | null>();
    try {
      const end = performance.now() + this.#timeoutMs;
      for (const { segment, kind, bytes: document } of embeddedDocuments(parseMessage(bytes))) {
        const left = Math.max(1, end - performance.now());
        const question = { kind, bytes: document };
        texts.set(
          segment,
          await this.#thread.ask(question, { answerMs: left, totalMs: left }).catch(() => null),
        );
      }
    } catch {
      // The message itself cannot be read: `decide` says why.
    }
    return texts;
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }
}
