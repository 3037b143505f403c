/** Reads a data set that is refused to its end, so that the sender gets to hear why; but not for ever. */
import { InterleaveError } from '../../core/errors.ts';
import type { DataSetReceiver, StoreAnswer } from './dimse-service.ts';

export class DiscardDataSet implements DataSetReceiver {
  readonly #answer: StoreAnswer;
  readonly #limit: number;
  #size = 0;

  constructor(answer: StoreAnswer, limit: number) {
    this.#answer = answer;
    this.#limit = limit;
  }

  async write(bytes: Buffer): Promise<void> {
    this.#size += bytes.length;
    if (this.#size > this.#limit) throw new InterleaveError('DICOM_DATA_SET_TOO_LARGE');
  }

  async finish(): Promise<StoreAnswer> {
    return this.#answer;
  }

  async abort(): Promise<void> {}
}
