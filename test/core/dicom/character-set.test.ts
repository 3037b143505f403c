import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeText } from '../../../core/dicom/character-set.ts';

/** `{1b}` stands for a byte in hex. */
function bytes(text: string): Buffer {
  return Buffer.from(
    text.replace(/\{([0-9a-f]{2})\}/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

describe('decodeText', () => {
  it('reads single character sets', () => {
    assert.equal(decodeText(bytes('Buc^J{e9}r{f4}me'), ['ISO_IR 100']), 'Buc^Jérôme');
    assert.equal(decodeText(bytes('{bb}{ee}{da}ce{dc}{d1}yp{d3}'), ['ISO_IR 144']), 'Люкceмбypг');
    assert.equal(
      decodeText(Buffer.from('Wang^XiaoDong=王^小東', 'utf8'), ['ISO_IR 192']),
      'Wang^XiaoDong=王^小東',
    );
    assert.equal(decodeText(bytes('{d4}{cf}{c0}{de}'), ['ISO_IR 13']), 'ﾔﾏﾀﾞ');
    assert.equal(decodeText(bytes('plain'), []), 'plain');
    assert.equal(decodeText(bytes('plain'), ['no such set']), 'plain');
  });

  it('reads GB18030, where a backslash byte can be the second of a character', () => {
    assert.equal(
      decodeText(bytes('Wang^XiaoDong={cd}{f5}^{d0}{a1}{b6}{ab}'), ['GB18030']),
      'Wang^XiaoDong=王^小东',
    );
    assert.equal(decodeText(bytes('{81}{5c}'), ['GB18030']).length, 1);
  });

  it('reads Japanese with code extensions (PS3.5 H.3.1)', () => {
    const name = bytes(
      'Yamada^Tarou={1b}$B;3ED{1b}(B^{1b}$BB@O:{1b}(B={1b}$B$d$^$@{1b}(B^{1b}$B$?$m$&{1b}(B',
    );
    assert.equal(decodeText(name, ['', 'ISO 2022 IR 87']), 'Yamada^Tarou=山田^太郎=やまだ^たろう');
  });

  it('reads Japanese that begins in JIS X 0201 (PS3.5 H.3.2)', () => {
    const name = bytes('{d4}{cf}{c0}{de}^{c0}{db}{b3}={1b}$B;3ED{1b}(J^{1b}$BB@O:{1b}(J');
    assert.equal(decodeText(name, ['ISO 2022 IR 13', 'ISO 2022 IR 87']), 'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎');
  });

  it('reads Korean with code extensions (PS3.5 I.2)', () => {
    const name = bytes('Hong^Gildong={1b}$)C{fb}{f3}^{1b}$)C{d1}{ce}{d4}{d7}');
    assert.equal(decodeText(name, ['', 'ISO 2022 IR 149']), 'Hong^Gildong=洪^吉洞');
  });

  it('reads simplified Chinese with code extensions (PS3.5 K.2)', () => {
    const name = bytes('Zhang^XiaoDong={1b}$)A{d5}{c5}^{1b}$)A{d0}{a1}{b6}{ab}');
    assert.equal(decodeText(name, ['', 'ISO 2022 IR 58']), 'Zhang^XiaoDong=张^小东');
  });

  it('never throws', () => {
    const sets = ['', 'ISO_IR 13', 'ISO_IR 192', 'GB18030', 'ISO 2022 IR 87', 'ISO 2022 IR 149', 'x'];
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(...sets),
        fc.boolean(),
        (raw, set, escaped) => {
          const value = escaped
            ? Buffer.concat([Buffer.from('\x1b$B'), raw, Buffer.from('\x1b')])
            : Buffer.from(raw);
          assert.equal(typeof decodeText(value, ['', set]), 'string');
          assert.equal(typeof decodeText(value, [set]), 'string');
        },
      ),
      { numRuns: 500 },
    );
  });
});
