import type { DimseCommand } from '../core/dicom/dimse-command.ts';
import type { DimseAssociation } from './dimse-association.ts';
import { CANCEL_MS } from './limits.ts';

/** A request that has several answers (C-FIND, C-MOVE, C-GET), and how it is ended before its time. */
export class DimseOperation {
  readonly messageId: number;
  readonly #association: DimseAssociation;
  readonly #contextId: number;
  readonly #cancelMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #stop = () => this.cancel();
  #deadline: NodeJS.Timeout | null = null;

  private constructor(
    association: DimseAssociation,
    contextId: number,
    messageId: number,
    signal: AbortSignal | undefined,
    cancelMs: number,
  ) {
    this.#association = association;
    this.#contextId = contextId;
    this.messageId = messageId;
    this.#signal = signal;
    this.#cancelMs = cancelMs;
    signal?.addEventListener('abort', this.#stop, { once: true });
    if (signal?.aborted) this.cancel();
  }

  /** Sends the request, runs `body`, and aborts the association where that rejects. An aborted signal cancels. */
  static async run<T>(
    association: DimseAssociation,
    contextId: number,
    request: Pick<DimseCommand, 'field' | 'sopClassUid' | 'moveDestination'>,
    identifier: Buffer,
    { signal, cancelMs = CANCEL_MS }: { signal?: AbortSignal | undefined; cancelMs?: number | undefined },
    body: (operation: DimseOperation) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const messageId = await association.request(contextId, { ...request, sopInstanceUid: '' }, identifier);
    const operation = new DimseOperation(association, contextId, messageId, signal, cancelMs);
    try {
      const result = await body(operation);
      signal?.throwIfAborted();
      return result;
    } catch (error) {
      association.abort();
      signal?.throwIfAborted();
      throw error;
    } finally {
      operation.#end();
    }
  }

  get cancelled(): boolean {
    return this.#deadline !== null;
  }

  /** Sends C-CANCEL. The peer still answers; where it does not end in time, the association is aborted. */
  cancel(): void {
    if (this.#deadline !== null) return;
    this.#deadline = setTimeout(() => this.#association.abort(), this.#cancelMs);
    this.#association.cancel(this.#contextId, this.messageId).catch(() => this.#association.abort());
  }

  #end(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    this.#signal?.removeEventListener('abort', this.#stop);
  }
}
