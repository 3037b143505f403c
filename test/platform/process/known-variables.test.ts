import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { variableName } from '../../../platform/process/config.ts';
import { unknownVariables } from '../../../platform/process/known-variables.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';
import { config as simulator } from '../../../simulator/config.ts';

const SERVICES = ['dicom-gateway', 'hl7-gateway', 'indexer', 'inference', 'joiner', 'labeler', 'search'];

it('a misspelt variable is named, with the one that was meant', () => {
  const env = {
    INTERLEAVE_HL7_PROT: '2576',
    INTERLEAVE_TLS_CLIENT_CERTIFICATS: 'required',
    INTERLEAVE_LEXICON: 'site.json',
    INTERLEAVE_SOMETHING_ELSE: 'x',
    INTERLEAVE_HL7_PORT: '2575',
    INTERLEAVE_TEST_KAFKA: '127.0.0.1:9092',
    INTERLEAVE_EMPTY: '',
    HL7_PORT: '1',
  };
  assert.deepEqual(unknownVariables(env), [
    { setting: 'INTERLEAVE_HL7_PROT', near: 'INTERLEAVE_HL7_PORT' },
    { setting: 'INTERLEAVE_LEXICON' },
    { setting: 'INTERLEAVE_SOMETHING_ELSE' },
    { setting: 'INTERLEAVE_TLS_CLIENT_CERTIFICATS', near: 'INTERLEAVE_TLS_CLIENT_CERTIFICATES' },
  ]);
});

it('every variable that a service reads is known', async () => {
  for (const service of SERVICES) {
    const { config } = (await import(`../../../services/${service}/config.ts`)) as { config: object };
    check(Object.keys(config));
  }
  check(Object.keys(simulator));
});

const check = (names: string[]) =>
  assert.deepEqual(unknownVariables(Object.fromEntries(names.map((name) => [variableName(name), 'x']))), []);

it('every variable that the command line, the engines and the tools name is known', () => {
  const found = new Set<string>();
  for (const folder of [
    'cli',
    'infra',
    'bench',
    'evaluation',
    'clients',
    'harness',
    'models',
    'platform',
    'test/support',
  ])
    for (const entry of readdirSync(join(projectRoot(), folder), { recursive: true, withFileTypes: true }))
      if (entry.isFile() && /\.(ts|mjs|yml)$/.test(entry.name)) {
        const text = readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8');
        for (const [name] of text.matchAll(/INTERLEAVE_[A-Z0-9_]*[A-Z0-9](?![A-Z0-9_])/g)) found.add(name);
      }
  assert.ok(found.size > 10);
  const unknown = unknownVariables(Object.fromEntries([...found].map((name) => [name, 'x'])));
  assert.deepEqual(unknown, []);
});
