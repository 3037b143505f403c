// `npm test [-- PATTERN]`: sets up what the tests need, starts one Kafka and one Elasticsearch for all of them, runs every
// test file, and ends with one line of totals.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fetchPeers } from './fetch-peers.mjs';
import { followNpm } from './follow-npm.mjs';
import { prepare } from './prepare.mjs';
import { say, step } from './progress.mjs';
import { build } from './project.mjs';
import { failWith } from './setup-error.mjs';
import { needsEngines, needsPeers, testFiles, waves } from './test-files.mjs';
import { noTotals, runFilesTwice, totalLine } from './test-run.mjs';

const patterns = process.argv.slice(2).filter((word) => !word.startsWith('-'));
let engines;
let folder;

followNpm();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => {
    process.exit(130);
  });

try {
  await prepare();
  const files = testFiles(join(build, 'test'), patterns);
  if (files.length === 0) throw new Error(`no test file matches ${patterns.join(' ')}`);
  if (files.some(needsPeers)) await fetchPeers();
  if (files.some(needsEngines)) await startEngines();
  const totals = noTotals();
  for (const wave of waves(files)) await runFilesTwice(wave.files, wave, totals);
  summarise(totals);
} catch (error) {
  failWith(error);
} finally {
  await engines?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function startEngines() {
  const module = pathToFileURL(join(build, 'infra', 'embedded', 'start-engines.js'));
  const { startEngines: start } = await import(module.href);
  folder = mkdtempSync(join(tmpdir(), 'interleave-test-'));
  chmodSync(folder, 0o711);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  engines = await step('Starting Kafka and Elasticsearch for the tests', () =>
    start({ dataDir: folder, log: say }),
  );
  process.env.INTERLEAVE_TEST_KAFKA = engines.kafkaBrokers;
  process.env.INTERLEAVE_TEST_ELASTICSEARCH = engines.elasticsearchUrl;
}

function summarise(totals) {
  const list = (word, tests) => {
    for (const { name, why } of tests) say(`${word}: ${name}${why === '' ? '' : ` (${why})`}`);
  };
  list('skipped', totals.skips);
  list('UNSTEADY, failed at first and passed when run again', totals.unsteady);
  list('FAILED', totals.failures);
  process.stdout.write(`${totalLine(totals)}\n`);
  if (totals.failed > 0) process.exitCode = 1;
}
