import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Instance, readInstance } from '../../cli/up/instance.ts';
import { SearchClient } from '../../harness/search-client.ts';
import { System } from '../../harness/system.ts';
import { until } from '../../harness/until.ts';
import { isRunning } from '../../infra/process/process-identity.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { UnshakenSender } from '../end-to-end/support/unshaken-sender.ts';
import { LEFT_OPEN, openToOthers } from '../support/open-to-others.ts';
import { SmallDisk, withoutMount } from '../support/small-disk.ts';

const SEED = Number(process.env['INTERLEAVE_TEST_SEED'] ?? Date.now() % 100_000);
const MIB = 1024 * 1024;
const ENGINES = ['kafka', 'elasticsearch'];

/** `up` asks for 1 GiB of free disk; the rest is what the engines write as they start. */
const DISK_MIB = 1200;
const FULL_MS = 40_000;
/** Twice what docs/operations.md states of a machine that is not busy. */
const BACK_WITHIN_MS = 240_000;

interface Status {
  parts: { name: string; ready: boolean; detail: string }[];
  disk: { state: string; detail: string };
}

async function statusOf(system: System): Promise<Status> {
  const main = join(projectRoot(), 'build', 'cli', 'main.js');
  const args = [main, 'status', '--json', '--data-dir', system.dataDir];
  // It ends with 1 where a part is not ready, and prints all the same.
  const { stdout } = await promisify(execFile)(process.execPath, args).catch(
    (error: { stdout: string }) => error,
  );
  return JSON.parse(stdout) as Status;
}

/** Why processes ended, where they did. */
function fatalLines(system: System): string {
  const lines = system.logs().split('\n');
  return lines.filter((line) => line.includes('"level":"fatal"')).join('\n');
}

function processesOf(system: System): Instance['children'] {
  return readInstance(system.dataDir)?.children ?? [];
}

describe(`the disk of a running system is full for a while (seed ${SEED})`, { skip: withoutMount }, () => {
  let disk: SmallDisk;
  let system: System;
  let sender: UnshakenSender;
  let services: Instance['children'];

  before(async () => {
    disk = new SmallDisk(DISK_MIB);
    system = await System.start(['--rate', '1'], {}, disk.folder);
    services = processesOf(system).filter(({ name }) => !ENGINES.includes(name));
    sender = new UnshakenSender(system.instance, SEED);
    await until(() => sender.acknowledged.length >= 5, 60_000, 'five cases before the disk is full');
  });
  after(async () => {
    await sender?.stop();
    await system?.stop();
    disk?.remove();
  });

  test('nobody but its owner can read anything in the data folder of a running system', () => {
    assert.deepEqual(openToOthers(system.dataDir), LEFT_OPEN);
  });

  test('before anything is refused, it is said that little room is left', async () => {
    disk.fill(400 * MIB);
    await until(() => system.said().includes('DISK_LOW'), 20_000, 'the warning');
    const { disk: said, parts } = await statusOf(system);
    assert.equal(said.state, 'DISK_LOW');
    assert.ok(parts.filter(({ name }) => name.endsWith('-gateway')).every(({ ready }) => ready));
    const before = sender.acknowledged.length;
    await until(() => sender.acknowledged.length > before, 30_000, 'a case with little room left');
  });

  test('the last of the disk is left to Kafka and Elasticsearch: senders are told to keep what they have', async () => {
    disk.fill(200 * MIB);
    await until(() => sender.refusals.has('AR') && sender.refusals.has('a700'), 90_000, 'both refusals');
    const { parts } = await statusOf(system);
    for (const { name, ready, detail } of parts)
      if (name.endsWith('-gateway')) {
        assert.equal(ready, false);
        assert.match(detail, /DISK_FULL: \d+ MiB free, \d+ MiB more needed/);
      } else if (ENGINES.includes(name)) assert.equal(ready, true, name);
  });

  test('on a disk that is full to the last byte no process of ours ends, and what is missing is said', async () => {
    disk.fill();
    for (const end = Date.now() + FULL_MS; Date.now() < end; await sleep(1_000)) {
      if (disk.free > 0) disk.fill();
      const ended = services.filter(({ identity }) => !isRunning(identity)).map(({ name }) => name);
      assert.deepEqual(ended, [], `${system.said()}\n${fatalLines(system)}`);
    }
    const { disk: said } = await statusOf(system);
    assert.equal(said.state, 'DISK_FULL');
    assert.match(system.said(), /The disk of .* is full \(DISK_FULL: /);
    assert.match(system.said(), /kafka is not started again yet: DISK_FULL: 0 MiB free/);
  });

  test('with room again everything comes back by itself', async () => {
    disk.empty();
    await until(
      async () => {
        const { parts } = await statusOf(system);
        return parts.length > 0 && parts.every(({ ready }) => ready);
      },
      BACK_WITHIN_MS,
      'every part ready',
    );
    const health = await fetch(new URL('/_cluster/health', system.instance.elasticsearchUrl));
    assert.equal(((await health.json()) as { status: string }).status, 'green');
    const before = sender.acknowledged.length;
    await until(() => sender.acknowledged.length >= before + 3, 60_000, 'new cases are taken');
    const ended = services.filter(({ identity }) => !isRunning(identity)).map(({ name }) => name);
    assert.deepEqual(ended, [], `${system.said()}\n${fatalLines(system)}`);
  });

  test('everything that was acknowledged is found', async () => {
    await sender.stop();
    const search = new SearchClient(system.instance.page);
    const missing = new Set(sender.acknowledged);
    await until(
      async () => {
        for (const one of missing) {
          const found = await search.byAccession(one.accession).catch(() => undefined);
          const images = found?.images.filter(({ embedded }) => embedded).length ?? 0;
          const statuses = [one.status, ...one.perhaps];
          if (found !== undefined && statuses.includes(found.status) && images >= one.images)
            missing.delete(one);
        }
        return missing.size === 0;
      },
      120_000,
      `all of ${sender.acknowledged.length} acknowledged cases`,
    );
    assert.deepEqual(openToOthers(system.dataDir), LEFT_OPEN);
  });
});
