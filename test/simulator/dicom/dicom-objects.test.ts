import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import dcmjs from 'dcmjs';
import { dicomObjectOf } from '../../../core/dicom/dicom-object.ts';
import { keyObjectOf, planCase, type SimulatedCase, simulateCase } from '../../../simulator/case.ts';

const DCMDUMP = spawnSync('dcmdump', ['--version']).error === undefined;

/** One case of each facility. */
const CASES: SimulatedCase[] = ['NORTHGATE', 'HARBOUR', 'LAKESIDE'].map((code) =>
  simulateCase(1, caseOf(code)),
);

interface NaturalImage {
  [name: string]: unknown;
  PixelData: ArrayBuffer | ArrayBuffer[];
}

test('dcmjs reads every image with its identifiers, window and spacing', () => {
  for (const simulated of CASES)
    for (const image of simulated.images) {
      const read = natural(image.part10);
      const slot = simulated.plan.slots.find(
        (item) => item.instanceNumber === Number(read['InstanceNumber']),
      );
      assert.ok(slot !== undefined);
      assert.equal(read['SOPInstanceUID'], image.sopInstanceUid);
      assert.equal(read['SOPClassUID'], image.sopClassUid);
      assert.equal(read['StudyInstanceUID'], simulated.plan.studyInstanceUid);
      assert.equal(read['AccessionNumber'], simulated.accession);
      assert.equal(read['PatientID'], simulated.patient.identifier);
      assert.equal(read['PatientBirthDate'], simulated.patient.birthDate);
      assert.equal(read['BodyPartExamined'], 'CHEST');
      assert.equal(read['PhotometricInterpretation'], simulated.facility.photometric);
      assert.deepEqual([read['BitsAllocated'], read['BitsStored'], read['HighBit']], [16, 12, 11]);
      assert.ok(Number(read['WindowWidth']) > 1000);
      assert.deepEqual((read['PixelSpacing'] as unknown[]).map(Number), [0.7, 0.7]);
    }
});

test('names keep their letters in both character sets', () => {
  const named = ['NORTHGATE', 'HARBOUR'].map((code) => {
    for (let n = 0; ; n++) {
      const { order } = planCase(1, n);
      if (order.facility.code === code && /[^\u0000-\u007f]/.test(order.patient.familyName))
        return simulateCase(1, n);
    }
  });
  for (const { images, patient } of named) {
    const read = natural(images[0]?.part10 ?? Buffer.alloc(0));
    assert.ok(JSON.stringify(read['PatientName']).includes(patient.familyName));
  }
});

test('MONOCHROME1 is MONOCHROME2 turned over: bone has the low values', () => {
  for (const simulated of CASES) {
    const read = natural(simulated.images[0]?.part10 ?? Buffer.alloc(0));
    const raw = Array.isArray(read.PixelData) ? read.PixelData[0] : read.PixelData;
    const pixels = new Uint16Array(raw ?? new ArrayBuffer(0));
    const columns = Number(read['Columns']);
    assert.equal(pixels.length, columns * Number(read['Rows']));
    const corner = pixels[0] ?? 0;
    const belly = pixels[Math.floor(pixels.length - columns * 60.5)] ?? 0;
    assert.equal(corner > belly, simulated.facility.photometric === 'MONOCHROME1');
  }
});

test('our own DICOM reader takes the file apart', () => {
  const image = CASES[0]?.images[0];
  assert.ok(image !== undefined);
  const object = dicomObjectOf(image.part10);
  assert.equal(object.sopInstanceUid, image.sopInstanceUid);
  assert.equal(object.transferSyntaxUid, '1.2.840.10008.1.2.1');
});

test('a key object selection names one image of its study', () => {
  let n = 0;
  while (planCase(1, n).keyImage === null) n++;
  const simulated = simulateCase(1, n);
  const object = keyObjectOf(simulated.plan);
  assert.ok(object !== null && simulated.keyObject !== null);
  assert.ok(object.part10.equals(simulated.keyObject.part10));
  const text = JSON.stringify(natural(object.part10));
  assert.ok(text.includes('113000'));
  const named = simulated.images.filter((image) => text.includes(image.sopInstanceUid));
  assert.equal(named.length, 1);
});

test('DCMTK reads images and key objects without a warning', {
  skip: DCMDUMP ? false : 'SKIPPED: dcmdump (Debian package dcmtk) is not here',
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'interleave-simulator-'));
  try {
    const objects = CASES.flatMap(({ images, keyObject }) => [
      ...images,
      ...(keyObject === null ? [] : [keyObject]),
    ]);
    for (const [index, { part10, sopInstanceUid }] of objects.entries()) {
      const file = join(folder, `${index}.dcm`);
      writeFileSync(file, part10);
      const { stdout, stderr, status } = spawnSync('dcmdump', ['-q', '--read-file-only', file], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
      assert.equal(stderr, '');
      assert.ok(stdout.includes(sopInstanceUid));
    }
    const verbose = execFileSync('dcmdump', ['-v', join(folder, '0.dcm')], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    assert.match(verbose, /\(0028,1050\) DS/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function caseOf(facility: string): number {
  let n = 0;
  while (planCase(1, n).order.facility.code !== facility) n++;
  return n;
}

function natural(part10: Buffer): NaturalImage {
  const bytes = part10.buffer.slice(part10.byteOffset, part10.byteOffset + part10.byteLength);
  const { dict } = dcmjs.data.DicomMessage.readFile(bytes as ArrayBuffer);
  return dcmjs.data.DicomMetaDictionary.naturalizeDataset(dict) as NaturalImage;
}
