/** The body of `POST /api/acts`; what is not given is empty. */
export interface ActRequest {
  /** one of `ACT_KINDS` (core/radiology/corrections.ts) */
  kind: string;
  /** the case that it applies to first */
  caseId?: string;
  /** who decides, as the caller states it */
  actor: string;
  /** why */
  reason: string;
  targetCaseId?: string;
  caseIds?: string[];
  reports?: { facility: string; fillerNumber: string }[];
  sopInstanceUids?: string[];
  subject?: string;
  statement?: string;
}

/** The answer to an act that was recorded: it is on Kafka, and is carried out within seconds. */
export interface ActAnswer {
  notice: string;
  act: {
    id: string;
    kind: string;
    caseId: string;
    decidedAt: number;
    actor: string;
    /** false: nobody signed in, the caller stated who it is */
    actorVerified: boolean;
  };
}
