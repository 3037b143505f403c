import { createHmac } from 'node:crypto';
import { InterleaveError } from '../errors.ts';
import type { CaseKey } from './events.ts';

/**
 * The site table: which issuer of accession numbers stands behind a sender. Real feeds mostly leave the issuer out on
 * both sides (OBR-18 has none, (0008,0051) is absent), so that report and image meet only through this table.
 * Names are compared after `normaliseName`; the first source that is known wins, then the site's default.
 */
export interface SiteTable {
  /** used where nothing else is known */
  defaultIssuer: string;
  /** assigning authority of the accession (EI/CX component, (0008,0051)) → issuer */
  assigningAuthorities: Record<string, string>;
  /** MSH-4 sending facility → issuer */
  facilities: Record<string, string>;
  /** calling AE title → issuer */
  aeTitles: Record<string, string>;
  /** (0008,0080) institution name → issuer */
  institutions: Record<string, string>;
  /** MSH-4 sending facility → where its messages carry the accession number, instead of the paths for all */
  accessionPaths: Record<string, string[]>;
  /** values that are no accession number although they stand in its place, normalised */
  placeholders: string[];
}

export const DEFAULT_SITE: SiteTable = {
  defaultIssuer: 'LOCAL',
  assigningAuthorities: {},
  facilities: {},
  aeTitles: {},
  institutions: {},
  accessionPaths: {},
  placeholders: ['0', '00000000', 'NONE', 'NULL', 'UNKNOWN', 'NA', 'N/A', 'TEST', 'XXXX', 'NONSENSE100'],
};

/** Reads a site table from JSON; what is left out is as in `DEFAULT_SITE`. Throws `CONFIG_INVALID`. */
export function parseSiteTable(json: unknown): SiteTable {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new InterleaveError('CONFIG_INVALID', 'The site table is not a JSON object.');
  const given = json as Record<string, unknown>;
  const unknown = Object.keys(given).filter((name) => !(name in DEFAULT_SITE));
  if (unknown.length > 0)
    throw new InterleaveError('CONFIG_INVALID', `The site table has unknown entries: ${unknown.join(', ')}.`);
  const names = (name: keyof SiteTable): Record<string, string> => {
    const value = given[name] ?? {};
    if (
      typeof value !== 'object' ||
      value === null ||
      Object.values(value).some((v) => typeof v !== 'string')
    )
      throw new InterleaveError('CONFIG_INVALID', `${name} in the site table does not map names to issuers.`);
    return Object.fromEntries(
      Object.entries(value as Record<string, string>).map(([k, v]) => [normaliseName(k), normaliseName(v)]),
    );
  };
  const defaultIssuer = given['defaultIssuer'] ?? DEFAULT_SITE.defaultIssuer;
  const placeholders = given['placeholders'] ?? DEFAULT_SITE.placeholders;
  if (typeof defaultIssuer !== 'string' || normaliseName(defaultIssuer) === '')
    throw new InterleaveError('CONFIG_INVALID', 'defaultIssuer in the site table is not a name.');
  if (!Array.isArray(placeholders) || placeholders.some((value) => typeof value !== 'string'))
    throw new InterleaveError('CONFIG_INVALID', 'placeholders in the site table is not a list of strings.');
  return {
    defaultIssuer: normaliseName(defaultIssuer),
    assigningAuthorities: names('assigningAuthorities'),
    facilities: names('facilities'),
    aeTitles: names('aeTitles'),
    institutions: names('institutions'),
    accessionPaths: readAccessionPaths(given['accessionPaths'] ?? {}),
    placeholders: placeholders.map((value: string) => normaliseName(value)),
  };
}

function readAccessionPaths(given: unknown): Record<string, string[]> {
  const isList = (value: unknown): value is string[] =>
    Array.isArray(value) && value.length > 0 && value.every((path) => typeof path === 'string');
  if (
    typeof given !== 'object' ||
    given === null ||
    Array.isArray(given) ||
    !Object.values(given).every(isList)
  )
    throw new InterleaveError(
      'CONFIG_INVALID',
      'accessionPaths in the site table does not map facilities to lists of HL7 field paths.',
    );
  const lists = Object.entries(given as Record<string, string[]>);
  return Object.fromEntries(lists.map(([facility, paths]) => [normaliseName(facility), paths]));
}

/** Where messages of this facility carry the accession number; undefined where the paths for all hold. */
export function accessionPathsOf(site: SiteTable, facility: string): readonly string[] | undefined {
  return lookUp(site.accessionPaths, facility);
}

/**
 * An accession number as it is compared: Unicode NFKC, no white space around it, upper case. '' for a placeholder.
 * Leading zeros stay: 0123 and 123 may be two examinations.
 */
export function normaliseAccession(site: SiteTable, accession: string): string {
  const value = normaliseName(accession);
  return site.placeholders.includes(value) ? '' : value;
}

/** Case key of a report; without an accession number it is keyed by facility and filler number and shows as unmatched. */
export function reportCaseKey(
  site: SiteTable,
  report: { facility: string; assigningAuthority: string; accession: string; fillerNumber: string },
): CaseKey {
  const value = normaliseAccession(site, report.accession);
  if (value === '')
    return {
      kind: 'REPORT',
      issuer: normaliseName(report.facility),
      value: normaliseName(report.fillerNumber),
    };
  const issuer =
    lookUp(site.assigningAuthorities, report.assigningAuthority) ??
    lookUp(site.facilities, report.facility) ??
    site.defaultIssuer;
  return { kind: 'ACCESSION', issuer, value };
}

/**
 * Case keys of a DICOM object: one for every accession of (0008,0050) and (0040,0275); without any, its study.
 * `accessions` carries the issuer (0008,0051) beside each where the object gives one.
 */
export function imageCaseKeys(
  site: SiteTable,
  image: {
    callingAeTitle: string;
    institution: string;
    accessions: { value: string; assigningAuthority: string }[];
    studyInstanceUid: string;
  },
): CaseKey[] {
  const fallback =
    lookUp(site.aeTitles, image.callingAeTitle) ??
    lookUp(site.institutions, image.institution) ??
    site.defaultIssuer;
  const keys = new Map<string, CaseKey>();
  for (const accession of image.accessions) {
    const value = normaliseAccession(site, accession.value);
    if (value === '') continue;
    const issuer = lookUp(site.assigningAuthorities, accession.assigningAuthority) ?? fallback;
    const key: CaseKey = { kind: 'ACCESSION', issuer, value };
    keys.set(canonicalCaseKey(key), key);
  }
  if (keys.size === 0) return [{ kind: 'STUDY', issuer: '', value: image.studyInstanceUid.trim() }];
  return [...keys.values()];
}

/** The one spelling of a case key that is hashed. The separator cannot stand in a normalised part. */
export function canonicalCaseKey(key: CaseKey): string {
  return `${key.kind}\u001f${key.issuer}\u001f${key.value}`;
}

/**
 * Kafka key and document id of a case: the first 128 bits of HMAC-SHA256 over the canonical case key, in hex. Without
 * the site secret nobody can tell the accession number from it, nor try all of them.
 */
export function caseId(secret: Buffer, key: CaseKey): string {
  return createHmac('sha256', secret).update(canonicalCaseKey(key), 'utf8').digest('hex').slice(0, 32);
}

/** Whether a text has the form of a case id. Whoever can write to a topic or ask for an address can write anything there. */
export function isCaseId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** NFKC, no control characters, one space between words, none around, upper case. */
export function normaliseName(value: string): string {
  return value
    .normalize('NFKC')
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .toUpperCase();
}

function lookUp<Value>(table: Record<string, Value>, name: string): Value | undefined {
  const key = normaliseName(name);
  return key !== '' && Object.hasOwn(table, key) ? table[key] : undefined;
}
