import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { projectRoot } from '../../platform/process/project-root.ts';
import { markdownPages } from '../support/markdown-pages.ts';

const ROOT = projectRoot();
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const testFiles = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' });

describe('a promise names the test that holds it', () => {
  it('each promise of README', () => {
    const [, chapter = ''] = read('README.md').split('## What it promises\n');
    const promises = (chapter.split('\n## ')[0] ?? '').split(/^- /m).slice(1);
    assert.ok(promises.length >= 5);
    assert.deepEqual(promises.filter(namesNoTest), []);
  });

  it('each row and each paragraph of docs/guarantees.md that states one', () => {
    const page = read('docs/guarantees.md');
    const rows = page.split('\n').filter((line) => /^\| (HL7|C-STORE|STOW-RS)/.test(line));
    assert.ok(rows.length >= 8);
    const promises = page
      .split(/\n\n+/)
      .flatMap((part) => (part.startsWith('- ') ? part.split(/^- /m).slice(1) : [part]))
      .filter((part) => part.startsWith('**'));
    assert.ok(promises.length >= 8);
    assert.deepEqual([...rows, ...promises].filter(namesNoTest), []);
  });

  it('every test that a page names is there', () => {
    const missing = markdownPages().flatMap((page) =>
      [...read(page).matchAll(/`([\w./-]+\.test\.ts)`/g)]
        .map(([, file]) => file ?? '')
        .filter((file) => !isThere(file))
        .map((file) => `${page}: ${file}`),
    );
    assert.deepEqual(missing, []);
  });

  it('every title that a page quotes behind a test stands in it', () => {
    const missing = markdownPages().flatMap((page) =>
      [...read(page).matchAll(/`(test\/[\w./-]+\.test\.ts)`,? "([^"]+)"/g)]
        .filter(([, file = '', title = '']) => !read(file).includes(title.replaceAll(/\s+/g, ' ')))
        .map(([, file, title]) => `${page}: ${file} has no "${title}"`),
    );
    assert.deepEqual(missing, []);
  });
});

function namesNoTest(promise: string): boolean {
  return !/`test\/[\w./*-]+`/.test(promise);
}

/** By its path from the root; a page about one service may name a test by its file alone. */
function isThere(file: string): boolean {
  if (file.includes('/')) return existsSync(join(ROOT, file));
  return testFiles.some((path) => basename(path) === file);
}
