import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InterleaveError } from '../../../core/errors.ts';
import { SENTENCE_BUNDLE } from '../../../models/packaged-bundles.ts';
import { allowedHosts } from '../../../platform/net/allowed-hosts.ts';
import { highlightedSegments } from '../../../schemas/api/segments.ts';
import { RateLimit } from '../../../services/search/access/rate-limit.ts';
import { httpError } from '../../../services/search/http/http-error.ts';
import { parseSearchRequest, parseSimilarRequest } from '../../../services/search/http/search-request.ts';
import {
  MAX_FILTER_VALUE_LENGTH,
  MAX_FILTER_VALUES,
  MAX_PAGE_SIZE,
  MAX_PHRASES,
  MAX_QUERY_WORDS,
  MAX_REMEMBERED_VECTORS,
  MAX_SORTED_DEPTH,
  MAX_WORDS_LENGTH,
  MIN_SIMILAR_TEXT,
  MIN_TEXT_SIMILARITY,
  RANK_WINDOW,
} from '../../../services/search/limits.ts';
import { readQuery } from '../../../services/search/query/query-reading.ts';
import { QueryVectors } from '../../../services/search/retrieval/query-vectors.ts';

const refused = { code: 'QUERY_INVALID' };

describe('the limits of a request', () => {
  it('words', () => {
    assert.equal(parseSearchRequest({ words: 'x'.repeat(MAX_WORDS_LENGTH) }).words.length, MAX_WORDS_LENGTH);
    assert.throws(() => parseSearchRequest({ words: 'x'.repeat(MAX_WORDS_LENGTH + 1) }), refused);
    const many = Array.from({ length: MAX_QUERY_WORDS + 5 }, (_, n) => `zq${'x'.repeat(n % 7)}${n}`).join(
      ' ',
    );
    assert.equal(readQuery(many).rest.length, MAX_QUERY_WORDS);
    assert.equal(readQuery('"a b" '.repeat(MAX_PHRASES + 1)).phrases.length, MAX_PHRASES);
  });

  it('filters', () => {
    const modality = (count: number, length: number) => ({
      filters: { modality: Array.from({ length: count }, () => 'X'.repeat(length)) },
    });
    parseSearchRequest(modality(MAX_FILTER_VALUES, MAX_FILTER_VALUE_LENGTH));
    assert.throws(() => parseSearchRequest(modality(MAX_FILTER_VALUES + 1, 1)), refused);
    assert.throws(() => parseSearchRequest(modality(1, MAX_FILTER_VALUE_LENGTH + 1)), refused);
    assert.throws(() => parseSearchRequest({ filters: { from: '2024-13-01' } }), refused);
  });

  it('pages', () => {
    parseSearchRequest({ size: MAX_PAGE_SIZE, from: MAX_SORTED_DEPTH - MAX_PAGE_SIZE });
    assert.throws(() => parseSearchRequest({ size: 1, from: MAX_SORTED_DEPTH }), refused);
    assert.throws(() => parseSearchRequest({ words: 'x', size: 1, from: RANK_WINDOW }), refused);
    assert.throws(() => parseSearchRequest({ size: MAX_PAGE_SIZE + 1 }), refused);
    assert.throws(() => parseSimilarRequest({ size: '0' }), refused);
    assert.throws(() => parseSimilarRequest({ weight: '2' }), refused);
  });

  it('says which field is wrong and not what stood in it', () => {
    try {
      parseSearchRequest({ words: 5, Zwanzigermann: 1, filters: { sex: ['MRN0042421', 7] } });
      assert.fail('accepted');
    } catch (error) {
      const text = JSON.stringify(httpError(error));
      assert.match(text, /words/);
      assert.match(text, /filters\.sex/);
      assert.doesNotMatch(text, /Zwanzigermann|MRN0042421/);
    }
  });
});

describe('RateLimit', () => {
  it('lets a burst through, then so many a second, for each address alone', () => {
    const rate = new RateLimit({ perSecond: 2, burst: 3, maxAddresses: 10 });
    const allowed = (address: string, now: number, tries: number) =>
      Array.from({ length: tries }, () => rate.allows(address, now)).filter(Boolean).length;
    assert.equal(allowed('a', 0, 5), 3);
    assert.equal(allowed('b', 0, 5), 3);
    assert.equal(allowed('a', 1000, 5), 2);
    assert.equal(allowed('a', 1_000_000, 9), 3);
    assert.equal(allowed('a', 0, 5), 0, 'a clock that goes back gives nothing');
  });

  it('remembers a bounded number of addresses', () => {
    const rate = new RateLimit({ perSecond: 1, burst: 1, maxAddresses: 2 });
    for (const address of ['a', 'b', 'c']) assert.ok(rate.allows(address, 0));
    assert.ok(!rate.allows('c', 0));
    assert.ok(rate.allows('a', 0), 'the quietest was forgotten');
  });
});

describe('allowedHosts', () => {
  it('takes loopback and configured names, with any port', () => {
    const isAllowed = allowedHosts(['Search.Hospital.example']);
    for (const host of [
      'localhost',
      'LOCALHOST:8480',
      '127.0.0.1:1',
      '[::1]:8480',
      'search.hospital.example:443',
    ])
      assert.ok(isAllowed(host), host);
    for (const host of [undefined, '', 'evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:80'])
      assert.ok(!isAllowed(host), host ?? 'none');
  });

  it('compares the origin as well', () => {
    const isAllowed = allowedHosts([]);
    assert.ok(isAllowed('localhost', 'http://localhost:5173'));
    for (const origin of ['null', 'http://evil.example', 'file://', ''])
      assert.ok(!isAllowed('localhost', origin));
  });
});

describe('QueryVectors', () => {
  /** of a bundle whose hash has as many digits as its generation */
  const text = (generation: number) => ({ generation, bundle: 'b'.repeat(generation), dims: 2 });
  const encoder = () => {
    const asked: string[] = [];
    return {
      asked,
      async embed(hash: string, texts: readonly string[]) {
        asked.push(...texts);
        return texts.map(() => new Float32Array([hash.length, 0]));
      },
    };
  };

  it('keeps the vectors of two generations apart', async () => {
    const vectors = new QueryVectors(encoder());
    assert.deepEqual(await vectors.vectorOf('x', text(2)), [2, 0]);
    assert.deepEqual(await vectors.vectorOf('x', text(3)), [3, 0]);
    assert.deepEqual(await vectors.vectorOf('x', text(2)), [2, 0]);
  });

  it('embeds words once, forgets the oldest, and tries again what failed', async () => {
    const one = encoder();
    const vectors = new QueryVectors(one);
    await vectors.vectorOf('a', text(2));
    await vectors.vectorOf('a', text(2));
    assert.deepEqual(one.asked, ['a']);
    for (let n = 0; n < MAX_REMEMBERED_VECTORS; n++) await vectors.vectorOf(`w${n}`, text(2));
    await vectors.vectorOf('a', text(2));
    assert.equal(one.asked.filter((text) => text === 'a').length, 2);

    let tries = 0;
    const failing = new QueryVectors({
      embed: async () => {
        tries++;
        throw new InterleaveError('TEXT_VECTOR_FAILED');
      },
    });
    for (let n = 0; n < 2; n++) await assert.rejects(failing.vectorOf('a', text(2)));
    assert.equal(tries, 2);
  });

  it('tries a bundle that cannot be opened only now and then, and tells each try', async () => {
    const told: string[] = [];
    let tries = 0;
    const missing = {
      embed: async () => {
        tries++;
        throw new InterleaveError('MODEL_MISSING');
      },
    };
    const failed = (code: string) => told.push(code);
    const vectors = new QueryVectors(missing, { failed });
    for (let n = 0; n < 3; n++)
      await assert.rejects(vectors.vectorOf('a', text(2)), { code: 'MODEL_MISSING' });
    assert.deepEqual([tries, told], [1, ['MODEL_MISSING']]);
    const again = new QueryVectors(missing, { failed, retryMs: 0 });
    for (let n = 0; n < 2; n++) await assert.rejects(again.vectorOf('a', text(2)));
    assert.equal(tries, 3);
  });

  it('takes the floors that the manifest of a bundle states, asked for now and then, else those of the encoder that comes with us', async () => {
    const ours = { words: MIN_TEXT_SIMILARITY, reports: MIN_SIMILAR_TEXT };
    const stated = { words: 0.1, reports: 0.2 };
    const asked: string[] = [];
    const floors = async (hash: string) => {
      asked.push(hash);
      return hash === text(2).bundle ? stated : null;
    };
    const vectors = new QueryVectors(encoder(), { floors });
    for (let n = 0; n < 3; n++) assert.deepEqual(await vectors.floorsOf(text(2)), stated);
    assert.equal(asked.length, 1);
    assert.deepEqual(await vectors.floorsOf(text(3)), ours);
    assert.deepEqual(await new QueryVectors(encoder()).floorsOf(text(2)), ours);
    const again = new QueryVectors(encoder(), { floors, retryMs: 0 });
    for (let n = 0; n < 2; n++) await again.floorsOf(text(2));
    assert.equal(asked.length, 4);
  });

  it('which images are compared with words is looked up once, and again after a while', async () => {
    const asked: object[] = [];
    const space = { hash: 'a'.repeat(64), floor: 0.4 };
    const found = { space, isShared: true };
    const options = {
      async space(bundles: object) {
        asked.push(bundles);
        return found;
      },
    };
    const both = (image: string) => ({ text: text(2), image: { bundle: image } });
    const vectors = new QueryVectors(encoder(), options);
    for (let n = 0; n < 3; n++)
      assert.deepEqual(await vectors.picturesOf(both('i')), { state: 'COMPARED', floor: 0.4 });
    assert.equal(asked.length, 1);
    found.isShared = false;
    assert.deepEqual(await vectors.picturesOf(both('j')), { state: 'OTHER_IMAGE_ENCODER', floor: null });
    const again = new QueryVectors(encoder(), { ...options, retryMs: 0 });
    for (let n = 0; n < 2; n++) await again.picturesOf(both('j'));
    assert.equal(asked.length, 4);
    const none = { state: 'NO_SHARED_SPACE', floor: null };
    assert.deepEqual(await new QueryVectors(encoder()).picturesOf(both('i')), none);
  });

  it('takes the encoder that comes with us for the first generation, whatever an index calls it, and no other unnamed', async () => {
    const asked: string[] = [];
    const vectors = new QueryVectors({
      embed: async (hash, texts) => {
        asked.push(hash);
        return texts.map(() => new Float32Array(2));
      },
    });
    for (const bundle of ['', 'as it once was', SENTENCE_BUNDLE.hash])
      await vectors.vectorOf(`words ${bundle}`, { generation: 1, bundle, dims: 2 });
    assert.deepEqual(new Set(asked), new Set([SENTENCE_BUNDLE.hash]));
    const mismatch = { code: 'VECTOR_GENERATION_MISMATCH' };
    await assert.rejects(vectors.vectorOf('a', { generation: 2, bundle: '', dims: 2 }), mismatch);
    await assert.rejects(vectors.vectorOf('a', { generation: 3, bundle: 'b', dims: 3 }), mismatch);
  });
});

describe('highlightedSegments', () => {
  it('is plain text with marks, whatever the report holds', () => {
    assert.deepEqual(highlightedSegments('a <b>\ue000x\ue001</b>'), [
      { text: 'a <b>', match: false },
      { text: 'x', match: true },
      { text: '</b>', match: false },
    ]);
  });
});
