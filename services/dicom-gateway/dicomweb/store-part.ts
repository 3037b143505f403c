/**
 * One part of a STOW-RS message: a DICOM file (PS3.10). Its file meta information says what a C-STORE command says; its
 * data set goes the way of C-STORE.
 */
import { readPart10 } from '../../../core/dicom/part10.ts';
import { STATUS } from '../../../core/dicom/status.ts';
import { STORED_TRANSFER_SYNTAXES, TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import type { StoreResult } from '../../../core/dicomweb/store-response.ts';
import type { ErrorCode } from '../../../core/errors.ts';
import type { DataSetReceiver, StoreAnswer, StoreRequest } from '../dimse-service.ts';
import { MAX_FILE_META } from './limits.ts';

export interface StorePartOptions {
  store(request: StoreRequest): DataSetReceiver;
  /** reads a part that is refused to its end */
  discard(answer: StoreAnswer): DataSetReceiver;
  callingAeTitle: string;
  /** are objects of this class taken? */
  takes(sopClassUid: string): boolean;
  /** of the address, null where it names none */
  studyInstanceUid: string | null;
}

export class StorePart {
  readonly #options: StorePartOptions;
  #held: Buffer = Buffer.alloc(0);
  #receiver: DataSetReceiver | null = null;
  #uids = { sopClassUid: '', sopInstanceUid: '' };

  constructor(options: StorePartOptions, contentType: string) {
    this.#options = options;
    if (contentType !== 'application/dicom')
      this.#receiver = options.discard({ status: STATUS.CANNOT_UNDERSTAND, code: 'MEDIA_TYPE_UNSUPPORTED' });
  }

  /** Resolves when the next piece may come. Throws DICOM_DATA_SET_TOO_LARGE where nothing more should come at all. */
  async write(bytes: Buffer): Promise<void> {
    if (this.#receiver !== null) return this.#receiver.write(bytes);
    this.#held = Buffer.concat([this.#held, bytes]);
    if (isMetaWhole(this.#held)) await this.#begin();
  }

  /** Never rejects: whatever goes wrong has a status. */
  async finish(): Promise<StoreResult> {
    try {
      if (this.#receiver === null) await this.#begin();
      return { ...this.#uids, ...(await this.#answer()) };
    } catch {
      return { ...this.#uids, ...FAILED };
    }
  }

  async abort(): Promise<void> {
    await this.#receiver?.abort();
  }

  async #answer(): Promise<Omit<StoreResult, 'sopClassUid' | 'sopInstanceUid'>> {
    const answer = await this.#receiver?.finish();
    if (answer === undefined) return FAILED;
    return { ...answer, studyInstanceUid: answer.studyInstanceUid ?? '' };
  }

  async #begin(): Promise<void> {
    const meta = metaOf(this.#held);
    // Without meta information it is kept as what it came as, and refused as an object that cannot be read.
    const { dataSetOffset, ...request } = meta ?? { ...NOTHING, dataSetOffset: 0 };
    this.#uids = { sopClassUid: request.sopClassUid, sopInstanceUid: request.sopInstanceUid };
    const { store, discard, callingAeTitle, studyInstanceUid } = this.#options;
    const refusal = meta === null ? null : this.#refusal(request);
    const of = studyInstanceUid === null ? {} : { studyInstanceUid };
    this.#receiver = refusal === null ? store({ ...request, ...of, callingAeTitle }) : discard(refusal);
    const rest = this.#held.subarray(dataSetOffset);
    this.#held = Buffer.alloc(0);
    if (rest.length > 0) await this.#receiver.write(rest);
  }

  /** What C-STORE refuses when presentation contexts are negotiated. */
  #refusal({ sopClassUid, transferSyntaxUid }: typeof NOTHING): StoreAnswer | null {
    if (!this.#options.takes(sopClassUid))
      return { status: STATUS.SOP_CLASS_NOT_SUPPORTED, code: 'DICOM_SOP_CLASS_UNSUPPORTED' };
    if (STORED_TRANSFER_SYNTAXES.has(transferSyntaxUid)) return null;
    return { status: TRANSFER_SYNTAX_NOT_SUPPORTED, code: 'DICOM_TRANSFER_SYNTAX_UNSUPPORTED' };
  }
}

/** PS3.18 Table 10.5.3-2: Referenced Transfer Syntax not supported */
const TRANSFER_SYNTAX_NOT_SUPPORTED = 0xc122;

const FAILED = {
  studyInstanceUid: '',
  status: STATUS.OUT_OF_RESOURCES,
  code: 'INTERNAL' satisfies ErrorCode as ErrorCode,
};

const NOTHING = {
  sopClassUid: '',
  sopInstanceUid: '',
  transferSyntaxUid: TRANSFER_SYNTAX.EXPLICIT_LITTLE as string,
};

/** Preamble, prefix, and the length of group 0002 */
const GROUP_LENGTH_END = 144;

/** Enough to read group 0002: as much as it says, else as much as it may be. */
function isMetaWhole(bytes: Buffer): boolean {
  if (bytes.length >= MAX_FILE_META) return true;
  if (bytes.length < GROUP_LENGTH_END) return false;
  const hasLength = bytes.readUInt16LE(132) === 0x0002 && bytes.readUInt16LE(134) === 0x0000;
  // The group is over when an element of another one has begun.
  const end = GROUP_LENGTH_END + (hasLength ? bytes.readUInt32LE(GROUP_LENGTH_END - 4) : MAX_FILE_META);
  return bytes.length >= end + ELEMENT_HEADER;
}

const ELEMENT_HEADER = 8;

/** Null where there is none that can be read. */
function metaOf(bytes: Buffer): ReturnType<typeof readPart10> {
  try {
    return readPart10(bytes);
  } catch {
    return null;
  }
}
