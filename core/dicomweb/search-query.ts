/** QIDO-RS queries (PS3.18 8.3.4, 10.6): matching keys, what to include, and which part of the results. */

import type { Tag } from '../dicom/data-set.ts';
import { isUid } from '../dicom/uids.ts';
import { InterleaveError } from '../errors.ts';
import { tagName, tagOf } from './dictionary.ts';
import {
  DEFAULT_STUDIES,
  MAX_PATTERN_LENGTH,
  MAX_PATTERNS,
  MAX_QUERY_DEPTH,
  MAX_QUERY_LIST,
  MAX_QUERY_PARAMETERS,
  MAX_QUERY_RESULTS,
  MAX_QUERY_VALUE_LENGTH,
  MAX_WILDCARDS,
} from './limits.ts';

export type SearchLevel = 'STUDY' | 'SERIES' | 'INSTANCE';

/** What the results fulfil, all of it; empty lists and nulls ask for nothing. (phi) */
export interface SearchKeys {
  studies: string[];
  series: string[];
  instances: string[];
  sopClasses: string[];
  /** `*` and `?` stand for characters; one of them must match */
  modalities: string[];
  accession: string | null;
  description: string | null;
  /** YYYYMMDD, both ends included, '' for open */
  date: { from: string; to: string } | null;
  seriesNumber: number | null;
  instanceNumber: number | null;
}

export interface SearchQuery {
  keys: SearchKeys;
  /** further attributes, or all that there are */
  include: ReadonlySet<Tag> | 'all';
  limit: number;
  offset: number;
  /** asked for, and not done: a warning says so (PS3.18 8.3.4.2) */
  fuzzy: boolean;
}

type Key = keyof SearchKeys;
const ORDER: readonly SearchLevel[] = ['STUDY', 'SERIES', 'INSTANCE'];

/** The matching keys that are known here, with the first level at which they are. */
const KEYS: ReadonlyMap<Tag, { key: Key; from: SearchLevel }> = new Map([
  [0x0020000d, { key: 'studies', from: 'STUDY' }],
  [0x00080050, { key: 'accession', from: 'STUDY' }],
  [0x00080020, { key: 'date', from: 'STUDY' }],
  [0x00080061, { key: 'modalities', from: 'STUDY' }],
  [0x00081030, { key: 'description', from: 'STUDY' }],
  [0x00080060, { key: 'modalities', from: 'SERIES' }],
  [0x0020000e, { key: 'series', from: 'SERIES' }],
  [0x00200011, { key: 'seriesNumber', from: 'SERIES' }],
  [0x00080018, { key: 'instances', from: 'INSTANCE' }],
  [0x00080016, { key: 'sopClasses', from: 'INSTANCE' }],
  [0x00200013, { key: 'instanceNumber', from: 'INSTANCE' }],
]);

/**
 * Throws QUERY_INVALID on a key that is not matched here, PatientName and PatientID among them: to leave a key out would
 * answer with the images of others. Messages name attributes, never values.
 */
export function parseSearchQuery(level: SearchLevel, parameters: URLSearchParams): SearchQuery {
  const query: SearchQuery = {
    keys: noKeys(),
    include: new Set(),
    limit: level === 'STUDY' ? DEFAULT_STUDIES : MAX_QUERY_RESULTS,
    offset: 0,
    fuzzy: false,
  };
  const entries = [...parameters];
  if (entries.length > MAX_QUERY_PARAMETERS) throw invalid('There are too many parameters.');
  for (const [name, value] of entries) {
    if (value.length > MAX_QUERY_VALUE_LENGTH) throw invalid('A value is too long.');
    if (name === 'limit') query.limit = Math.min(count(name, value), MAX_QUERY_RESULTS);
    else if (name === 'offset') query.offset = count(name, value);
    else if (name === 'fuzzymatching') query.fuzzy = isTrue(name, value);
    else if (name === 'includefield') query.include = included(query.include, value);
    else if (name !== 'accept') matching(query.keys, level, name, value.trim());
  }
  if (query.offset + query.limit > MAX_QUERY_DEPTH)
    throw invalid(`offset + limit goes beyond ${MAX_QUERY_DEPTH}.`);
  return query;
}

export function noKeys(): SearchKeys {
  return {
    studies: [],
    series: [],
    instances: [],
    sopClasses: [],
    modalities: [],
    accession: null,
    description: null,
    date: null,
    seriesNumber: null,
    instanceNumber: null,
  };
}

function matching(keys: SearchKeys, level: SearchLevel, name: string, value: string): void {
  const tag = tagOf(name);
  const known = tag === null ? undefined : KEYS.get(tag);
  if (known === undefined || ORDER.indexOf(known.from) > ORDER.indexOf(level))
    throw invalid(
      tag === null ? 'A parameter is not an attribute.' : `(${tagName(tag)}) is not a matching key here.`,
    );
  if (value === '' || value === '*') return; // universal matching (PS3.4 C.2.2.2.3)
  const { key } = known;
  switch (key) {
    case 'accession':
    case 'description':
      keys[key] = once(keys[key], pattern(value), name);
      break;
    case 'date':
      keys.date = once(keys.date, dateRange(value), name);
      break;
    case 'seriesNumber':
    case 'instanceNumber':
      keys[key] = once(keys[key], integer(name, value), name);
      break;
    case 'modalities':
      keys.modalities = noMore([...keys.modalities, ...list(value).map(pattern)], MAX_PATTERNS);
      break;
    default:
      keys[key] = noMore([...keys[key], ...list(value).map(uid)], MAX_QUERY_LIST);
  }
}

/** What the index has to try out for each of its terms. */
function pattern(value: string): string {
  if (value.length > MAX_PATTERN_LENGTH) throw invalid('A value is too long.');
  if (value.replace(/[^*?]/g, '').length > MAX_WILDCARDS) throw invalid('A value has too many wildcards.');
  return value;
}

function noMore(values: string[], most: number): string[] {
  if (values.length > most) throw invalid('A list is too long.');
  return values;
}

/** Several UIDs of one key are separated by commas or backslashes (PS3.18 8.3.4.1). */
function list(value: string): string[] {
  const values = value
    .split(/[,\\]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
  return noMore(values, MAX_QUERY_LIST);
}

function included(before: SearchQuery['include'], value: string): SearchQuery['include'] {
  const names = list(value);
  if (before === 'all' || names.includes('all')) return 'all';
  // What nobody knows cannot be included; that is no error (PS3.18 8.3.4.3).
  const tags = names.flatMap((name) => tagOf(name) ?? []);
  return new Set([...before, ...tags]);
}

function dateRange(value: string): { from: string; to: string } {
  const range = /^(\d{8})?(-)?(\d{8})?$/.exec(value);
  if (range === null) throw invalid('A date is not valid: write a date or a range.');
  const [, first = '', dash, second = ''] = range;
  if (dash === undefined) return { from: first, to: first };
  return { from: first, to: second };
}

function uid(value: string): string {
  if (!isUid(value)) throw invalid('Not a valid UID.');
  return value;
}

function once<T>(before: T | null, value: T, name: string): T {
  if (before !== null) throw invalid(`${name} is given twice.`);
  return value;
}

function isTrue(name: string, value: string): boolean {
  if (value !== 'true' && value !== 'false') throw invalid(`${name} is true or false.`);
  return value === 'true';
}

function count(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw invalid(`${name} is no number.`);
  return Number(value);
}

function integer(name: string, value: string): number {
  if (!/^-?\d{1,9}$/.test(value)) throw invalid(`${name} is no number.`);
  return Number(value);
}

function invalid(detail: string): InterleaveError {
  return new InterleaveError('QUERY_INVALID', detail);
}
