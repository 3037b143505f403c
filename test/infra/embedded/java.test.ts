import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { elasticsearch } from '../../../infra/embedded/elasticsearch.ts';
import { hasModule, javaHome } from '../../../infra/embedded/java.ts';

/** A Java home whose `java` has only these modules. */
async function javaWith(...modules: string[]): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'interleave-java-'));
  await mkdir(join(home, 'bin'));
  const lines = modules.map((name) => `echo ${name}@21.0.8`).join('\n');
  await writeFile(join(home, 'bin', 'java'), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  return home;
}

async function optionsFor(home: string): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'interleave-es-')), 'es');
  const user = undefined;
  await elasticsearch({ home: '/nowhere', javaHome: home, folder, port: 9, logFile: '/dev/null', user });
  return readFile(join(folder, 'config', 'jvm.options'), 'utf8');
}

test('the Java of this machine says which modules it has', async () => {
  const home = await javaHome();
  assert.equal(await hasModule(home, 'java.base'), true);
  assert.equal(await hasModule(home, 'java.bas'), false);
});

test('Elasticsearch compares vectors by SIMD where the Java can', async () => {
  const whole = await javaWith('java.base', 'jdk.incubator.vector');
  assert.match(await optionsFor(whole), /^20-:--add-modules=jdk\.incubator\.vector$/m);
});

test('a Java that was cut down starts Elasticsearch without it', async () => {
  assert.doesNotMatch(await optionsFor(await javaWith('java.base', 'java.sql')), /incubator/);
});
