import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openLexicon } from '../../../models/site-lexicon-file.ts';
import type { SearchAnswer } from '../../../schemas/api/answers.ts';
import { caseFixture, sha256 } from '../../support/case-fixture.ts';
import { SearchSite } from './search-site.ts';

const REPORTS: Record<string, string> = {
  H1: 'FINDINGS: A halo sign in the right upper lobe. No effusion.',
  H2: 'FINDINGS: No halo sign. Small effusion.',
  H3: 'FINDINGS: Possible halo sign.',
};
const FINDING = { id: 'halo-sign', name: 'Halo sign', group: 'lung', terms: ['halo sign|signs'] };

describe("findings of a site's own lexicon", () => {
  let site: SearchSite;
  let base = '';

  before(async () => {
    site = await SearchSite.open();
    const file = join(site.dataDir, 'lexicon.json');
    await writeFile(file, JSON.stringify({ findings: [FINDING] }));
    const lexicon = await openLexicon(file);
    await site.indices.putCases(
      Object.entries(REPORTS).map(([accession, text]) =>
        caseFixture({ accession, caseId: sha256(accession).slice(0, 32), reports: [text], lexicon }),
      ),
    );
    base = await site.start({ INTERLEAVE_LEXICON_FILE: file });
  });

  after(() => site.close());

  async function search(words: string): Promise<SearchAnswer> {
    const body = JSON.stringify({ words });
    const headers = { 'content-type': 'application/json' };
    return (await (
      await fetch(`${base}/api/search`, { method: 'POST', headers, body })
    ).json()) as SearchAnswer;
  }

  const found = ({ hits }: SearchAnswer) => hits.map(({ accession }) => accession);

  it('are asked for as present, those who deny them are not on top', async () => {
    const answer = await search('halo sign');
    assert.deepEqual(found(answer), ['H1', 'H3']);
    const [asked] = answer.query.concepts;
    assert.deepEqual([asked?.name, asked?.assertion], ['Halo sign', 'PRESENT']);
  });

  it('are denied like ours', async () => {
    assert.deepEqual(found(await search('no halo sign')), ['H2']);
    assert.deepEqual(found(await search('effusion -halo sign')).slice(0, 1), ['H2']);
  });

  it('stand in the list of findings', async () => {
    const { concepts } = (await (await fetch(`${base}/api/concepts`)).json()) as {
      concepts: { id: string }[];
    };
    assert.ok(concepts.some(({ id }) => id === 'halo-sign'));
    assert.ok(concepts.some(({ id }) => id === 'effusion'));
  });
});
