import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { chooseFrameForm } from '../../../core/dicomweb/frame-media.ts';
import { MAX_ACCEPT_LENGTH, MAX_BOUNDARY_LENGTH, MAX_MEDIA_RANGES } from '../../../core/dicomweb/limits.ts';
import { boundaryOf, parseAccept, parseMediaType } from '../../../core/dicomweb/media-type.ts';

const EXPLICIT = '1.2.840.10008.1.2.1';
const JPEG = '1.2.840.10008.1.2.4.50';
const JLS = '1.2.840.10008.1.2.4.80';

describe('a media type', () => {
  it('has parameters, quoted or not', () => {
    const media = parseMediaType('Multipart/Related; type="application/dicom"; boundary=a; x="b;\\"c"');
    assert.equal(media?.type, 'multipart/related');
    assert.deepEqual(
      [...(media?.parameters ?? [])],
      [
        ['type', 'application/dicom'],
        ['boundary', 'a'],
        ['x', 'b;"c'],
      ],
    );
    assert.equal(parseMediaType('nothing'), null);
  });

  it('has a boundary of at most 70 of the characters that may be in one', () => {
    const boundary = (text: string) => {
      const media = parseMediaType(`multipart/related; boundary="${text}"`);
      return media === null ? null : boundaryOf(media);
    };
    assert.equal(boundary('a b(c)'), 'a b(c)');
    assert.equal(boundary('a'.repeat(MAX_BOUNDARY_LENGTH)), 'a'.repeat(MAX_BOUNDARY_LENGTH));
    for (const bad of ['', 'a'.repeat(MAX_BOUNDARY_LENGTH + 1), 'a ', 'é', '<a>'])
      assert.equal(boundary(bad), null);
  });
});

describe('an Accept header', () => {
  it('lists ranges by preference', () => {
    assert.deepEqual(
      parseAccept('image/jpeg;q=0.5, multipart/related; type="image/jls"; transfer-syntax=*, text/html;q=0'),
      [
        { multipart: true, type: 'image/jls', transferSyntax: '*' },
        { multipart: false, type: 'image/jpeg', transferSyntax: null },
      ],
    );
  });

  it('that is absent takes anything, and one that is too long nothing', () => {
    assert.equal(parseAccept(undefined)[0]?.type, '*/*');
    assert.deepEqual(parseAccept(`a/b${' '.repeat(MAX_ACCEPT_LENGTH)}`), []);
  });

  it('may be anything', () => {
    fc.assert(fc.property(fc.string(), (text) => parseAccept(text).length >= 0));
  });
});

describe('a frame goes out', () => {
  const form = (accept: string | undefined, stored: string, count = 1) =>
    chooseFrameForm(parseAccept(accept), stored, count);

  it('as native pixels unless something else is asked for', () => {
    for (const accept of [undefined, '*/*', 'multipart/related; type="application/octet-stream"'])
      assert.deepEqual(form(accept, JLS), {
        decoded: true,
        bare: false,
        contentType: `application/octet-stream; transfer-syntax=${EXPLICIT}`,
      });
    assert.equal(form('*/*', EXPLICIT)?.decoded, false);
  });

  it('as it is stored where any transfer syntax, its own, or its type of image is accepted', () => {
    const stored = [
      ['multipart/related; type=application/octet-stream; transfer-syntax=*', 'application/octet-stream'],
      [
        `multipart/related; type=application/octet-stream; transfer-syntax=${JPEG}`,
        'application/octet-stream',
      ],
      ['multipart/related; type="image/jpeg"', 'image/jpeg'],
      ['multipart/related; type="image/*"', 'image/jpeg'],
    ];
    for (const [accept, type] of stored)
      assert.deepEqual(form(accept, JPEG), {
        decoded: false,
        bare: false,
        contentType: `${type}; transfer-syntax=${JPEG}`,
      });
  });

  it('not at all where nothing fits', () => {
    assert.equal(form('multipart/related; type="image/jpeg"', JLS), null);
    assert.equal(
      form(`multipart/related; type=application/octet-stream; transfer-syntax=${JLS}`, JPEG),
      null,
    );
    assert.equal(form('text/html', EXPLICIT), null);
  });

  it('alone without multipart framing where one is asked for', () => {
    assert.equal(form('application/octet-stream', EXPLICIT)?.bare, true);
    assert.equal(form('application/octet-stream', EXPLICIT, 2), null);
  });
});

it('of an Accept header so many ranges are read, and no more', () => {
  const ranges = Array.from({ length: MAX_MEDIA_RANGES + 1 }, (_, n) => `a/${n}`);
  assert.equal(parseAccept(ranges.join(',')).length, MAX_MEDIA_RANGES);
});
