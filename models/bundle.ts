import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { InterleaveError } from '../core/errors.ts';
import { MAX_BUNDLE_FILE_BYTES, MAX_MANIFEST_BYTES } from './limits.ts';
import {
  type AboutBundle,
  type BundleFile,
  type Manifest,
  type ManifestOf,
  type ModelKind,
  manifestHash,
  manifestSchema,
  sealManifest,
} from './manifest.ts';

/** A bundle with its files, all as the manifest says. */
export interface Bundle {
  readonly manifest: Manifest;
  /** in the manifest's order */
  readonly files: readonly OpenedFile[];
}

/** A file that was seen to be what the manifest says. One of ONNX, which may be large, is only read where its bytes are asked for. */
export type OpenedFile = GivenFile & { readonly place: string };

/** A file that is to be part of a bundle: written into its folder, or left in the package that brings it. */
export type GivenFile = Pick<BundleFile, 'role' | 'format' | 'path' | 'package' | 'names'> & {
  bytes: Buffer;
};

/** A file that is copied into a bundle as it lies elsewhere, however large: it is never in memory. */
export type CopiedFile = Omit<GivenFile, 'bytes'> & { copyOf: string };

/**
 * Loads the bundle in `folder` and checks its hashes.
 * @throws InterleaveError MODEL_MISSING when there is none, MODEL_INVALID when its files are not what the manifest says
 */
export async function loadBundle(folder: string): Promise<Bundle> {
  return openFiles(await readManifest(folder), folder);
}

/** `manifest.json` alone, checked. @throws as `loadBundle` */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, 'manifest.json');
  try {
    const found = await stat(path);
    // A pipe or a device has no size, and may be read without end.
    if (!found.isFile()) throw new Error('manifest.json is no file');
    if (found.size > MAX_MANIFEST_BYTES) throw new Error('manifest.json is too large');
    const manifest = manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    if (manifestHash(manifest) !== manifest.hash) throw new Error('manifest.json was changed');
    return manifest;
  } catch (cause) {
    throw asOurs(folder, cause);
  }
}

/** The files that a manifest names, from `folder` and from packages. @throws as `loadBundle` */
export async function openFiles(manifest: Manifest, folder: string): Promise<Bundle> {
  try {
    const files = await Promise.all(
      manifest.files.map(async (file): Promise<OpenedFile> => {
        const place = placeOf(file, folder);
        if (file.format !== 'onnx') return { ...file, place, bytes: await readChecked(file, place) };
        await checkLarge(file, place);
        return Object.defineProperty({ ...file, place, bytes: NOTHING }, 'bytes', {
          get: () => readFileSync(place),
          enumerable: true,
        });
      }),
    );
    return { manifest, files };
  } catch (cause) {
    throw asOurs(manifest.name, cause);
  }
}

/** A file to be written into the bundle's own folder. */
export function inFolder(
  role: BundleFile['role'],
  format: BundleFile['format'],
  path: string,
  bytes: Buffer,
): GivenFile {
  return { role, format, path, package: null, bytes };
}

/** Writes a bundle whole or not at all, and gives its manifest. What stood at `folder` before is replaced. */
export async function saveBundle(
  folder: string,
  about: AboutBundle,
  given: readonly (GivenFile | CopiedFile)[],
): Promise<Manifest> {
  return writeFolder(folder, async (partial) => {
    const files: BundleFile[] = [];
    for (const file of given) files.push(await placed(file, partial));
    return sealManifest({ ...about, files });
  });
}

/** Puts a file into a folder, and gives its line of the manifest; of a copy, as it was copied. */
async function placed(given: GivenFile | CopiedFile, folder: string): Promise<BundleFile> {
  const { role, format, path: name, package: from, names } = given;
  const file = { role, format, path: name, package: from, ...(names === undefined ? {} : { names }) };
  if ('bytes' in given) {
    const { bytes } = given;
    if (file.package === null) await writeFile(join(folder, file.path), bytes);
    return { ...file, bytes: bytes.length, sha256: digest(bytes) };
  }
  const path = join(folder, file.path);
  await copyFile(given.copyOf, path);
  return { ...file, bytes: (await stat(path)).size, sha256: await digestOfFile(path) };
}

/** The same for a bundle all of whose files are in packages. */
export async function saveManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFolder(folder, async () => manifest);
}

async function writeFolder(folder: string, fill: (partial: string) => Promise<Manifest>): Promise<Manifest> {
  const partial = `${folder}.${process.pid}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    const manifest = await fill(partial);
    await writeFile(join(partial, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
    return manifest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** The manifest as one of its kind. @throws InterleaveError MODEL_UNSUPPORTED when it is of another */
export function manifestOf<Kind extends ModelKind>({ manifest }: Bundle, kind: Kind): ManifestOf<Kind> {
  if (manifest.kind === kind) return manifest as ManifestOf<Kind>;
  throw new InterleaveError(
    'MODEL_UNSUPPORTED',
    `${manifest.name} is of the kind ${manifest.kind}, not ${kind}.`,
  );
}

/** The bytes of the only file of a role. @throws InterleaveError MODEL_INVALID */
export function onlyFile(bundle: Bundle, role: BundleFile['role']): Buffer {
  return onlyOpened(bundle, role).bytes;
}

/** The same, and where it is. @throws the same */
export function onlyOpened(bundle: Bundle, role: BundleFile['role']): OpenedFile {
  const [file, ...more] = bundle.files.filter((one) => one.role === role);
  if (file !== undefined && more.length === 0) return file;
  throw new InterleaveError('MODEL_INVALID', `${bundle.manifest.name} needs one file of the role ${role}.`);
}

/** The file of a role that a bundle may do without. */
export function fileOf({ files }: Bundle, role: BundleFile['role']): Buffer | null {
  return files.find((file) => file.role === role)?.bytes ?? null;
}

const NOTHING = Buffer.alloc(0);

function placeOf(file: BundleFile, folder: string): string {
  return join(file.package === null ? folder : packageFolder(file.package), file.path);
}

async function readChecked(file: BundleFile, place: string): Promise<Buffer> {
  await checkSize(file, place);
  const bytes = await readFile(place);
  if (digest(bytes) !== file.sha256) throw new Error(`${file.path} was changed`);
  return bytes;
}

/** The same without having it in memory. */
async function checkLarge(file: BundleFile, place: string): Promise<void> {
  await checkSize(file, place);
  if ((await digestOfFile(place)) !== file.sha256) throw new Error(`${file.path} was changed`);
}

async function checkSize(file: BundleFile, place: string): Promise<void> {
  const found = await stat(place);
  // A pipe or a device may be read without end.
  if (file.bytes > MAX_BUNDLE_FILE_BYTES || !found.isFile() || found.size !== file.bytes)
    throw new Error(`${file.path} has another size`);
}

/** SHA-256 of a file, which is never in memory as a whole. */
export async function digestOfFile(place: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(place)) hash.update(part as Buffer);
  return hash.digest('hex');
}

/** Where npm put a package. @throws InterleaveError MODEL_MISSING */
export function packageFolder(name: string): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch (cause) {
    throw new InterleaveError('MODEL_MISSING', `Install ${name}.`, { cause });
  }
}

function digest(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function asOurs(place: string, cause: unknown): InterleaveError {
  if (cause instanceof InterleaveError) return cause;
  const isAbsent =
    cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
  return isAbsent
    ? new InterleaveError('MODEL_MISSING', `${place}: not found.`, { cause })
    : new InterleaveError('MODEL_INVALID', `${place}: ${reasonOf(cause)}.`, { cause });
}

/** What is wrong, in a line; of what a schema refuses, the field. */
export function reasonOf(cause: unknown): string {
  const [issue] = cause instanceof z.ZodError ? cause.issues : [];
  if (issue !== undefined) return [issue.path.join('.'), issue.message].filter(Boolean).join(': ');
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
}
