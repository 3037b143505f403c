import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import test from 'node:test';
import { projectRoot } from '../../platform/process/project-root.ts';

const ROOT = projectRoot();
const ROOMS = [
  'core',
  'platform',
  'models',
  'schemas',
  'clients',
  'services',
  'simulator',
  'evaluation',
  'cli',
  'infra',
  'scripts',
  'harness',
  'bench',
  'web',
];

interface Import {
  from: string;
  to: string;
}

const imports = ROOMS.flatMap((room) => importsIn(join(ROOT, room)));

/** Every relative import and every package, of every TypeScript file below a folder. */
function importsIn(folder: string): Import[] {
  return filesOf(folder).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const targets = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
    return targets.map((target) => ({
      from: relative(ROOT, file),
      to: target.startsWith('.') ? relative(ROOT, resolve(dirname(file), target)) : target,
    }));
  });
}

/** Every TypeScript file below a folder, without what is built there. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/(dist|node_modules)\//.test(file));
}

const within = (path: string, room: string) => path.startsWith(`${room}/`);

function assertNone(broken: Import[]): void {
  assert.deepEqual(
    broken.map(({ from, to }) => `${from} imports ${to}`),
    [],
  );
}

test('the walk sees the code', () => {
  assert.ok(imports.length > 300);
  assert.ok(imports.some(({ from, to }) => from === 'schemas/events.ts' && to === 'platform/avro/codec.ts'));
});

test('core imports only core, and does no input or output', () => {
  const PURE = ['node:crypto', 'node:zlib', 'node:buffer', 'node:util'];
  const ours = (to: string) => ROOMS.some((room) => within(to, room));
  assertNone(imports.filter(({ from, to }) => within(from, 'core') && ours(to) && !within(to, 'core')));
  assertNone(
    imports.filter(({ from, to }) => within(from, 'core') && to.startsWith('node:') && !PURE.includes(to)),
  );
});

test('platform knows no domain: of core it uses the error table and object references only', () => {
  const ALLOWED = ['core/errors.ts', 'core/object-ref.ts'];
  assertNone(
    imports.filter(
      ({ from, to }) =>
        within(from, 'platform') &&
        ROOMS.some((room) => within(to, room)) &&
        !within(to, 'platform') &&
        !ALLOWED.includes(to),
    ),
  );
});

test('evaluation scores readings: it imports core only, and does no input or output', () => {
  const PURE = ['node:crypto'];
  assertNone(
    imports.filter(
      ({ from, to }) =>
        within(from, 'evaluation') && !within(to, 'evaluation') && !within(to, 'core') && !PURE.includes(to),
    ),
  );
});

test('no service imports another service', () => {
  const serviceOf = (path: string) => /^services\/([^/]+)\//.exec(path)?.[1];
  assertNone(
    imports.filter(
      ({ from, to }) =>
        serviceOf(from) !== undefined && serviceOf(to) !== undefined && serviceOf(from) !== serviceOf(to),
    ),
  );
});

test('nothing reaches up: what a service, the simulator or the command line stands on knows none of them', () => {
  const above = ['cli', 'scripts', 'harness', 'bench', 'test'];
  const forbidden: [string, string[]][] = [
    ['schemas', ['services', 'models', 'clients', 'simulator', 'infra', ...above]],
    ['models', ['services', 'clients', 'simulator', 'infra', ...above]],
    ['clients', ['services', 'simulator', 'infra', ...above]],
    ['infra', ['services', 'clients', 'simulator', ...above]],
    ['services', ['clients', 'simulator', 'infra', ...above]],
    ['simulator', ['services', ...above]],
    ['web', ['services', 'models', 'platform', 'clients', 'simulator', 'infra', ...above]],
    ['cli', ['services', 'bench', 'harness', 'test']],
    ['scripts', ['services', 'bench', 'harness', 'test']],
    ['harness', ['bench', 'test']],
    ['bench', ['test']],
  ];
  for (const [room, others] of forbidden)
    assertNone(
      imports.filter(({ from, to }) => within(from, room) && others.some((other) => within(to, other))),
    );
});

test('in core, radiology and text know no wire format', () => {
  const WIRE = ['core/hl7', 'core/dicom', 'core/dicomweb'];
  assertNone(
    imports.filter(
      ({ from, to }) =>
        (within(from, 'core/radiology') || within(from, 'core/text')) &&
        WIRE.some((room) => within(to, room)),
    ),
  );
});

test('nothing that runs reads a file below test/', () => {
  const RUNS = ['cli', 'services', 'platform', 'models', 'infra', 'evaluation', 'simulator', 'clients'];
  const reading = RUNS.flatMap((room) => filesOf(join(ROOT, room)))
    .filter((file) => /join\([^)]*'test'|['"`/]test\/[\w-]+\//.test(readFileSync(file, 'utf8')))
    .map((file) => relative(ROOT, file));
  assert.deepEqual(reading, []);
});

test('every service has the same files', () => {
  for (const service of readdirSync(join(ROOT, 'services')))
    for (const file of ['README.md', 'config.ts', 'service.ts', 'main.ts', 'limits.ts'])
      assert.ok(existsSync(join(ROOT, 'services', service, file)), `services/${service}/${file}`);
});

test('files are named in kebab case and stay readable', () => {
  const long = ROOMS.flatMap((room) => filesOf(join(ROOT, room)))
    .filter((file) => readFileSync(file, 'utf8').split('\n').length > 350)
    .map((file) => relative(ROOT, file));
  assert.deepEqual(long, []);
});
