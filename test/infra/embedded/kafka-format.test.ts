import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { engineFolders } from '../../../infra/embedded/engine-folders.ts';
import { javaHome } from '../../../infra/embedded/java.ts';
import { formatKafka } from '../../../infra/embedded/kafka-format.ts';

async function newFolder(controllerPort: number) {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-kafka-format-'));
  const [{ kafka }, java] = await Promise.all([engineFolders(), javaHome()]);
  const segments = join(folder, 'segments');
  const settings = join(folder, 'server.properties');
  await writeFile(
    settings,
    [
      'process.roles=broker,controller',
      'node.id=1',
      `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
      'controller.listener.names=CONTROLLER',
      `listeners=PLAINTEXT://127.0.0.1:9,CONTROLLER://127.0.0.1:${controllerPort}`,
      `log.dirs=${segments}`,
    ].join('\n'),
  );
  return { folder, java: join(java, 'bin', 'java'), classPath: join(kafka, 'lib', '*'), segments, settings };
}

test('a cluster id may begin with a minus, as one in 64 does; a formatted folder keeps its own', async (t) => {
  const folder = await newFolder(10);
  t.after(() => rm(folder.folder, { recursive: true }));
  await formatKafka(folder, '-AAAAAAAAAAAAAAAAAAAAA');
  await formatKafka(folder, 'BAAAAAAAAAAAAAAAAAAAAA');
  assert.match(
    await readFile(join(folder.segments, 'meta.properties'), 'utf8'),
    /^cluster\.id=-AAAAAAAAAAAAAAAAAAAAA$/m,
  );
});

test('what Kafka has against its settings is told', async (t) => {
  const folder = await newFolder(9);
  t.after(() => rm(folder.folder, { recursive: true }));
  await assert.rejects(formatKafka(folder), { code: 'ENGINE_START_FAILED', message: /same port/ });
});
