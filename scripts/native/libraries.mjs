import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '../bootstrap/progress.mjs';
import { DownloadProgress } from './download-progress.mjs';
import { linksOf } from './layout.mjs';
import { unpack } from './unpack.mjs';
import { downloadWheel } from './wheels.mjs';

/** What a stamp says: which wheels, and which of their members are where. */
export function stampOf({ name, wheels }) {
  return JSON.stringify({ layout: 1, links: linksOf(name), wheels: wheels.map(({ sha256 }) => sha256) });
}

/** Whether the libraries of this kind are there, whole. */
export function librariesPresent(kind) {
  const stamp = join(kind.folder, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(kind);
}

/** The wheels that a run before this one, which was cut short, has not unpacked yet. */
export function wheelsLeft(wheels, unpacked) {
  return wheels.filter(({ sha256 }) => !unpacked.includes(sha256));
}

/**
 * Fills the folder of this kind from its wheels, one after the other: download, check, unpack, delete. What was done stays
 * done when it is killed, and the next run goes on behind it. The folder gets its name when it is whole.
 */
export async function getLibraries(kind) {
  if (librariesPresent(kind)) return;
  const partial = `${kind.folder}.partial`;
  const wheelsFolder = join(partial, 'wheels');
  const done = join(partial, 'unpacked.json');
  mkdirSync(wheelsFolder, { recursive: true });
  const unpacked = existsSync(done) ? readList(done) : [];
  const left = wheelsLeft(kind.wheels, unpacked);
  if (unpacked.length > 0)
    say(`· ${kind.wheels.length - left.length} of ${kind.wheels.length} wheels are there already`);
  const progress = new DownloadProgress(
    left.reduce((sum, { bytes }) => sum + bytes, 0),
    say,
  );
  for (const wheel of left) {
    const file = await downloadWheel(wheel, wheelsFolder, (bytes) => progress.at(bytes));
    progress.done(wheel.bytes);
    await unpack(file, partial);
    unpacked.push(wheel.sha256);
    writeWhole(done, JSON.stringify(unpacked));
    rmSync(file);
  }
  for (const [link, leadsTo] of linksOf(kind.name)) {
    rmSync(join(partial, link), { force: true });
    symlinkSync(leadsTo, join(partial, link));
  }
  rmSync(wheelsFolder, { recursive: true });
  rmSync(done);
  writeFileSync(join(partial, STAMP), stampOf(kind));
  rmSync(kind.folder, { recursive: true, force: true });
  renameSync(partial, kind.folder);
}

const STAMP = '.stamp';

function readList(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}

function writeWhole(file, text) {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
