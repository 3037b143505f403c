import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { bootstrap } from '../../support/bootstrap.ts';

interface Wheel {
  name: string;
  version: string;
  file: string;
  bytes: number;
  sha256: string;
}
interface Kind {
  name: string;
  wheels: Wheel[];
  downloadBytes: number;
  diskBytes: number;
}

const { downloadWheel, pipArguments } = await bootstrap<{
  downloadWheel(wheel: Wheel, folder: string, progress: (bytes: number) => void): Promise<string>;
  pipArguments(places: { requirements: string; folder: string }): string[];
}>('../native/wheels.mjs');
const { KINDS, peakBytes } = await bootstrap<{
  KINDS: Record<'native' | 'gpu', Kind>;
  peakBytes(kind: Kind): number;
}>('../native/kinds.mjs');
const { wheelsLeft, stampOf } = await bootstrap<{
  wheelsLeft(wheels: Wheel[], unpacked: string[]): Wheel[];
  stampOf(kind: Kind): string;
}>('../native/libraries.mjs');

describe('the wheels', () => {
  it('are pinned: a version, a size, a SHA-256, and a file for Linux on x86-64', () => {
    assert.deepEqual(
      KINDS.native.wheels.map(({ name, version }) => `${name}==${version}`),
      ['tensorflow-cpu==2.15.1'],
    );
    assert.ok(KINDS.gpu.wheels.some(({ name, version }) => name === 'tensorflow' && version === '2.15.1'));
    for (const { file, sha256, bytes } of [...KINDS.native.wheels, ...KINDS.gpu.wheels]) {
      assert.match(file, /manylinux.*_x86_64\.whl$/);
      assert.match(sha256, /^[0-9a-f]{64}$/);
      assert.ok(bytes > 0);
    }
  });

  it('are got by pip for the Python that they are built for, whatever runs here, and from no address of ours', () => {
    const args = pipArguments({ requirements: 'r.txt', folder: 'wheels' });
    for (const wanted of ['--require-hashes', '--no-deps', '3.11', 'cp311', 'manylinux2014_x86_64'])
      assert.ok(args.includes(wanted), wanted);
    assert.ok(!args.some((arg) => /:\/\/|index-url/.test(arg)));
  });

  it('need the disk that they fill, and twice the largest while it is copied', () => {
    const { gpu } = KINDS;
    const largest = Math.max(...gpu.wheels.map(({ bytes }) => bytes));
    assert.ok(peakBytes(gpu) >= gpu.diskBytes + 2 * largest);
  });
});

describe('a set-up that was cut short', () => {
  const { gpu } = KINDS;

  it('goes on behind the wheels that are unpacked', () => {
    const [first, second, ...rest] = gpu.wheels as [Wheel, Wheel, ...Wheel[]];
    assert.deepEqual(wheelsLeft(gpu.wheels, [second.sha256]), [first, ...rest]);
    assert.deepEqual(wheelsLeft(gpu.wheels, []), gpu.wheels);
  });

  it('begins anew where another version is wanted', () => {
    const [first, ...rest] = gpu.wheels as [Wheel, ...Wheel[]];
    const other = { ...gpu, wheels: [{ ...first, sha256: 'f'.repeat(64) }, ...rest] };
    assert.notEqual(stampOf(other), stampOf(gpu));
  });
});

describe('one wheel', () => {
  const content = 'a wheel';
  let folder: string;
  let path: string | undefined;
  const wheel: Wheel = {
    name: 'some',
    version: '1',
    file: 'some-1-py3-none-any.whl',
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  };

  /** A python3 that stands for pip: writes `text` where pip would put the wheel, and counts its calls. */
  async function pipBrings(text: string, code = 0): Promise<void> {
    const script = `#!/bin/sh\necho called >> ${folder}/calls\nprintf '%s' '${text}' > ${folder}/${wheel.file}\nexit ${code}\n`;
    await writeFile(join(folder, 'python3'), script);
    await chmod(join(folder, 'python3'), 0o755);
    process.env['PATH'] = `${folder}${delimiter}${path}`;
  }
  const calls = () =>
    readFile(join(folder, 'calls'), 'utf8').then(
      (text) => text.trim().split('\n').length,
      () => 0,
    );
  const get = () => downloadWheel(wheel, folder, () => undefined);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'interleave-wheel-'));
    path = process.env['PATH'];
  });
  afterEach(async () => {
    process.env['PATH'] = path;
    await rm(folder, { recursive: true });
  });

  it('that is there whole is not downloaded again', async () => {
    await pipBrings(content);
    assert.equal(await readFile(await get(), 'utf8'), content);
    await get();
    assert.equal(await calls(), 1);
  });

  it('of which a part is there is downloaded again', async () => {
    await pipBrings(content);
    await writeFile(join(folder, wheel.file), content.slice(0, 3));
    assert.equal(await readFile(await get(), 'utf8'), content);
  });

  it('with other bytes is refused', async () => {
    await pipBrings('A WHEEL');
    await assert.rejects(get(), { code: 'DOWNLOAD_FAILED' });
  });

  it('that pip cannot get is tried twice, and leaves no temporary file', async () => {
    await pipBrings('', 1);
    await assert.rejects(get(), { code: 'DOWNLOAD_FAILED' });
    assert.equal(await calls(), 2);
    assert.ok(!(await readdir(folder)).includes('tmp'));
  });
});
