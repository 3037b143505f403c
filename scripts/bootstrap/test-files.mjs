import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from './project.mjs';

/** The compiled test files, in a steady order; with patterns, those whose path holds one of them. */
export function testFiles(folder, patterns = []) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join(folder, name))
    .filter((file) => patterns.length === 0 || patterns.some((pattern) => sourceOf(file).includes(pattern)))
    .sort();
}

/** `test/core/hl7/frame.test.ts` */
export function sourceOf(file) {
  return relative(build, file).replace(/\.js$/, '.ts');
}

/** Whether the file asks for the shared Kafka and Elasticsearch. */
export function needsEngines(file) {
  return /support\/engines\.js|INTERLEAVE_TEST_(KAFKA|ELASTICSEARCH)/.test(readFileSync(file, 'utf8'));
}

/** Whether the file drives programs that are not ours and not Debian's. */
export function needsPeers(file) {
  return sourceOf(file).startsWith('test/peers/');
}

/**
 * What runs side by side: most files two at a time; those that start whole systems, kill processes or measure times one
 * after the other and with more time, so that a slow machine does not make them fail.
 */
export function waves(files) {
  const alone = files.filter((file) => ALONE.test(sourceOf(file)));
  return [
    { files: files.filter((file) => !alone.includes(file)), concurrency: 2, timeoutMs: 5 * MINUTE_MS },
    { files: alone, concurrency: 1, timeoutMs: 15 * MINUTE_MS },
  ].filter((wave) => wave.files.length > 0);
}

const ALONE = /^test\/(end-to-end|fault|infra\/embedded|cli\/up|platform\/kafka)/;
const MINUTE_MS = 60_000;
