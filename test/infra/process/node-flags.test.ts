import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { NODE_FLAGS } from '../../../infra/process/node-flags.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';

const compose = readFileSync(join(projectRoot(), 'docker-compose.yml'), 'utf8');

for (const [service, flags] of Object.entries(NODE_FLAGS)) {
  test(`docker-compose.yml starts ${service} with the flags that \`up\` gives it`, () => {
    const words = ['node', ...flags, `build/services/${service}/main.js`].map((word) => `'${word}'`);
    assert.ok(compose.includes(`command: [${words.join(', ')}]`));
  });

  test(`Node knows the flags of ${service}`, () => {
    assert.equal(spawnSync(process.execPath, [...flags, '-e', '0']).status, 0);
  });
}
