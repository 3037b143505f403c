import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DataSet } from '../../../core/dicom/data-set.ts';
import { headerOf } from '../../../core/dicom/header.ts';
import { imageCases, imageReceived } from '../../../core/dicom/image-received.ts';
import { DEFAULT_SITE } from '../../../core/radiology/case-key.ts';
import type { ImageReceived } from '../../../core/radiology/events.ts';
import {
  MAX_REMEMBERED_IMAGES,
  MAX_REMEMBERED_NAMES,
  MAX_REMEMBERED_SERIES,
} from '../../../services/dicom-gateway/limits.ts';
import { NamedImages } from '../../../services/dicom-gateway/named-images.ts';

const header = headerOf(new DataSet(true), true);
const [aCase] = imageCases({ ...header, studyInstanceUid: '1.2' }, '', DEFAULT_SITE, Buffer.alloc(16));

function event(sopInstanceUid: string): ImageReceived {
  assert.ok(aCase !== undefined);
  return imageReceived(aCase, {
    header: { ...header, sopInstanceUid },
    callingAeTitle: '',
    transferSyntaxUid: '',
    named: { references: [], titleCode: '', cutOff: false },
    keyImage: 'NONE',
    object: { sha256: '', size: 0, mediaType: '' },
    receivedAt: 0,
  });
}

describe('NamedImages', () => {
  it('knows what was named, and gives back what waited for a name until it is forgotten', () => {
    const named = new NamedImages();
    named.remember([event('1'), event('1')]);
    assert.equal(named.isNamed('1'), false);
    assert.deepEqual(named.name(['2']), []);
    const again = named.name(['1']);
    assert.deepEqual(
      again.map((one) => one.keyImage),
      ['NAMED', 'NAMED'],
    );
    assert.equal(named.isNamed('1'), true);
    assert.equal(named.name(['1']).length, 2, 'they were not sent yet');
    named.forget(again);
    assert.deepEqual(named.name(['1']), []);
  });

  it('forgets the oldest when there is too much', () => {
    const named = new NamedImages();
    for (let i = 0; i <= MAX_REMEMBERED_IMAGES; i += 1) named.remember([event(`i${i}`)]);
    assert.deepEqual(named.name(['i0']), []);
    assert.equal(named.name(['i1', `i${MAX_REMEMBERED_IMAGES}`]).length, 2);
    for (let i = 0; i <= MAX_REMEMBERED_NAMES; i += 1) named.name([`n${i}`]);
    assert.equal(named.isNamed('n0'), false);
    assert.equal(named.isNamed('n1'), true);
  });

  it('counts the different images of a series, as far as is asked', () => {
    const named = new NamedImages();
    const place = (series: string, image: string) => named.placeInSeries(series, image, 2);
    assert.deepEqual([place('s', 'a'), place('s', 'b'), place('s', 'a'), place('s', 'c')], [1, 2, 1, 3]);
    for (let i = 0; i < MAX_REMEMBERED_SERIES; i += 1) place(`s${i}`, 'a');
    assert.equal(place('s', 'c'), 1, 'the series was forgotten');
  });
});
