import type { CaseSummary, CaseView, Hit, ReportView } from '../../../web/src/api.ts';

/** A case as it stands on the page, without anything that a test does not say. */
export function summaryFixture(change: Partial<CaseSummary> = {}): CaseSummary {
  return {
    id: 'a',
    version: 1,
    tag: 't1',
    accession: 'A1',
    title: 'CHEST AP',
    modality: ['DX'],
    bodyPart: ['CHEST'],
    studiedAt: null,
    receivedAt: '',
    patient: { sex: 'F', ageGroup: '' },
    status: 'FINAL',
    standing: 'JOINED',
    flags: [],
    impression: '',
    findings: { present: [], absent: [], uncertain: [] },
    imageCount: 0,
    reportCount: 1,
    unreadCount: 0,
    ...change,
  };
}

export function hitFixture(id: string, tag: string, change: Partial<CaseSummary> = {}): Hit {
  const why = {
    legs: [],
    concepts: [],
    words: [],
    wordsUnread: false,
    byMeaningOnly: false,
    image: null,
    picture: null,
  };
  return { ...summaryFixture({ id, tag, ...change }), images: [], why, score: 0 };
}

export function reportFixture(change: Partial<ReportView> & { offset?: number } = {}): ReportView {
  const { offset = 1, ...rest } = change;
  return {
    id: 'r1',
    status: 'FINAL',
    effectiveAt: '2024-05-17T10:00:00.000Z',
    observedAt: null,
    procedure: '',
    text: '',
    sections: [],
    findings: [],
    contradictions: [],
    citations: [],
    versions: [{ status: 'FINAL', effectiveAt: '', receivedOffset: offset, shown: true }],
    labeler: { generation: 1, hash: '' },
    problem: null,
    unread: [],
    withdrawnLines: 0,
    linesWithoutResult: 0,
    ...rest,
  };
}

export function viewFixture(change: Partial<CaseView> = {}): CaseView {
  return { ...summaryFixture(), firstReceivedAt: '', images: [], reports: [], ...change };
}
