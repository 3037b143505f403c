import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { toFloat16 } from '../../../core/vector/float16.ts';
import { openSentenceEncoder } from '../../../models/sentence-encoder.ts';
import type { SearchAnswer } from '../../../schemas/api/answers.ts';
import { DASH_IS_NO_MINUS } from '../../../services/search/query/asked-numbers.ts';
import { caseFixture, PLANTED } from '../../support/case-fixture.ts';
import { SearchSite } from './search-site.ts';

/** Accession → report text. Texts without a finding are near to anything by meaning. */
const REPORTS: Record<string, string> = {
  A104567: 'FINDINGS: Large left pneumothorax. IMPRESSION: Left pneumothorax.',
  A104568: 'FINDINGS: No pneumothorax. T2 hyperintense lesion of 12 mm at L4. IMPRESSION: Lesion at L4.',
  '0012345': 'FINDINGS: Moderate right pleural effusion. IMPRESSION: Right effusion.',
  'E2E-0001': 'FINDINGS: COVID-19 pneumonia. HER2 positive primary. IMPRESSION: Pneumonia, code XZ123.',
  B7: 'FINDINGS: BI-RADS 4 mass of 4 cm. IMPRESSION: BI-RADS 4.',
};

describe('searching for the number of a record', () => {
  let site: SearchSite;
  let base = '';

  before(async () => {
    site = await SearchSite.open();
    const encoder = await openSentenceEncoder();
    const cases = [];
    for (const [accession, text] of Object.entries(REPORTS)) {
      const [vector = new Float32Array()] = await encoder.embed([text]);
      const { generation, hash: model, dims } = encoder;
      cases.push(
        caseFixture({
          accession,
          reports: [{ text, vector: { generation, model, dims, data: toFloat16(vector) } }],
          images: accession === 'A104567' ? [{}] : [],
        }),
      );
    }
    encoder.dispose();
    await site.indices.putCases(cases);
    base = await site.start({ INTERLEAVE_SEARCH_RATE_PER_SECOND: '1000' });
  });
  after(() => site.close());

  async function search(words: string, filters: object = {}): Promise<SearchAnswer> {
    const response = await fetch(`${base}/api/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ words, filters, facets: true }),
    });
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()) as SearchAnswer;
  }

  const found = ({ hits }: SearchAnswer) => hits.map(({ accession }) => accession);
  const codes = ({ query }: SearchAnswer) => query.numbers.map(({ code }) => code);

  it('finds its case, however it is written', async () => {
    for (const words of [
      'A104567',
      ' a104567 ',
      '"A104567"',
      'Ａ１０４５６７',
      'accession number: A104567',
      '-A104567',
    ]) {
      const answer = await search(words);
      assert.deepEqual([found(answer), codes(answer)], [['A104567'], ['CASE_WITH_NUMBER']], words);
      assert.equal(answer.query.accession, true);
    }
    assert.deepEqual((await search('-A104567')).query.notes, [DASH_IS_NO_MINUS]);
    assert.deepEqual((await search('A104567')).query.notes, []);
    assert.deepEqual(found(await search('0012345')), ['0012345']);
    assert.deepEqual(found(await search('E2E–0001')), ['E2E-0001'], 'another kind of dash');
    assert.deepEqual(found(await search('b7')), ['B7'], 'a short one, too');
    assert.equal((await search(`${PLANTED.filler}-0`)).hits.length, 5, 'the filler number');
    assert.deepEqual(found(await search(`${PLANTED.uid}.9.0`)), ['A104567'], 'the UID of an image');
  });

  it('a number that nobody has brings nobody, and says so', async () => {
    for (const words of [
      'A104569',
      'a104569 ',
      '"A104569"',
      'Ａ１０４５６９',
      '012345',
      '12345',
      'E2E0001',
      'E2E-0002',
      'MRN0042421',
      'MRN 0042421',
      '1.2.840.113619.2.55.3',
      '1234 5678',
      'A199',
      '9'.repeat(100),
    ]) {
      const answer = await search(words);
      assert.deepEqual([found(answer), codes(answer)], [[], ['NO_CASE_WITH_NUMBER']], words);
      assert.match(answer.query.numbers[0]?.message ?? '', /^No case with this number/);
      assert.deepEqual([answer.total.value, answer.query.accession], [0, false]);
    }
  });

  it('beside words both must hold', async () => {
    const both = await search('A104567 pneumothorax');
    assert.deepEqual([found(both), codes(both)], [['A104567'], ['CASE_WITH_NUMBER']]);
    const denied = await search('A104568 pneumothorax');
    assert.deepEqual([found(denied), codes(denied)], [[], ['NUMBER_WITHOUT_WORDS']]);
    const nobody = await search('A104569 pneumothorax');
    assert.deepEqual([found(nobody), codes(nobody)], [[], ['NO_CASE_WITH_NUMBER']]);
    const one = await search('A104567 A104569');
    assert.deepEqual([found(one), codes(one)], [['A104567'], ['CASE_WITH_NUMBER', 'NO_CASE_WITH_NUMBER']]);
    assert.deepEqual(found(await search('A104567, A104568')).sort(), ['A104567', 'A104568']);
    assert.deepEqual(found(await search('pneumothorax -A104567')), []);
  });

  it('a word that only perhaps is a number is read as a word where a report has it, and the answer says so', async () => {
    const code = await search('XZ123');
    assert.deepEqual([found(code), codes(code)], [['E2E-0001'], ['READ_AS_WORD']], 'and nothing by meaning');
    const beside = await search('XZ123 pneumonia');
    assert.deepEqual([found(beside), codes(beside)], [['E2E-0001'], ['READ_AS_WORD']]);
    assert.match(beside.query.numbers[0]?.message ?? '', /No case has the number “XZ123”/);
  });

  it('what no report has as a word is a number that nobody has, beside words too: no other patient is shown', async () => {
    for (const words of [
      'A199 pneumothorax',
      'pneumothorax CLNA999',
      'clna999 pneumothorax',
      'CLNA998 CLNA999 pneumothorax',
      'CLNA999 "left pneumothorax"',
      '"CLNA999" pneumothorax',
      'large pneumothorax 4711',
    ]) {
      const answer = await search(words);
      assert.deepEqual([found(answer), answer.total.value], [[], 0], words);
      assert.ok(
        codes(answer).every((code) => code === 'NO_CASE_WITH_NUMBER'),
        words,
      );
    }
    assert.deepEqual(found(await search('A104567 CLNA999 pneumothorax')), ['A104567']);
    for (const words of ['T2 lesion 12 mm L4', 'COVID-19 pneumonia J18.9'])
      assert.deepEqual(codes(await search(words)), [], words);
  });

  it('sizes, levels, codes and years are words as before', async () => {
    const first: Record<string, string> = {
      '12 mm': 'A104568',
      L4: 'A104568',
      T2: 'A104568',
      'COVID-19': 'E2E-0001',
      HER2: 'E2E-0001',
      'BI-RADS 4': 'B7',
      '4 cm': 'B7',
    };
    for (const [words, accession] of Object.entries(first)) {
      const answer = await search(words);
      assert.deepEqual([found(answer)[0], codes(answer)], [accession, []], words);
    }
  });

  it('says where a filter leaves its case out', async () => {
    const answer = await search('A104568', { hasImages: true });
    assert.deepEqual([found(answer), codes(answer)], [[], ['NUMBER_LEFT_OUT']]);
  });
});
