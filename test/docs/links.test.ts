import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { projectRoot } from '../../platform/process/project-root.ts';
import { markdownPages } from '../support/markdown-pages.ts';

const ROOT = projectRoot();
const pages = markdownPages();

describe('every page leads to what is there', () => {
  it('the walk sees the pages', () => {
    assert.ok(pages.length > 20, `${pages.length} pages`);
    assert.ok(pages.includes('README.md') && pages.includes('docs/architecture.md'));
  });

  it('each relative link names a file, and an anchor that is one of its headings', () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter((link) => !leadsSomewhere(page, link))
        .map((link) => `${page}: ${link}`),
    );
    assert.deepEqual(broken, []);
  });

  it('each path of the code that a page names is there', () => {
    const missing = pages.flatMap((page) =>
      pathsNamedIn(page)
        .filter((path) => !existsSync(join(ROOT, path)))
        .map((path) => `${page}: ${path}`),
    );
    assert.deepEqual(missing, []);
  });
});

function linksOf(page: string): string[] {
  const links = withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g);
  return [...links].map(([, link]) => link ?? '').filter((link) => !/^[a-z]+:/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), path);
  if (!existsSync(target)) return false;
  return anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).has(anchor);
}

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(text: string): Set<string> {
  const headings = text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** `core/hl7/frame.ts`, `test/fault`: a path from the root in one of our rooms, without wildcards. */
function pathsNamedIn(page: string): string[] {
  const rooms =
    'core|schemas|platform|models|clients|services|evaluation|simulator|cli|web|infra|scripts|harness|test|bench|examples';
  const named = read(page).matchAll(new RegExp(`\`((?:${rooms})/[\\w./-]+)\``, 'g'));
  return [...named].map(([, path]) => path ?? '').filter((path) => !BUILT.has(path));
}

/** What a build puts there. */
const BUILT = new Set(['web/dist']);

function withoutCode(text: string): string {
  return text
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => '.'.repeat(code.length));
}

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}
