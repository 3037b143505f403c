import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MllpSender } from '../../clients/mllp-sender.ts';
import { saveOtherBundle } from '../../harness/other-bundle.ts';
import { System } from '../../harness/system.ts';
import { until } from '../../harness/until.ts';
import { IMAGE_VECTOR } from '../../models/image-encoder.ts';
import { SENTENCE_BUNDLE } from '../../models/packaged-bundles.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import type { SearchAnswer } from '../../schemas/api/answers.ts';
import { runCli } from '../support/cli.ts';
import { reportMessage } from './support/report-message.ts';

const OLD = ['WORDS-0001', 'WORDS-0002', 'WORDS-0003'];
const NEW = ['WORDS-0004', 'WORDS-0005'];
const there = process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
const skip = existsSync(there) ? false : `the image model is not in ${there}; \`npm start\` gets it`;

describe('another text encoder, while reports come in and others search', { skip }, () => {
  let system: System;
  let mllp: MllpSender;
  let modelsDir: string;

  before(async () => {
    modelsDir = await mkdtemp(join(tmpdir(), 'interleave-text-generations-'));
    await cp(join(there, IMAGE_VECTOR.name), join(modelsDir, IMAGE_VECTOR.name), { recursive: true });
    await saveOtherBundle(modelsDir, SENTENCE_BUNDLE.name, { name: 'words', seed: 1, dims: 64 });
    system = await System.start(['--no-feed'], { INTERLEAVE_MODELS_DIR: modelsDir });
    mllp = await MllpSender.connect({ ...system.instance.hl7, timeoutMs: 30_000 });
  });
  after(async () => {
    await mllp?.close();
    await system?.stop();
    await rm(modelsDir, { recursive: true, force: true });
  });

  async function send(accession: string): Promise<void> {
    const text = [`FINDINGS: Large left pneumothorax, number ${accession}.`];
    assert.equal((await mllp.send(reportMessage({ accession, control: accession, text }))).code, 'AA');
  }

  async function search(words: string): Promise<SearchAnswer> {
    const response = await fetch(new URL('/api/search', system.instance.page), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ words, size: 50 }),
    });
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()) as SearchAnswer;
  }

  /** The cases that are found by the vectors of their text, not by words alone. */
  async function byMeaning(): Promise<string[]> {
    const { hits, query } = await search('pneumothorax');
    assert.deepEqual(query.notes, []);
    return hits
      .filter(({ why }) => why.legs.some(({ leg }) => leg === 'MEANING'))
      .map(({ accession }) => accession)
      .sort();
  }

  const foundByMeaning = (accessions: readonly string[], what: string) =>
    until(async () => `${await byMeaning()}` === `${accessions}`, 60_000, what);

  async function verb(...args: string[]): Promise<Record<string, unknown>> {
    const env = { INTERLEAVE_DATA_DIR: system.dataDir, INTERLEAVE_MODELS_DIR: modelsDir };
    const { code, stdout, stderr } = await runCli([...args, '--json'], env);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}${stdout}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  const textGeneration = async () => {
    const response = await fetch(new URL('/api/status', system.instance.page));
    const { index, ready } = (await response.json()) as { index: { textGeneration: number }; ready: boolean };
    return [index.textGeneration, ready];
  };

  test('old and new reports are found by its vectors, each once, and no search fails meanwhile', async () => {
    for (const accession of OLD) await send(accession);
    await foundByMeaning(OLD, 'the old reports');
    assert.deepEqual(await textGeneration(), [1, true]);

    await verb('models', 'promote', 'words');
    const readyz = `http://127.0.0.1:${system.instance.health['labeler']}/readyz`;
    await until(
      async () => /2: words/.test(await (await fetch(readyz)).text()),
      60_000,
      'the labeler has it',
    );
    for (const accession of NEW) await send(accession);
    await foundByMeaning([...OLD, ...NEW], 'the new reports beside the old ones');

    await verb('reembed', '--bundle', 'words', '--wait');
    let over = false;
    let searches = 0;
    const searching = (async () => {
      while (!over) {
        assert.deepEqual((await search('pneumothorax')).hits.map(({ accession }) => accession).sort(), [
          ...OLD,
          ...NEW,
        ]);
        searches++;
        await sleep(50);
      }
    })();
    await verb('reindex', '--bundle', 'words');
    await until(async () => `${await textGeneration()}` === '2,true', 30_000, 'search asks the new index');
    await foundByMeaning([...OLD, ...NEW], 'all by the vectors of the new bundle');
    over = true;
    await searching;
    assert.ok(searches > 3);

    await verb('models', 'retire', SENTENCE_BUNDLE.name);
    await send('WORDS-0006');
    await foundByMeaning([...OLD, ...NEW, 'WORDS-0006'], 'what comes in afterwards');
  });

  test('without the bundle words are searched, and the answer says so', async () => {
    await rm(join(modelsDir, 'words'), { recursive: true });
    const pid = system.kill('search');
    await until(
      async () => {
        const response = await fetch(new URL('/api/status', system.instance.page)).catch(() => null);
        return response?.ok === true && ((await response.json()) as { ready: boolean }).ready === false;
      },
      120_000,
      `search is back after ${pid} was killed`,
    );
    const { hits, query } = await search('pneumothorax');
    assert.equal(hits.length, OLD.length + NEW.length + 1);
    assert.ok(hits.every(({ why }) => why.legs.every(({ leg }) => leg === 'WORDS')));
    assert.match(query.notes.join(), /MODEL_MISSING/);
    assert.match(await system.metrics('search'), /interleave_search_words_only_total\{[^}]*MODEL_MISSING/);
  });
});
