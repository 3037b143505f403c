/** Reads a data set that is refused to its end, so that the sender gets to hear why; but not for ever. */
import { InterleaveError } from '../../core/errors.ts';
import type { CallingPeer } from './calling-peer.ts';
import type { DataSetReceiver, StoreAnswer } from './dimse-service.ts';
import type { StoreObjectOptions } from './store-object.ts';

/** Refuses what one sender sends, and tells each refusal as that of an object that was looked at. */
export function refusing(
  { onStored, maxDiscardedLength }: Pick<StoreObjectOptions, 'onStored' | 'maxDiscardedLength'>,
  from: CallingPeer,
): (answer: StoreAnswer) => DataSetReceiver {
  return (answer) =>
    new DiscardDataSet(answer, maxDiscardedLength, (bytes) => {
      // A C-ECHO is read the same way, and no refusal.
      if (answer.code !== null) onStored({ answer, bytes, caseIds: [], from });
    });
}

export class DiscardDataSet implements DataSetReceiver {
  readonly #answer: StoreAnswer;
  readonly #limit: number;
  readonly #read: (bytes: number) => void;
  #size = 0;

  /** `read` is told how long the data set was, before its answer leaves. */
  constructor(answer: StoreAnswer, limit: number, read: (bytes: number) => void) {
    this.#answer = answer;
    this.#limit = limit;
    this.#read = read;
  }

  async write(bytes: Buffer): Promise<void> {
    this.#size += bytes.length;
    if (this.#size > this.#limit) throw new InterleaveError('DICOM_DATA_SET_TOO_LARGE');
  }

  async finish(): Promise<StoreAnswer> {
    this.#read(this.#size);
    return this.#answer;
  }

  async abort(): Promise<void> {}
}
