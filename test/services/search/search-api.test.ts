import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Case } from '../../../core/radiology/events.ts';
import { toFloat16 } from '../../../core/vector/float16.ts';
import { openSentenceEncoder } from '../../../models/sentence-encoder.ts';
import type { CaseView, SearchAnswer, SimilarAnswer } from '../../../schemas/api/answers.ts';
import { MAX_BODY_BYTES, MAX_RESPELLED_WORDS, MIN_SIMILAR_TEXT } from '../../../services/search/limits.ts';
import { LANGUAGE_NOT_READ, OR_IS_AND } from '../../../services/search/query/query-reading.ts';
import {
  caseFixture,
  type FixtureOptions,
  sha256,
  unitVector,
  vectorOf,
} from '../../support/case-fixture.ts';
import { SearchSite } from './search-site.ts';

/** Accession → report text. */
const REPORTS: Record<string, string> = {
  A100: 'FINDINGS: Large left pneumothorax with mediastinal shift. IMPRESSION: Left pneumothorax.',
  A101: 'FINDINGS: No pneumothorax. No effusion. IMPRESSION: No pneumothorax or acute disease.',
  A102: 'FINDINGS: Possible small apical pneumothorax. IMPRESSION: Possible pneumothorax, repeat film.',
  A103: 'FINDINGS: Small right pneumothoraces after drainage. No pleural effusion.',
  A104: 'FINDINGS: Moderate right pleural effusion. No pneumothorax. IMPRESSION: Right effusion.',
  A105: 'FINDINGS: Enlarged heart with pulmonary edema and effusions. IMPRESSION: Cardiomegaly with edema.',
  A106: 'FINDINGS: Cardiomegaly. No edema. IMPRESSION: Cardiomegaly without edema.',
  A107: 'INDICATION: Productive cough. FINDINGS: Right lower lobe consolidation. IMPRESSION: Pneumonia.',
  A108: 'FINDINGS: The tracheostomy cannula projects over the midline. IMPRESSION: Lungs are clear.',
  A110: 'FINDINGS: No fracture. ADDENDUM: There is a fracture of the clavicle. IMPRESSION: Fracture.',
  A111: 'Kein Pneumothorax. Kein Pleuraerguss rechts, Herz nicht verbreitert.',
  A109: 'FINDINGS: Pneumothorax has resolved. No effusion. IMPRESSION: No residual pneumothorax.',
};

describe('the search API', () => {
  const ids: Record<string, string> = Object.fromEntries(
    Object.keys(REPORTS).map((accession) => [accession, sha256(accession).slice(0, 32)]),
  );
  let site: SearchSite;
  let base = '';
  let thumbnail = { bytes: Buffer.from('not really a picture'), sha256: '' };

  before(async () => {
    site = await SearchSite.open();
    const page = join(site.dataDir, 'page');
    await mkdir(page);
    await writeFile(join(page, 'index.html'), '<!doctype html><title>the page</title>');

    const stored = await site.objects.put(ids['A100'] ?? '', thumbnail.bytes, 'image/jpeg');
    thumbnail = { ...thumbnail, sha256: stored.sha256 };
    await site.indices.putCases((await cases()).map(withThumbnail));
    base = await site.start({
      INTERLEAVE_SEARCH_PAGE: page,
      INTERLEAVE_SEARCH_RATE_PER_SECOND: '1000',
    });
  });

  after(() => site.close());

  async function cases(): Promise<Case[]> {
    const encoder = await openSentenceEncoder();
    const made: Case[] = [];
    for (const [accession, text] of Object.entries(REPORTS)) {
      const options: FixtureOptions = {
        accession,
        caseId: ids[accession] ?? '',
        reports: [text],
        images: images(accession),
      };
      const plain = caseFixture(options);
      const asserted = plain.reports[0]?.latest.reading.assertedText ?? '';
      const [vector] = asserted.trim() === '' ? [] : await encoder.embed([asserted]);
      const textVector =
        vector === undefined
          ? null
          : {
              generation: encoder.generation,
              model: encoder.hash,
              dims: encoder.dims,
              data: toFloat16(vector),
            };
      made.push(caseFixture({ ...options, reports: [{ text, vector: textVector }] }));
    }
    encoder.dispose();
    return made;
  }

  /** A100 and A104 hold nearly the same picture, A105 another one. */
  function images(accession: string): FixtureOptions['images'] {
    const tilted = (towards: string) => {
      const one = vectorOf('one', 1280).data;
      const other = vectorOf(towards, 1280).data;
      const values = Float32Array.from(
        { length: 1280 },
        (_, i) => one.readInt16LE(2 * i) + other.readInt16LE(2 * i) * 0.05,
      );
      return unitVector(values);
    };
    if (accession === 'A100') return [{ vector: tilted('a') }];
    if (accession === 'A104') return [{ vector: vectorOf('far', 1280) }, { vector: tilted('b') }];
    return accession === 'A105'
      ? [{ vector: vectorOf('another', 1280), change: { modality: 'CT', bodyPart: 'HEAD' } }]
      : [];
  }

  function withThumbnail(theCase: Case): Case {
    for (const image of theCase.images)
      for (const frame of image.frames)
        if (theCase.caseId === ids['A100'] && frame.thumbnail !== null)
          frame.thumbnail.sha256 = thumbnail.sha256;
    return theCase;
  }

  async function post(body: unknown): Promise<SearchAnswer> {
    const response = await fetch(`${base}/api/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()) as SearchAnswer;
  }

  async function found(words: string, filters?: object): Promise<string[]> {
    return (await post({ words, ...(filters === undefined ? {} : { filters }) })).hits.map(
      (hit) => hit.accession,
    );
  }

  it('"pneumothorax" finds those that have one, then those that may, and none that denies it', async () => {
    const accessions = await found('pneumothorax');
    assert.deepEqual(accessions.slice(0, 2).sort(), ['A100', 'A103']);
    assert.deepEqual(accessions.slice(2), ['A102', 'A111']);
  });

  it('"no pneumothorax" finds those that deny it', async () => {
    const accessions = await found('no pneumothorax');
    assert.ok(accessions.includes('A101') && accessions.includes('A104'));
    assert.ok(!accessions.includes('A100') && !accessions.includes('A102'));
  });

  it('"possible pneumothorax" finds those that leave it open', async () => {
    assert.deepEqual(await found('possible pneumothorax'), ['A102']);
  });

  it('a report in another language is found by its words behind all others, as one that was not read', async () => {
    const hits = (await post({ words: 'pneumothorax' })).hits;
    const last = hits.at(-1);
    assert.deepEqual([last?.accession, last?.unreadCount], ['A111', 2]);
    assert.deepEqual(last?.findings, { present: [], absent: [], uncertain: [] });
    assert.deepEqual([last?.why.concepts, last?.why.wordsUnread], [[], true]);
    assert.ok(!hits.slice(0, -1).some(({ unreadCount }) => unreadCount > 0));
    assert.deepEqual(await found('Pleuraerguss'), ['A111']);
    assert.deepEqual((await found('', { present: ['pneumothorax'] })).sort(), ['A100', 'A103']);
    assert.ok(!(await found('no pneumothorax')).includes('A111'));
    const response = await fetch(`${base}/api/cases/${ids['A111']}`);
    const { case: view } = (await response.json()) as { case: CaseView };
    const [report] = view.reports;
    assert.equal(report?.problem, 'LANGUAGE_NOT_READ');
    assert.deepEqual(
      report?.unread.map(({ start, end }) => report.text.slice(start, end)),
      ['Kein Pneumothorax.', 'Kein Pleuraerguss rechts, Herz nicht verbreitert.'],
    );
  });

  it('a question in another language finds its words, and no case that has what it may deny', async () => {
    for (const words of ['Kein Pneumothorax', 'kein pneumothorax']) {
      assert.deepEqual(await found(words), ['A111'], words);
      assert.deepEqual((await post({ words })).query.notes, [LANGUAGE_NOT_READ]);
    }
    for (const words of ['pas de pneumothorax', 'no hay edema', 'sin neumotórax edema']) {
      const { hits, query } = await post({ words });
      assert.deepEqual([hits.length, query.concepts, query.notes], [0, [], [LANGUAGE_NOT_READ]], words);
    }
  });

  it('says how many have it and how many may have it', async () => {
    const { total } = await post({ words: 'pneumothorax' });
    assert.deepEqual(total, {
      value: 4,
      relation: 'eq',
      tiers: [
        { tier: 'AS_ASKED', count: 2 },
        { tier: 'UNCERTAIN', count: 1 },
        { tier: 'UNREAD', count: 1 },
      ],
      byMeaningOnly: 0,
    });
    assert.deepEqual((await post({ words: 'no pneumothorax' })).total.tiers, []);
  });

  it('a side that is asked for puts the cases of the other side last, and loses none', async () => {
    assert.deepEqual(await found('right pneumothorax'), ['A103', 'A102', 'A100', 'A111']);
    assert.deepEqual(await found('left pneumothorax'), ['A100', 'A102', 'A103', 'A111']);
    assert.deepEqual(await found('pneumothorax on the right', { hasImages: true }), ['A100']);
  });

  it('a minus before a word asks for cases without it', async () => {
    assert.ok((await found('edema')).includes('A105'));
    assert.deepEqual(await found('cardiomegaly -edema'), ['A106']);
    const answer = await post({ words: 'pneumothorax -shift -"repeat film"' });
    assert.deepEqual(
      answer.hits.map((hit) => hit.accession),
      ['A103', 'A111'],
    );
    assert.deepEqual(answer.query.denied, ['shift', 'repeat film']);
    assert.equal((await found('-cannula')).length, 11);
    assert.deepEqual((await post({ words: 'cardiomegaly -edemma' })).query.respelled, [
      { typed: 'edemma', read: 'edema' },
    ]);
    assert.deepEqual(await found('cardiomegaly -edemma'), ['A106']);
  });

  it('says that "or" is read as "and"', async () => {
    assert.deepEqual((await post({ words: 'pneumonia or edema' })).query.notes, [OR_IS_AND]);
    assert.deepEqual((await post({ words: 'no pneumonia or edema' })).query.notes, []);
  });

  it('what is near by meaning only stands behind all others, and says so', async () => {
    const { hits, total } = await post({ words: 'lung drainage' });
    const flags = hits.map(({ why }) => why.byMeaningOnly);
    assert.ok(flags.includes(true), 'some case is near to it');
    assert.deepEqual(flags, [...flags].sort(), 'those with the words first');
    assert.equal(total.byMeaningOnly, flags.filter(Boolean).length);
    const asked = await post({ words: 'pneumothorax' });
    assert.ok(asked.hits.every(({ why }) => !why.byMeaningOnly));
  });

  it('"cardiomegaly without edema" takes each as it was meant', async () => {
    assert.equal((await found('cardiomegaly without edema'))[0], 'A106');
    assert.ok(!(await found('cardiomegaly without edema')).includes('A105'));
  });

  it('finds a concept by another name for it', async () => {
    assert.ok((await found('enlarged heart')).includes('A106'));
  });

  it('several concepts: all of them first, then some, none that denies one', async () => {
    const accessions = await found('effusion edema');
    assert.equal(accessions[0], 'A105');
    assert.ok(!accessions.includes('A106'), 'A106 denies edema');
  });

  it('words in no lexicon are searched in what is asserted, in singular and plural', async () => {
    assert.equal((await found('tracheostomy'))[0], 'A108');
    assert.equal((await found('cannulas'))[0], 'A108');
    assert.equal((await found('cough'))[0], 'A107');
  });

  it('a mistyped finding is read as the finding, and brings none that denies it', async () => {
    const answer = await post({ words: 'pnuemothorax' });
    assert.deepEqual(answer.query.respelled, [{ typed: 'pnuemothorax', read: 'pneumothorax' }]);
    assert.deepEqual(
      answer.query.concepts.map(({ concept, assertion }) => [concept, assertion]),
      [['pneumothorax', 'PRESENT']],
    );
    assert.deepEqual(
      answer.hits.map((hit) => hit.accession),
      await found('pneumothorax'),
    );
    const denied = await found('no effussion');
    assert.ok(denied.includes('A101') && !denied.includes('A104'));
  });

  it('a word that some report has is taken for no other, nor is a quoted one', async () => {
    for (const words of ['residual', '"pnuemothorax"', 'pneumothorax'])
      assert.deepEqual((await post({ words })).query.respelled, []);
  });

  it('so many unknown words are compared with the names of findings, and no more', async () => {
    const slips = 'aefhlmorstvwxz'.split('').map((letter) => `pneumothorax${letter}`);
    assert.ok(slips.length > MAX_RESPELLED_WORDS);
    const { query } = await post({ words: slips.join(' ') });
    assert.equal(query.respelled.length, MAX_RESPELLED_WORDS);
  });

  it('of three words two must be there', async () => {
    assert.deepEqual((await found('tracheostomy midline zzqx'))[0], 'A108');
    assert.ok(!(await found('midline zzqx zzqv')).includes('A108'));
  });

  it('words that nobody wrote find nothing', async () => {
    const answer = await post({ words: 'qwertzuiop yxcvbnm' });
    assert.deepEqual(
      answer.hits.map((hit) => hit.accession),
      [],
    );
    assert.equal(answer.total.value, 0);
  });

  it('a phrase in quotes is searched in the whole report, as it stands', async () => {
    assert.deepEqual(await found('"repeat film"'), ['A102']);
    assert.deepEqual((await found('"no pleural effusion"')).sort(), ['A103']);
    assert.deepEqual(await found('"film repeat"'), []);
  });

  it('an accession number finds its case', async () => {
    const answer = await post({ words: ' a104 ' });
    assert.deepEqual(
      answer.hits.map((hit) => hit.accession),
      ['A104'],
    );
    assert.equal(answer.query.accession, true);
    assert.equal(answer.hits[0]?.why.legs[0]?.leg, 'ACCESSION');
  });

  it('no words: everything, counted, page by page', async () => {
    const first = await post({ size: 6 });
    const second = await post({ size: 6, from: 6 });
    assert.equal(first.total.value, 12);
    assert.equal(new Set([...first.hits, ...second.hits].map((hit) => hit.id)).size, 12);
    assert.ok(first.notice.includes('Not for diagnosis'));
  });

  it('filters limit both legs', async () => {
    assert.deepEqual(await found('effusion', { modality: ['CT'] }), ['A105']);
    assert.deepEqual(await found('', { modality: ['CT'] }), ['A105']);
    assert.deepEqual((await found('', { present: ['effusion'], absent: ['pneumothorax'] })).sort(), ['A104']);
    assert.deepEqual((await found('', { hasImages: true })).sort(), ['A100', 'A104', 'A105']);
    assert.deepEqual(await found('', { from: '2024-05-18' }), []);
    assert.equal((await found('', { from: '2024-05-17', to: '2024-05-17' })).length, 12);
    assert.deepEqual(await found('', { sex: ['M'] }), []);
  });

  it('facets count what was found', async () => {
    const { facets } = await post({ words: 'pneumothorax', facets: true });
    assert.deepEqual(facets?.['present']?.find(({ value }) => value === 'pneumothorax')?.count, 2);
    assert.equal(facets?.['present']?.[0]?.name.toLowerCase(), 'pneumothorax');
  });

  it('says why: concept, sentence, words, legs', async () => {
    const [hit] = (await post({ words: 'large pneumothorax' })).hits;
    assert.equal(hit?.accession, 'A100');
    assert.deepEqual(
      hit?.why.concepts.map(({ concept, assertion }) => [concept, assertion]),
      [['pneumothorax', 'PRESENT']],
    );
    const sentence = hit?.why.concepts[0]?.sentence ?? [];
    assert.ok(sentence.some(({ text, match }) => match && /pneumothorax/i.test(text)));
    assert.ok(hit?.why.words.flat().some(({ text, match }) => match && text === 'Large'));
    assert.deepEqual(
      hit?.why.legs.map(({ leg }) => leg),
      ['WORDS', 'MEANING'],
    );
  });

  it('shows a case whole', async () => {
    const response = await fetch(`${base}/api/cases/${ids['A100']}`);
    const { case: view } = (await response.json()) as { case: CaseView };
    assert.equal(view.reports[0]?.text, REPORTS['A100']);
    const finding = view.reports[0]?.findings.find(({ concept }) => concept === 'pneumothorax');
    assert.equal(view.reports[0]?.text.slice(finding?.start, finding?.end).toLowerCase(), 'pneumothorax');
    assert.equal(view.images.length, 1);
    assert.equal(view.images[0]?.embedded, true);
    assert.ok(!JSON.stringify(view).includes('vector'));
  });

  it('says where a report contradicts itself', async () => {
    const told = async (accession: string) => {
      const response = await fetch(`${base}/api/cases/${ids[accession]}`);
      const { case: view } = (await response.json()) as { case: CaseView };
      return view.reports.flatMap(({ contradictions }) =>
        contradictions.map(({ kind, concept }) => `${kind} ${concept}`),
      );
    };
    assert.deepEqual(await told('A110'), ['PRESENT_AND_ABSENT fracture']);
    assert.deepEqual(await told('A100'), []);
  });

  it('more like this: by text, by image, by both, never itself', async () => {
    const similar = async (by: string) =>
      (await (await fetch(`${base}/api/cases/${ids['A100']}/similar?by=${by}`)).json()) as SimilarAnswer;
    const byText = await similar('text');
    assert.ok(['A102', 'A103'].includes(byText.hits[0]?.accession ?? ''));
    const byImage = await similar('image');
    assert.deepEqual(
      byImage.hits.map((hit) => hit.accession),
      ['A104', 'A105'],
    );
    const why = byImage.hits[0]?.why.image;
    assert.equal(why?.other, byImage.hits[0]?.images[0]?.id);
    assert.ok((why?.score ?? 0) > 0.9);
    for (const hit of byText.hits)
      for (const { leg, score } of hit.why.legs)
        if (leg === 'MEANING')
          assert.ok(score >= MIN_SIMILAR_TEXT || !hit.why.byMeaningOnly, 'no unrelated case fills the list');
    const both = await similar('both');
    assert.equal(both.by, 'both');
    for (const answer of [byText, byImage, both])
      assert.ok(!answer.hits.some((hit) => hit.accession === 'A100'));
  });

  it('more like this finds nothing where nothing is alike', async () => {
    const url = `${base}/api/cases/${ids['A108']}/similar?by=text`;
    const { hits } = (await (await fetch(url)).json()) as SimilarAnswer;
    assert.deepEqual(
      hits.map((hit) => hit.accession),
      [],
    );
  });

  it('serves a thumbnail of the case, and no other object', async () => {
    const url = `${base}/api/cases/${ids['A100']}/images/${thumbnail.sha256}/thumbnail`;
    const response = await fetch(url);
    assert.equal(response.headers.get('content-type'), 'image/jpeg');
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), thumbnail.bytes);
    assert.equal(
      response.headers.get('cache-control'),
      'no-store',
      'no picture of a patient stays in a browser',
    );
    assert.equal(response.headers.get('etag'), null);
    const foreign = await fetch(`${base}/api/cases/${ids['A104']}/images/${thumbnail.sha256}/thumbnail`);
    assert.equal(foreign.status, 404);
  });

  it('answers errors with a code and the right status', async () => {
    const cases: [string, RequestInit, number, string][] = [
      ['/api/cases/0123456789abcdef0123456789abcdef', {}, 404, 'CASE_NOT_FOUND'],
      ['/api/cases/..%2f..%2fetc', {}, 404, 'CASE_NOT_FOUND'],
      ['/api/nothing', {}, 404, 'ROUTE_NOT_FOUND'],
      ['/api/search?q=secretname', {}, 405, 'METHOD_NOT_ALLOWED'],
      ['/api/search', json('{'), 400, 'QUERY_INVALID'],
      ['/api/search', json({ words: 'x'.repeat(501) }), 400, 'QUERY_INVALID'],
      ['/api/search', json({ size: 51 }), 400, 'QUERY_INVALID'],
      ['/api/search', json({ words: 'x', from: 190, size: 20 }), 400, 'QUERY_INVALID'],
      ['/api/search', json({ fliters: {} }), 400, 'QUERY_INVALID'],
      ['/api/search', json({ words: 'x', pad: 'y'.repeat(MAX_BODY_BYTES) }), 413, 'REQUEST_TOO_LARGE'],
      ['/api/search', { method: 'POST', body: 'words=x' }, 400, 'QUERY_INVALID'],
    ];
    for (const [path, init, status, code] of cases) {
      const response = await fetch(base + path, init);
      const { error } = (await response.json()) as { error: { code: string; message: string } };
      assert.deepEqual([path, response.status, error.code], [path, status, code]);
    }
  });

  it('serves the page and its addresses, with a strict policy', async () => {
    for (const path of ['/', `/cases/${ids['A100']}`]) {
      const response = await fetch(base + path);
      assert.match(await response.text(), /the page/);
      assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    }
    assert.equal((await fetch(`${base}/assets/missing.js`)).status, 404);
    const status = (await (await fetch(`${base}/api/status`)).json()) as { cases: number; ready: boolean };
    assert.deepEqual([status.cases, status.ready], [12, true]);
  });

  it('refuses a foreign name and a foreign origin', async () => {
    const { request } = await import('node:http');
    const statusOf = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        request(`${base}/api/status`, { headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
    assert.equal(await statusOf({ host: 'evil.example' }), 403);
    assert.equal(await statusOf({ host: `localhost:${new URL(base).port}` }), 200);
    assert.equal(await statusOf({ origin: 'http://evil.example' }), 403);
  });

  function json(body: unknown): RequestInit {
    return {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    };
  }
});
