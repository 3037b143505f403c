import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { projectRoot } from '../../platform/process/project-root.ts';

const MAX_LINES = 150;

const read = (file: string) => readFileSync(join(projectRoot(), file), 'utf8');

/** The files of README's walk, in its order. */
const walk = [...read('README.md').matchAll(/^\d\. \[`([^`]+)`\]\(([^)]+)\)/gm)].map(([, named, linked]) => {
  assert.equal(named, linked);
  return named ?? '';
});

describe('README follows one report from the socket to a search hit', () => {
  it('in five files, one of each stage, in the order of the stream', () => {
    assert.deepEqual(
      walk.map((file) => file.split('/').slice(0, 2).join('/')),
      ['hl7-gateway', 'labeler', 'joiner', 'indexer', 'search'].map((service) => `services/${service}`),
    );
  });

  for (const file of walk)
    it(`${file} has at most ${MAX_LINES} lines, and its service runs it`, () => {
      assert.ok(read(file).split('\n').length - 1 <= MAX_LINES);
      const [services = '', service = ''] = file.split('/');
      const others = readdirSync(join(projectRoot(), services, service), {
        recursive: true,
        encoding: 'utf8',
      });
      const name = file.split('/').at(-1) ?? '';
      assert.ok(
        others.some(
          (other) =>
            other.endsWith('.ts') &&
            !file.endsWith(other) &&
            read(join(services, service, other)).includes(`/${name}'`),
        ),
      );
    });

  it('every file that README links to is there', () => {
    const links = [...read('README.md').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link ?? '');
    assert.deepEqual(
      links.filter((link) => !existsSync(join(projectRoot(), link))),
      [],
    );
  });
});
