import type { ImportOutcome } from '../import-source.ts';

/** An archive of images that is asked what it holds: a PACS, a DICOMweb server. */
export interface Archive {
  /** At most `most` studies of a span; it rejects with DICOM_QUERY_BUSY where the archive refuses to name so many. */
  studies(span: StudySpan, most: number, signal: AbortSignal): Promise<FoundStudies>;
  series(study: string, signal: AbortSignal): Promise<FoundSeries[]>;
  instances(study: string, series: string, signal: AbortSignal): Promise<FoundInstances>;
  /**
   * Has objects brought to the gateway, and says of each that came. Rejects where the archive or the gateway is away, with
   * DICOM_RETRIEVE_FAILED where objects of a whole series failed, and with DICOM_RETRIEVE_UNSUPPORTED where objects are to be
   * seen and the archive does not send them to us.
   */
  bring(piece: Piece, delivery: Delivery, signal: AbortSignal): Promise<void>;
  /** Whether the gateway is there, where it is not we who send to it. */
  gatewayAnswers(): Promise<boolean>;
  close(): Promise<void>;
}

/** Days (YYYYMMDD), both included; times of one day (HHMMSS) where it is divided, both included. */
export interface StudySpan {
  from: string;
  to: string;
  times: { from: string; to: string } | null;
}

export interface FoundStudies {
  studies: FoundStudy[];
  /** false where the archive has more, or may have */
  complete: boolean;
  /** answers that could not be read */
  unreadable: number;
}

/** What is asked of a study: nothing of the patient. */
export interface FoundStudy {
  uid: string;
  /** YYYYMMDD and HHMMSS, '' where it has none */
  date: string;
  time: string;
  /** null where the archive does not say */
  modalities: string[] | null;
  /** objects that it holds, null where the archive does not say */
  instances: number | null;
}

export interface FoundSeries {
  uid: string;
  modality: string;
}

export interface FoundInstances {
  instances: FoundInstance[];
  complete: boolean;
}

export interface FoundInstance {
  uid: string;
  /** '' where the archive does not say */
  sopClassUid: string;
}

/** A series and what the archive says that it holds. */
export type ListedSeries = FoundSeries & FoundInstances;

/** What is asked for at once: a series, or some objects of it. */
export interface Piece {
  study: string;
  series: string;
  /** those that are known and have not come */
  instances: readonly FoundInstance[];
  /** ask for the series and not for these objects */
  whole: boolean;
  /** whether the archive is sure to have named all of what is asked for */
  certain: boolean;
}

/** The way of objects to the gateway. */
export interface Delivery {
  /** An object that came to us. Rejects where the gateway is away. */
  object(sopInstanceUid: string, file: Buffer): Promise<void>;
  /** What reached the gateway by another way, or is not taken. */
  told(outcome: ImportOutcome): void;
  /** Objects have to pass through here. */
  mustSee: boolean;
}
