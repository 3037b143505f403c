import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fastify from 'fastify';
import { UNMATCHED_AFTER_MS } from '../../../core/radiology/standing.ts';
import { until } from '../../../harness/until.ts';
import type { CaseView, SearchAnswer, SimilarAnswer, VersionsAnswer } from '../../../schemas/api/answers.ts';
import { RateLimit } from '../../../services/search/access/rate-limit.ts';
import { entityTag, namesTag } from '../../../services/search/http/entity-tag.ts';
import { addFreshnessRoutes } from '../../../services/search/http/freshness-routes.ts';
import { httpError } from '../../../services/search/http/http-error.ts';
import { parseVersionsRequest } from '../../../services/search/http/search-request.ts';
import {
  MAX_BODY_BYTES,
  MAX_POLL_BURST,
  MAX_POLLED_CASES,
  MAX_POLLS_PER_SECOND,
} from '../../../services/search/limits.ts';
import type { CaseIndex } from '../../../services/search/retrieval/case-index.ts';
import { ShownImages } from '../../../services/search/view/shown-images.ts';
import { caseFixture, sha256 } from '../../support/case-fixture.ts';
import { SearchSite } from './search-site.ts';

const idOf = (accession: string) => sha256(accession).slice(0, 32);

describe('asking whether a case has changed', () => {
  let site: SearchSite;
  let base = '';

  before(async () => {
    site = await SearchSite.open();
    await put('FINDINGS: Large left pneumothorax.');
    base = await site.start({});
  });
  after(() => site.close());

  function put(text: string): Promise<void> {
    const other = caseFixture({ accession: 'F2', reports: ['FINDINGS: Large right pneumothorax.'] });
    return site.indices.putCases([caseFixture({ accession: 'F1', reports: [text] }), other]);
  }

  async function tags(ids: string[]): Promise<VersionsAnswer['versions']> {
    const response = await fetch(`${base}/api/cases/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ids }),
    });
    assert.equal(response.status, 200);
    return ((await response.json()) as VersionsAnswer).versions;
  }

  const get = (tag?: string) =>
    fetch(`${base}/api/cases/${idOf('F1')}`, tag === undefined ? {} : { headers: { 'if-none-match': tag } });

  it('a case has one tag, in its view, in lists and among the versions, until it is written', async () => {
    const first = await get();
    const etag = first.headers.get('etag') ?? '';
    const { case: view } = (await first.json()) as { case: CaseView };
    assert.equal(etag, `"${view.tag}"`);
    const unchanged = await get(etag);
    assert.deepEqual([unchanged.status, await unchanged.text()], [304, '']);
    assert.equal(unchanged.headers.get('etag'), etag);
    assert.equal(unchanged.headers.get('cache-control'), 'no-store');
    const found = await fetch(`${base}/api/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ words: 'pneumothorax' }),
    });
    const { hits } = (await found.json()) as SearchAnswer;
    const similar = await fetch(`${base}/api/cases/${idOf('F2')}/similar?by=text`);
    const alike = ((await similar.json()) as SimilarAnswer).hits;
    for (const hit of [...hits, ...alike].filter(({ id }) => id === idOf('F1')))
      assert.equal(hit.tag, view.tag);
    assert.ok(hits.length === 2 && alike.length === 1);

    const before = await tags([idOf('F1'), idOf('F2'), idOf('nobody')]);
    assert.deepEqual([before[idOf('F1')], before[idOf('nobody')]], [view.tag, null]);
    await put('FINDINGS: No pneumothorax.');
    const changed = await get(etag);
    assert.equal(changed.status, 200, 'the same version of the record, written anew, counts');
    assert.notEqual(changed.headers.get('etag'), etag);
    assert.equal((await tags([idOf('F1')]))[idOf('F1')], changed.headers.get('etag')?.slice(1, -1));
  });

  it('a case that is gone has no version, and is not found', async () => {
    await site.indices.client.delete({ index: site.indices.names.cases, id: idOf('F2') });
    assert.deepEqual(await tags([idOf('F2')]), { [idOf('F2')]: null });
    const response = await fetch(`${base}/api/cases/${idOf('F2')}`, { headers: { 'if-none-match': '"x"' } });
    assert.equal(response.status, 404);
  });

  it('says that it cannot tell, rather than that a case is gone, while the index is away', async () => {
    const { cases, casesAlias } = site.indices.names;
    await site.indices.client.indices.deleteAlias({ index: cases, name: casesAlias });
    const asked = async () =>
      fetch(`${base}/api/cases/versions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ids: [idOf('F1')] }),
      });
    // Which index stands behind the alias is known for a moment longer.
    await until(async () => (await asked()).status >= 500);
    assert.ok((await get('"x"')).status >= 500);
    await site.indices.client.indices.putAlias({ index: cases, name: casesAlias });
  });
});

describe('an entity tag', () => {
  const written = { _index: 'cases-000001', _version: 7, _seq_no: 3, _primary_term: 1 };
  const document = { standing: 'REPORT_ONLY', first_received_at: 0 };

  it('differs after any writing, also where versions go backwards, and when a case has waited too long', () => {
    const tag = entityTag(written, document, 0);
    assert.equal(entityTag(written, document, 1), tag);
    for (const change of [
      { _version: 6 },
      { _index: 'cases-000002' },
      { _seq_no: 4 },
      { _primary_term: 2 },
      { _shown: '1' },
    ])
      assert.notEqual(entityTag({ ...written, ...change }, document, 0), tag);
    assert.notEqual(entityTag(written, document, UNMATCHED_AFTER_MS + 1), tag);
  });

  it('changes when an image of the case is rejected, and not for one of another case', () => {
    let isKnown = false;
    const shown = new ShownImages(() => isKnown);
    const images = [{ sop_instance_uid: '1.2.1' }, { sop_instance_uid: '1.2.2' }];
    const tag = () => entityTag({ ...written, _shown: shown.stateOf({ images }) }, document, 0);
    const reject = (sopInstanceUid: string) =>
      shown.add({ sopInstanceUid, noteUid: '1.9', titleCode: '113001', rejectedAt: 1 });
    const tags = [tag()];
    isKnown = true;
    tags.push(tag());
    reject('1.2.3');
    assert.equal(tag(), tags[1], 'of another case');
    for (const uid of ['1.2.1', '1.2.2']) {
      reject(uid);
      tags.push(tag());
    }
    assert.equal(new Set(tags).size, 4);
  });

  it('is compared as RFC 9110 says', () => {
    for (const header of ['"a"', 'W/"a"', '"b", "a"', '*']) assert.ok(namesTag(header, 'a'), header);
    for (const header of [undefined, '', 'a', '"A"', '"aa"', '"b"']) assert.ok(!namesTag(header, 'a'));
  });
});

describe('the limits of asking', () => {
  it('so many cases a request, by their ids only', () => {
    const ids = (count: number) => Array.from({ length: count }, (_, n) => idOf(String(n)));
    const full = { ids: ids(MAX_POLLED_CASES) };
    assert.equal(parseVersionsRequest(full).ids.length, MAX_POLLED_CASES);
    assert.ok(JSON.stringify(full).length < MAX_BODY_BYTES);
    for (const body of [
      { ids: ids(MAX_POLLED_CASES + 1) },
      { ids: [] },
      { ids: ['A104567'] },
      { ids: [idOf('a').toUpperCase()] },
      { ids: ids(1), words: 'x' },
      {},
      null,
    ])
      assert.throws(() => parseVersionsRequest(body), { code: 'QUERY_INVALID' });
  });

  it('so often for each address, enough for the pages of a small department', async () => {
    assert.ok(MAX_POLLS_PER_SECOND >= 50 && MAX_POLL_BURST >= MAX_POLLS_PER_SECOND);
    const server = fastify();
    server.setErrorHandler((error, _request, reply) => reply.code(httpError(error).status).send());
    addFreshnessRoutes(server, {
      // No request comes as far as the index: a body without ids is refused before.
      index: {} as CaseIndex,
      pollRate: new RateLimit({ perSecond: 0, burst: 1, maxAddresses: 10 }),
    });
    const ask = () => server.inject({ method: 'POST', url: '/api/cases/versions', payload: {} });
    assert.deepEqual([(await ask()).statusCode, (await ask()).statusCode], [400, 429]);
    await server.close();
  });
});
