import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LABELER, labelerVersion } from '../../core/text/labeler-version.ts';
import { DEFAULT_LEXICON } from '../../core/text/lexicon.ts';
import { readReport } from '../../core/text/reading.ts';
import { MAX_TOLD_PROBLEMS, openLexicon } from '../../models/site-lexicon-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'lexicon-'));
const write = (name: string, text: string) => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

test('without a file it is ours', async () => assert.equal(await openLexicon(''), DEFAULT_LEXICON));

test("a site's findings are read, by another version of the labeler", async () => {
  const finding = { id: 'halo-sign', name: 'Halo sign', group: 'lung', terms: ['halo sign|signs'] };
  const lexicon = await openLexicon(write('site.json', JSON.stringify({ findings: [finding] })));
  const { findings, labeler } = readReport([{ section: 'FINDINGS', text: 'No halo sign.' }], lexicon);
  assert.deepEqual(
    findings.map(({ concept, assertion }) => [concept, assertion]),
    [['halo-sign', 'ABSENT']],
  );
  assert.deepEqual(labeler, labelerVersion(lexicon));
  assert.notEqual(labeler.hash, LABELER.hash);
});

test('a file that is not there, no JSON, or wrong is refused with a code', async () => {
  const wrong = [
    join(folder, 'none.json'),
    write('a.json', '{'),
    write('b.json', '{"findings":[{"id":"x"}]}'),
  ];
  for (const file of wrong) await assert.rejects(openLexicon(file), { code: 'LEXICON_INVALID' });
});

test('of very many problems the first are told, and how many more there are', async () => {
  const findings = Array.from({ length: 40 }, (_, n) => ({ id: `x${n}` }));
  const file = write('many.json', JSON.stringify({ findings }));
  await assert.rejects(openLexicon(file), (error: Error) => {
    assert.ok(error.message.split('; ').length <= MAX_TOLD_PROBLEMS + 1);
    assert.match(error.message, /and \d+ more: `interleave labeler lint .*many\.json` says them all/);
    return true;
  });
});
