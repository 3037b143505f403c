import assert from 'node:assert/strict';
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileKind } from '../../../../cli/import/folder/file-kind.ts';
import { FolderSource } from '../../../../cli/import/folder/folder-source.ts';
import { hl7Pieces } from '../../../../cli/import/folder/hl7-pieces.ts';
import { walkFolder } from '../../../../cli/import/folder/walk-folder.ts';
import { HL7_PIECE_BYTES, MAX_DICOM_FILE_BYTES } from '../../../../cli/import/limits.ts';
import { part10Header } from '../../../../core/dicom/part10.ts';
import { missing, sharedData } from '../../../../harness/shared-data.ts';
import { image } from '../../../services/dicom-gateway/test-objects.ts';
import { oru } from '../../../services/hl7-gateway/gateway.ts';
import { bringAll } from '../bring-all.ts';

async function folder(t: TestContext): Promise<string> {
  const made = await realpath(await mkdtemp(join(tmpdir(), 'interleave-folder-')));
  t.after(() => rm(made, { recursive: true }));
  return made;
}

const dicom = () => {
  const object = image();
  return Buffer.concat([part10Header(object), object.dataSet]);
};

test('reports and images are told by what is in them, at any depth, in a stable order; the rest is passed over', async (t) => {
  const root = await folder(t);
  await mkdir(join(root, 'b', 'c', 'd'), { recursive: true });
  await writeFile(join(root, 'b', 'c', 'd', 'IM0001'), dicom());
  await writeFile(join(root, 'b', 'bare'), image().dataSet);
  await writeFile(join(root, 'b', 'report.dat'), oru('C1'));
  await writeFile(
    join(root, 'a.batch'),
    Buffer.concat([Buffer.from('FHS|^~\\&|A\rBHS|^~\\&|A\r'), oru('C2'), oru('C3')]),
  );
  await writeFile(join(root, 'notes.txt'), 'MSHA is no header');
  await writeFile(join(root, 'empty'), '');
  const directory = {
    sopClassUid: '1.2.840.10008.1.3.10',
    sopInstanceUid: '1.2',
    transferSyntaxUid: '1.2.840.10008.1.2.1',
  };
  await writeFile(join(root, 'DICOMDIR'), part10Header(directory));
  const { objects, messages, passedOver } = await bringAll(new FolderSource([root]));
  const short = (items: { item: string }[]) => items.map(({ item }) => relative(root, item));
  assert.deepEqual(short(messages), ['a.batch#1', 'a.batch#2', 'b/report.dat#1']);
  assert.deepEqual(short(objects), ['b/bare', 'b/c/d/IM0001']);
  assert.deepEqual(passedOver.map((path) => relative(root, path)).sort(), ['DICOMDIR', 'empty', 'notes.txt']);
  assert.equal(await new FolderSource([root]).total(new AbortController().signal, () => undefined), 7);
});

test('links are not followed: nothing leads out of the folder, or around', async (t) => {
  const [root, outside] = [await folder(t), await folder(t)];
  await writeFile(join(outside, 'theirs.dcm'), dicom());
  await writeFile(join(root, 'ours.dcm'), dicom());
  await symlink(outside, join(root, 'out'));
  await symlink(root, join(root, 'around'));
  await symlink(join(outside, 'theirs.dcm'), join(root, 'theirs.dcm'));
  const { objects, passedOver } = await bringAll(new FolderSource([root]));
  assert.deepEqual(
    objects.map(({ item }) => item),
    [join(root, 'ours.dcm')],
  );
  assert.equal(passedOver.length, 3);
  await symlink(root, join(outside, 'named'));
  const named = await bringAll(new FolderSource([join(outside, 'named')]));
  assert.equal(named.objects.length, 1, 'a link that is named itself is followed');
});

test('a file that changed is another unit, and one that did not is the same', async (t) => {
  const root = await folder(t);
  await writeFile(join(root, 'one.hl7'), oru('C1'));
  const first = await bringAll(new FolderSource([root]));
  assert.deepEqual((await bringAll(new FolderSource([root]))).keys, first.keys);
  await writeFile(join(root, 'one.hl7'), Buffer.concat([oru('C1'), oru('C2')]));
  assert.notDeepEqual((await bringAll(new FolderSource([root]))).keys, first.keys);
});

test('a folder or file that may not be read is left with its code, and the walk goes on', {
  skip: process.getuid?.() === 0 ? 'SKIPPED: root may read everything' : false,
}, async (t) => {
  const root = await folder(t);
  await mkdir(join(root, 'closed'));
  await writeFile(join(root, 'open.dcm'), dicom());
  await chmod(join(root, 'closed'), 0);
  t.after(() => chmod(join(root, 'closed'), 0o700));
  const source = new FolderSource([root]);
  const codes: unknown[] = [];
  for await (const unit of source.units(new AbortController().signal, { passOver: () => undefined }))
    await unit.bring(silent()).catch((error: { code: string }) => codes.push(error.code));
  assert.deepEqual(codes, ['FILE_UNREADABLE']);
});

test('a file that is gone when its turn comes is left with a code', async (t) => {
  const root = await folder(t);
  await writeFile(join(root, 'gone.dcm'), dicom());
  const units = new FolderSource([root]).units(new AbortController().signal, { passOver: () => undefined });
  const { value } = await units.next();
  await rm(join(root, 'gone.dcm'));
  await assert.rejects(value?.bring(silent()), { code: 'FILE_UNREADABLE', kind: 'reject' });
  assert.match(value?.item ?? '', /gone\.dcm$/);
});

test('a DICOM file that is larger than is read is refused, and not read', async (t) => {
  const root = await folder(t);
  await writeFile(join(root, 'large.dcm'), dicom());
  await truncate(join(root, 'large.dcm'), MAX_DICOM_FILE_BYTES + 1);
  const { outcomes } = await bringAll(new FolderSource([root]));
  assert.deepEqual(
    outcomes.map(({ code, accepted }) => [code, accepted]),
    [['FILE_TOO_LARGE', false]],
  );
});

test('a large HL7 file comes in pieces, each a unit, and no message is lost or cut', async (t) => {
  const root = await folder(t);
  const text = 'MSH is no header here.\\.br\\No pneumothorax. '.repeat(40);
  const messages = Array.from({ length: 2_500 }, (_, n) => oru(`C${n}`, `A${10_000 + n}`, text));
  const file = Buffer.concat(messages);
  assert.ok(file.length > 2 * HL7_PIECE_BYTES);
  await writeFile(join(root, 'years.hl7'), file);
  const source = new FolderSource([root]);
  const brought = await bringAll(source);
  assert.ok(brought.keys.length > 2 && new Set(brought.keys).size === brought.keys.length);
  assert.deepEqual(
    brought.messages.map(({ item }) => item.split('#')[1]),
    messages.map((_, n) => `${n + 1}`),
  );
  assert.ok(brought.messages.every(({ message }, n) => message.equals(messages[n] ?? Buffer.alloc(0))));
  const total = await source.total(new AbortController().signal, () => undefined);
  assert.ok(Math.abs((total ?? 0) - brought.keys.length) <= 1);
});

test('pieces are cut between messages in captures and logs, too, and a message without end is refused', async (t) => {
  const root = await folder(t);
  const all = Array.from({ length: 30 }, (_, n) => oru(`C${n}`, `A${10_000 + n}`));
  const frame = (message: Buffer) => Buffer.concat([Buffer.from([0x0b]), message, Buffer.from([0x1c, 0x0d])]);
  const log = (message: Buffer) => Buffer.from(`<SB>${message.toString().replaceAll('\r', '<R>')}<EB>\n`);
  for (const written of [all, all.map(frame), all.map(log)]) {
    const path = join(root, 'file');
    await writeFile(path, Buffer.concat(written));
    const found: string[] = [];
    let pieces = 0;
    for await (const { messages } of hl7Pieces(path, { pieceBytes: 1_000 })) {
      pieces += 1;
      found.push(...messages.map((message) => message.toString().trim()));
    }
    assert.ok(pieces > 3);
    assert.deepEqual(
      found,
      all.map((message) => message.toString().trim()),
    );
  }
  const endless = join(root, 'endless');
  await writeFile(endless, oru('C1', 'A1', 'x'.repeat(100_000)));
  await assert.rejects(
    async () => {
      for await (const _ of hl7Pieces(endless, { pieceBytes: 1_000, maxMessageBytes: 20_000 }));
    },
    { code: 'FILE_TOO_LARGE' },
  );
});

test('of a folder with very many entries so many are sorted at a time, and each is found once', async (t) => {
  const root = await folder(t);
  await mkdir(join(root, 'sub'));
  for (let n = 0; n < 25; n++) await writeFile(join(root, n % 5 === 0 ? 'sub' : '', `${n}`), '');
  const found: string[] = [];
  for await (const { path } of walkFolder(root, new AbortController().signal, 4)) found.push(path);
  assert.equal(found.length, 25);
  assert.equal(new Set(found).size, 25);
});

test('a walk that is told to end goes no further', async (t) => {
  const root = await folder(t);
  for (let n = 0; n < 20; n++) await writeFile(join(root, `${n}`), '');
  const ending = new AbortController();
  let found = 0;
  for await (const _ of walkFolder(root, ending.signal)) {
    found += 1;
    if (found === 3) ending.abort();
  }
  assert.equal(found, 3);
});

test('every DICOM and HL7 file of the test sets is told for what it is', {
  skip: missing('dicom') || missing('hl7_radiology_scout'),
}, async () => {
  const rows = (await readFile(sharedData('dicom', 'manifest.csv'), 'utf8')).split('\n').slice(1);
  const paths = rows.map((row) => row.split(',')[0] ?? '').filter((path) => path.endsWith('.dcm'));
  assert.ok(paths.length > 50);
  const kinds = await Promise.all(
    paths.map(async (path) => fileKind((await readFile(sharedData('dicom', path))).subarray(0, 4096), '')),
  );
  const others = paths.filter((_, n) => kinds[n] !== 'dicom');
  // A directory, and a file that begins in the middle of something: its name alone says what it should be.
  assert.deepEqual(others.sort(), ['pydicom/DICOMDIR-empty.dcm', 'pydicom/no_meta.dcm']);
  assert.equal(fileKind(await readFile(sharedData('dicom', 'pydicom/no_meta.dcm')), 'no_meta.dcm'), 'dicom');
  const { messages, objects } = await bringAll(new FolderSource([sharedData('hl7_radiology_scout')]));
  assert.ok(messages.length > 100 && objects.length === 0, `${messages.length} messages`);
});

function silent() {
  return {
    signal: new AbortController().signal,
    turn: () => Promise.resolve(),
    sendMessage: () => Promise.resolve(),
    sendObject: async (item: string) => ({ item, kind: 'image' as const, accepted: true, code: '0000' }),
    done: () => undefined,
    passOver: () => undefined,
  };
}
