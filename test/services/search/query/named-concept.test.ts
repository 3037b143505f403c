import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DEFAULT_LEXICON_DATA } from '../../../../core/text/lexicon.ts';
import { openLexicon } from '../../../../models/site-lexicon-file.ts';
import { nameBy, named } from '../../../../services/search/query/named-concept.ts';
import { facetsOf } from '../../../../services/search/retrieval/facets.ts';

const folder = await mkdtemp(join(tmpdir(), 'interleave-names-'));
after(async () => {
  nameBy(DEFAULT_LEXICON_DATA);
  await rm(folder, { recursive: true });
});

test("a site's own findings have their names in cases and in filters, ours keep theirs", async () => {
  const file = join(folder, 'lexicon.json');
  const finding = { id: 'halo-sign', name: 'Halo sign', group: 'lung', terms: ['halo sign|signs'] };
  await writeFile(file, JSON.stringify({ findings: [finding] }));
  assert.equal(named('halo-sign').name, 'halo-sign', 'before the lexicon is read');
  nameBy((await openLexicon(file)).data);
  assert.equal(named('halo-sign').name, 'Halo sign');
  assert.equal(named('effusion').name, 'Pleural effusion');
  assert.equal(named('of-an-older-lexicon').name, 'of-an-older-lexicon');
  const present = { buckets: [{ key: 'halo-sign', doc_count: 2 }] };
  assert.deepEqual(facetsOf({ present })['present'], [{ value: 'halo-sign', name: 'Halo sign', count: 2 }]);
});
