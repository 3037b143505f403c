import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
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
} from '../../../core/dicomweb/limits.ts';
import { noKeys, parseSearchQuery, type SearchLevel } from '../../../core/dicomweb/search-query.ts';
import { InterleaveError } from '../../../core/errors.ts';

const parse = (query: string, level: SearchLevel = 'STUDY') =>
  parseSearchQuery(level, new URLSearchParams(query));
const refuses = (query: string, level?: SearchLevel) =>
  assert.throws(() => parse(query, level), { code: 'QUERY_INVALID' }, query);

describe('a QIDO-RS query', () => {
  it('may be empty', () => {
    const expected = { keys: noKeys(), include: new Set(), limit: DEFAULT_STUDIES, offset: 0, fuzzy: false };
    assert.deepEqual(parse(''), expected);
    assert.deepEqual(parse('AccessionNumber=&StudyDate=*&StudyInstanceUID='), expected);
  });

  it('is what OHIF asks for', () => {
    const query = parse('limit=101&offset=0&fuzzymatching=false&includefield=00081030%2C00080060');
    assert.deepEqual(query.include, new Set([0x00081030, 0x00080060]));
    assert.deepEqual([query.limit, query.offset, query.fuzzy], [101, 0, false]);
  });

  it('has keys by keyword or tag', () => {
    for (const name of ['AccessionNumber', '00080050'])
      assert.equal(parse(`${name}=A*1`).keys.accession, 'A*1');
    assert.deepEqual(parse('ModalitiesInStudy=CT,MR').keys.modalities, ['CT', 'MR']);
    assert.deepEqual(parse('StudyInstanceUID=1.2\\1.3').keys.studies, ['1.2', '1.3']);
    assert.deepEqual(parse('SeriesNumber=3&InstanceNumber=-4', 'INSTANCE').keys.instanceNumber, -4);
  });

  it('has dates and ranges of them', () => {
    assert.deepEqual(parse('StudyDate=20240517').keys.date, { from: '20240517', to: '20240517' });
    assert.deepEqual(parse('StudyDate=20240101-').keys.date, { from: '20240101', to: '' });
    assert.deepEqual(parse('StudyDate=-20240101').keys.date, { from: '', to: '20240101' });
    for (const bad of ['2024', 'May', '20240101-20240102-']) refuses(`StudyDate=${bad}`);
  });

  it('names no patient', () => {
    for (const key of ['PatientName', 'PatientID', 'PatientBirthDate', '00100010']) refuses(`${key}=x`);
  });

  it('asks only for what the level has', () => {
    refuses('SeriesNumber=1');
    refuses('SOPInstanceUID=1.2', 'SERIES');
    refuses('Unknown=1');
    refuses('StudyInstanceUID=1.02');
    refuses('AccessionNumber=1&AccessionNumber=2');
  });

  it('has limits', () => {
    assert.equal(parse('limit=999999').limit, MAX_QUERY_RESULTS);
    refuses(`offset=${MAX_QUERY_DEPTH}&limit=1`);
    refuses(Array.from({ length: MAX_QUERY_PARAMETERS + 1 }, () => 'includefield=all').join('&'));
    refuses(`AccessionNumber=${'x'.repeat(MAX_QUERY_VALUE_LENGTH + 1)}`);
    refuses(`StudyInstanceUID=${Array.from({ length: MAX_QUERY_LIST + 1 }, () => '1').join(',')}`);
    const ids = Array.from({ length: MAX_QUERY_LIST }, () => '1').join(',');
    assert.equal(parse(`StudyInstanceUID=${ids}`).keys.studies.length, MAX_QUERY_LIST);
    refuses(`StudyInstanceUID=${ids}&StudyInstanceUID=2`);
    for (const bad of ['limit=-1', 'limit=1.5', 'offset=x']) refuses(bad);
  });

  it('has so many wildcards in a value, and so many values with them', () => {
    for (const key of ['AccessionNumber', 'StudyDescription', 'ModalitiesInStudy']) {
      parse(`${key}=${'*?'.repeat(MAX_WILDCARDS / 2)}`);
      refuses(`${key}=${'*?'.repeat(MAX_WILDCARDS / 2)}x*`);
      parse(`${key}=${'x'.repeat(MAX_PATTERN_LENGTH)}`);
      refuses(`${key}=${'x'.repeat(MAX_PATTERN_LENGTH + 1)}`);
    }
    const modalities = Array.from({ length: MAX_PATTERNS }, () => 'C*').join(',');
    assert.equal(parse(`ModalitiesInStudy=${modalities}`).keys.modalities.length, MAX_PATTERNS);
    refuses(`ModalitiesInStudy=${modalities}&ModalitiesInStudy=MR`);
  });

  it('includes all where all is among the names, and asks for fuzzy matching or does not', () => {
    assert.equal(parse('includefield=00081030,all').include, 'all');
    assert.equal(parse('fuzzymatching=true').fuzzy, true);
    refuses('fuzzymatching=perhaps');
  });

  it('is refused without a word of its values', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), (value) => {
        try {
          parseSearchQuery('STUDY', new URLSearchParams([['PatientName', value]]));
          assert.fail('it was taken');
        } catch (error) {
          assert.ok(error instanceof InterleaveError && !error.message.includes(value));
        }
      }),
    );
  });
});
