import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromFloat16 } from '../../../core/vector/float16.ts';
import { generationsFor } from '../../../models/index-generations.ts';
import type { CaseDocumentImage } from '../../../schemas/index/case-document.ts';
import { analysisDefinition, casesDefinition } from '../../../schemas/index/index-definition.ts';
import { ageGroup } from '../../../services/indexer/age-group.ts';
import { documentReport } from '../../../services/indexer/document-reports.ts';
import { documentVector } from '../../../services/indexer/document-vector.ts';
import { MAX_CITED_IMAGES } from '../../../services/indexer/limits.ts';
import { vectorSlots } from '../../../services/indexer/vector-slots.ts';
import { caseFixture, vectorOf } from '../../support/case-fixture.ts';

describe('ageGroup', () => {
  const at = Date.UTC(2024, 4, 17);

  it('is the age at the examination, in tens of years', () => {
    assert.equal(ageGroup('19570517', at), '60-69');
    assert.equal(ageGroup('19640518', at), '50-59', 'the day before the birthday');
    assert.equal(ageGroup('19640517', at), '60-69', 'the birthday');
    assert.equal(ageGroup('20240517', at), '0-9');
  });

  it('puts all above 89 together', () => {
    assert.equal(ageGroup('19340517', at), '90+');
    assert.equal(ageGroup('19100101', at), '90+');
  });

  it('says nothing where nothing is known', () => {
    for (const birthDate of ['', '1957', '20250101', '17000101', 'XXXXXXXX'])
      assert.equal(ageGroup(birthDate, at), '');
    assert.equal(ageGroup('19570517', null), '');
  });
});

describe('documentVector', () => {
  it('keeps what float16 keeps', () => {
    const vector = vectorOf('one', 1280);
    const values = documentVector(vector, { generation: 1, dims: 1280 }) ?? [];
    const exact = fromFloat16(vector.data);
    assert.equal(values.length, 1280);
    for (const [i, value] of values.entries())
      assert.ok(Math.abs(value - (exact[i] ?? 0)) <= Math.abs(value) * 1e-4 + 1e-9);
  });

  it('is null for what the index cannot take', () => {
    const slot = { generation: 1, dims: 8 };
    const vector = vectorOf('one', 8);
    assert.notEqual(documentVector(vector, slot), null);
    assert.equal(documentVector(null, slot), null);
    assert.equal(documentVector({ ...vector, generation: 2 }, slot), null);
    assert.equal(documentVector({ ...vector, dims: 9 }, slot), null);
    assert.equal(documentVector({ ...vector, data: vector.data.subarray(2) }, slot), null);
    assert.equal(documentVector({ ...vector, data: Buffer.alloc(16) }, slot), null);
    const infinite = Buffer.from(vector.data);
    infinite.writeUInt16LE(0x7c00, 0);
    assert.equal(documentVector({ ...vector, data: infinite }, slot), null);
  });
});

const MADE_FOR = { kafkaCluster: 'test', state: 'ready' } as const;

describe('the mappings', () => {
  it('have the dimensions of the generations that they are made for', async () => {
    const { text, image } = generationsFor();
    const { mappings, meta } = await casesDefinition(
      { text, image: { ...image, generation: 7, dims: 640 } },
      MADE_FOR,
    );
    const slots = vectorSlots(meta);
    assert.deepEqual(slots, { text: { generation: 1, dims: 512 }, image: { generation: 7, dims: 640 } });
    const dims = (property: unknown) => (property as { dims?: number } | undefined)?.dims;
    const images = mappings.properties?.['images'] as { properties?: Record<string, unknown> } | undefined;
    assert.equal(dims(mappings.properties?.['text_vector']), slots.text.dims);
    assert.equal(dims(images?.properties?.['vector']), slots.image.dims);
  });

  it('take only what they name, and the analysts only what can be counted', async () => {
    const { mappings: clinical } = await casesDefinition(generationsFor(), MADE_FOR);
    const { mappings: analysis } = await analysisDefinition(MADE_FOR);
    assert.equal(clinical.dynamic, 'strict');
    assert.equal(analysis.dynamic, 'strict');
    const text = JSON.stringify(analysis.properties);
    for (const type of ['text', 'dense_vector', 'nested']) assert.ok(!text.includes(`"${type}"`));
    for (const name of ['accession', 'uid', 'identifier', 'name', 'birth', 'thumbnail'])
      assert.ok(!text.includes(name), name);
  });
});

describe('citations', () => {
  it('are followed to a few entries only: a case of one number must not become a document of gigabytes', () => {
    const [report] = caseFixture({ reports: ['FINDINGS: Mass (image 1).'] }).reports;
    assert.ok(report);
    const image = { id: 'i', instance_number: 1, series_number: 1, series_instance_uid: '1.2' };
    const images = Array.from({ length: 1_000 }, () => image) as unknown as CaseDocumentImage[];
    const [citation] = documentReport(report, images).citations;
    assert.equal(citation?.images.length, MAX_CITED_IMAGES);
  });
});
