/** Characters of a report that are read; a longer one has the problem REPORT_TOO_LONG. Real ones have some thousand. */
export const MAX_READ_LENGTH = 1024 * 1024;

/** Images that one citation range may stand for; of a longer one ("images 1-90000") only the two ends are taken. */
export const MAX_CITED_RANGE = 1_000;

/** Numbers and ranges of one list ("images 5, 8, 12-14"); those after it are not read. */
export const MAX_CITED_LIST = 500;

/** Image citations read from one report; those after it are left out. */
export const MAX_CITATIONS = 2_000;

/** Largest series or instance number that is read as one (DICOM IS holds more, but no archive numbers so). */
export const MAX_CITED_NUMBER = 99_999;

/** Findings kept of one report; those after it are left out (the longest real reports have some 200). */
export const MAX_FINDINGS = 5_000;

/** Words on either side of a finding in which its location and laterality are looked for. */
export const MAX_LOCATION_DISTANCE = 12;

/** Characters of a search query that are read; the rest is left out. */
export const MAX_QUERY_LENGTH = 2_000;

/** Sentences of a report that go into its vector; those after it do not count. */
export const MAX_ENCODED_SENTENCES = 32;
