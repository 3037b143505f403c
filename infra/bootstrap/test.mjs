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
import { runFiles, totalLine } from './test-run.mjs';

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
  const totals = { passed: 0, failed: 0, skipped: 0, failures: [], skips: [] };
  for (const wave of waves(files)) await runFiles(wave.files, wave, totals);
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
  for (const { name, why } of totals.skips) say(`skipped: ${name}${why === '' ? '' : ` (${why})`}`);
  for (const name of totals.failures) say(`FAILED: ${name}`);
  process.stdout.write(`${totalLine(totals)}\n`);
  if (totals.failed > 0) process.exitCode = 1;
}
