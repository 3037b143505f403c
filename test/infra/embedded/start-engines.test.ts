import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import kafkajs from 'kafkajs';
import { startEngines } from '../../../infra/embedded/start-engines.ts';
import { groupExists } from '../../../infra/process/process-identity.ts';
import { LEFT_OPEN, openToOthers } from '../../support/open-to-others.ts';

test('the engines start, answer no foreign web page, keep their data over a restart, and leave no process', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'interleave-engines-'));
  try {
    const topic = `test-${randomUUID()}`;
    const first = await startEngines({ dataDir });
    const admin = adminOf(first.kafkaBrokers);
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
    await admin.disconnect();
    assert.equal((await fetch(`${first.elasticsearchUrl}/kept`, { method: 'PUT' })).status, 200);
    const fromAPage = await fetch(`${first.elasticsearchUrl}/kept/_close`, {
      method: 'POST',
      headers: { origin: 'http://elsewhere.example' },
    });
    assert.equal(fromAPage.status, 403, 'a web page of another host can do nothing');
    assert.deepEqual(openToOthers(dataDir), LEFT_OPEN, 'nobody else can read their data');
    await first.stop();
    for (const child of first.processes) assert.ok(child.pid !== undefined && !groupExists(child.pid));

    const second = await startEngines({ dataDir });
    try {
      const again = adminOf(second.kafkaBrokers);
      await again.connect();
      const metadata = await again.fetchTopicMetadata({ topics: [topic] });
      assert.equal(metadata.topics[0]?.partitions.length, 3);
      await again.disconnect();
      assert.equal((await fetch(`${second.elasticsearchUrl}/kept`, { method: 'HEAD' })).status, 200);
    } finally {
      await second.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

test('a taken port is one sentence that names it', async () => {
  const squatter = createServer();
  const port = await new Promise<number>((resolve) => {
    squatter.listen(0, '127.0.0.1', () => {
      const address = squatter.address();
      resolve(address !== null && typeof address === 'object' ? address.port : 0);
    });
  });
  const dataDir = await mkdtemp(join(tmpdir(), 'interleave-engines-'));
  try {
    await assert.rejects(startEngines({ dataDir, kafkaPort: port }), {
      code: 'PORT_TAKEN',
      message: new RegExp(`Kafka needs port ${port} of 127\\.0\\.0\\.1`),
    });
  } finally {
    squatter.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});

function adminOf(broker: string) {
  return new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING }).admin();
}
