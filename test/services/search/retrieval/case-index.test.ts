import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_LEXICON } from '../../../../core/text/lexicon.ts';
import { casesMappingVersion } from '../../../../schemas/index/index-definition.ts';
import { parseSearchRequest } from '../../../../services/search/http/search-request.ts';
import { CaseIndex } from '../../../../services/search/retrieval/case-index.ts';
import { QueryVectors } from '../../../../services/search/retrieval/query-vectors.ts';
import { searchCases } from '../../../../services/search/retrieval/word-search.ts';
import { ShownImages } from '../../../../services/search/view/shown-images.ts';
import { caseFixture } from '../../../support/case-fixture.ts';
import { OwnIndices } from '../../../support/own-indices.ts';

describe('CaseIndex', () => {
  let indices: OwnIndices;
  const vectors = new QueryVectors({
    embed: async (_, texts) =>
      texts.map(() => Float32Array.from({ length: 512 }, (_, i) => (i === 0 ? 1 : 0))),
  });
  /** A new one, as after a restart of the service. */
  const search = () =>
    searchCases(
      new CaseIndex(indices.client, indices.names.casesAlias, new ShownImages(() => true)),
      vectors,
      DEFAULT_LEXICON,
      parseSearchRequest({ words: 'pneumothorax' }),
    );

  before(async () => {
    indices = await OwnIndices.create();
    await indices.putCases([caseFixture({ reports: ['FINDINGS: Pneumothorax.'] })]);
  });
  after(() => indices.remove());

  it('refuses an index with the mapping of another version, in which searches would miss cases', async () => {
    assert.equal((await search()).hits.length, 1);
    const { cases } = indices.names;
    const meta = (await indices.client.indices.getMapping({ index: cases }))[cases]?.mappings._meta ?? {};
    const older = (await casesMappingVersion()) - 1;
    await indices.client.indices.putMapping({ index: cases, _meta: { ...meta, mapping_version: older } });
    await assert.rejects(search(), { code: 'INDEX_MISMATCH', message: /up --rebuild-index/ });
  });
});
