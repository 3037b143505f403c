import { DimseAssociation } from '../../../clients/dimse-association.ts';
import type { DimsePeer } from '../../../clients/dimse-connection.ts';
import { FIND_PROPOSAL, find } from '../../../clients/dimse-find.ts';
import type { PresentationContextProposal } from '../../../clients/dimse-proposals.ts';
import {
  type IncomingObject,
  MOVE_PROPOSAL,
  move,
  type ObjectReceiver,
  type RetrieveResult,
} from '../../../clients/dimse-retrieve.ts';
import { DimseSender } from '../../../clients/dimse-sender.ts';
import type { DataSet } from '../../../core/dicom/data-set.ts';
import type { Keys, QueryLevel } from '../../../core/dicom/identifier.ts';
import { part10Header } from '../../../core/dicom/part10.ts';
import { STATUS } from '../../../core/dicom/status.ts';
import { codeOf, ERRORS, type ErrorCode, InterleaveError } from '../../../core/errors.ts';
import type {
  Archive,
  Delivery,
  FoundInstances,
  FoundSeries,
  FoundStudies,
  Piece,
  StudySpan,
} from '../archive/archive.ts';
import { MAX_INSTANCES, MAX_REFUSED_MOVES, MAX_SERIES } from '../archive/limits.ts';
import { ObjectSpool } from '../archive/object-spool.ts';
import { getPiece } from './pacs-get.ts';
import { instanceKeys, instanceOf, seriesKeys, seriesOf, studyKeys, studyOf } from './pacs-queries.ts';

export interface PacsOptions extends DimsePeer {
  callingAeTitle: string;
  calledAeTitle: string;
  /** the AE title that the PACS sends to; null: objects come to us (C-GET) */
  moveTo: string | null;
  /** our gateway, as a PACS has to reach it */
  gateway: DimsePeer & { calledAeTitle: string; callingAeTitle: string };
  /** for tests: between two answers */
  answerMs?: number;
}

/** A PACS that is asked by C-FIND, and sends by C-MOVE to the gateway or by C-GET to us. */
export class PacsArchive implements Archive {
  readonly #options: PacsOptions;
  /** C-MOVEs that were refused before one was carried out; null from then on */
  #refusedMoves: number | null = 0;

  constructor(options: PacsOptions) {
    this.#options = options;
  }

  async studies(span: StudySpan, most: number, signal: AbortSignal): Promise<FoundStudies> {
    const found = await this.#find('STUDY', studyKeys(span), most, signal, studyOf);
    return { studies: found.named, complete: found.complete, unreadable: found.unreadable };
  }

  async series(study: string, signal: AbortSignal): Promise<FoundSeries[]> {
    const { named, complete, unreadable } = await this.#find(
      'SERIES',
      seriesKeys(study),
      MAX_SERIES,
      signal,
      seriesOf,
    );
    if (!complete) throw new InterleaveError('DICOM_QUERY_LIMIT', 'A study has more series than it names.');
    if (unreadable > 0)
      throw new InterleaveError('DICOM_DATA_SET_UNREADABLE', 'It is an answer of the PACS.');
    return named;
  }

  async instances(study: string, series: string, signal: AbortSignal): Promise<FoundInstances> {
    const found = await this.#find('IMAGE', instanceKeys(study, series), MAX_INSTANCES, signal, instanceOf);
    return { instances: found.named, complete: found.complete && found.unreadable === 0 };
  }

  async bring(piece: Piece, delivery: Delivery, signal: AbortSignal): Promise<void> {
    const { moveTo } = this.#options;
    if (moveTo !== null && !delivery.mustSee) return this.#move(piece, moveTo, delivery, signal);
    await getPiece(piece, {
      signal,
      associate: (contexts) => this.#associate(contexts),
      take: (object) => receive(object, delivery),
    });
  }

  /** Where we send ourselves, we see what the gateway answers. */
  async gatewayAnswers(): Promise<boolean> {
    if (this.#options.moveTo === null) return true;
    try {
      const gateway = await DimseSender.connect(this.#options.gateway);
      const { status } = await gateway.echo();
      await gateway.release();
      return status === STATUS.SUCCESS;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {}

  /** Where the PACS says how many failed and not which, each is asked for alone. */
  async #move(piece: Piece, destination: string, delivery: Delivery, signal: AbortSignal): Promise<void> {
    const uids = piece.instances.map(({ uid }) => uid);
    const result = await this.#moveOnce(piece, piece.whole ? null : uids, destination, signal);
    const failed = failedOf(result, uids.length);
    for (const uid of uids)
      if (failed === null && uids.length > 1) {
        const one = await this.#moveOnce(piece, [uid], destination, signal);
        if (failedOf(one, 1)?.length === 0) tellArrived(uid, delivery);
      } else if (failed !== null && !failed.includes(uid)) tellArrived(uid, delivery);
    if (piece.whole && (result.failed ?? 0) > 0) throw new InterleaveError('DICOM_RETRIEVE_FAILED');
  }

  async #moveOnce(
    { study, series }: Piece,
    instances: readonly string[] | null,
    destination: string,
    signal: AbortSignal,
  ): Promise<RetrieveResult> {
    const association = await this.#associate([MOVE_PROPOSAL]);
    try {
      const result = await move(association, destination, { study, series, instances }, { signal });
      await association.release();
      this.#refusedMoves = null;
      return result;
    } catch (error) {
      throw this.#isUnknown(codeOf(error)) ? this.#unknown(destination) : error;
    } finally {
      association.close();
    }
  }

  /** Some (Orthanc is one) do not say that they do not know the destination: they refuse whatever is to be sent there. */
  #isUnknown(code: ErrorCode): boolean {
    if (code !== 'DICOM_QUERY_REFUSED' || this.#refusedMoves === null)
      return code === 'DICOM_MOVE_DESTINATION_UNKNOWN';
    this.#refusedMoves += 1;
    return this.#refusedMoves >= MAX_REFUSED_MOVES;
  }

  #unknown(destination: string): InterleaveError {
    const { host, port } = this.#options.gateway;
    return new InterleaveError(
      'DICOM_MOVE_DESTINATION_UNKNOWN',
      `It has to know ${destination} at port ${port} of ${hostOf(host)}.`,
    );
  }

  async #find<Found>(
    level: QueryLevel,
    keys: Keys,
    maxAnswers: number,
    signal: AbortSignal,
    read: (answer: DataSet) => Found | null,
  ): Promise<{ named: Found[]; complete: boolean; unreadable: number }> {
    const association = await this.#associate([FIND_PROPOSAL]);
    try {
      const answerMs = this.#options.answerMs;
      const request = { level, keys, maxAnswers, signal, ...(answerMs === undefined ? {} : { answerMs }) };
      const { answers, complete, unreadable } = await find(association, request);
      await association.release();
      const named = answers.map(read).filter((one): one is Found & object => one !== null);
      return { named, complete, unreadable: unreadable + answers.length - named.length };
    } finally {
      association.close();
    }
  }

  /** An import speaks to two DICOM applications: what goes wrong here says that it is the PACS. */
  async #associate(presentationContexts: readonly PresentationContextProposal[]): Promise<DimseAssociation> {
    try {
      return await DimseAssociation.open({ ...this.#options, presentationContexts });
    } catch (cause) {
      if (!(cause instanceof InterleaveError)) throw cause;
      const { host, port, calledAeTitle } = this.#options;
      const detail = `${cause.message.slice(ERRORS[cause.code][1].length)} It is the PACS ${calledAeTitle}, port ${port} of ${host}.`;
      throw new InterleaveError(cause.code, detail.trim(), { cause });
    }
  }
}

/** Which objects did not reach the gateway; null where that is not known. */
function failedOf(
  { completed, failed, warning, failedInstances }: RetrieveResult,
  asked: number,
): string[] | null {
  // A PACS that counts nothing, and says that it is done, has sent all.
  if (completed === null && failed === null) return failedInstances;
  const named = new Set(failedInstances);
  if ((failed ?? 0) > named.size) return null;
  return (completed ?? 0) + (warning ?? 0) + named.size >= asked ? [...named] : null;
}

/** The status is the gateway's, as the PACS counts it. */
function tellArrived(item: string, { told }: Delivery): void {
  told({ item, kind: 'image', accepted: true, code: '0000' });
}

/** A DIMSE data set becomes a file again. What was told, the PACS need not send again: it counts as stored. */
function receive(object: IncomingObject, delivery: Delivery): ObjectReceiver {
  const spool = new ObjectSpool();
  return {
    write: (bytes) => spool.write(bytes),
    async finish() {
      const item = object.sopInstanceUid;
      if (spool.tooLarge) {
        delivery.told({ item, kind: 'image', accepted: false, code: 'DICOM_DATA_SET_TOO_LARGE' });
        return STATUS.TOO_LARGE;
      }
      await delivery.object(item, await spool.take(part10Header(object)));
      return STATUS.SUCCESS;
    },
  };
}

/** Loopback is no address that another machine can send to. */
function hostOf(host: string): string {
  return host === 'localhost' || host === '::1' || host.startsWith('127.') ? 'this machine' : host;
}
