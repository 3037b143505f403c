import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paragraphs, pieces } from '../../web/src/report-layout.ts';

const shown = (text: string, sections: Parameters<typeof paragraphs>[0]['sections'] = []) =>
  paragraphs({ text, sections }).map(({ start, end, heading, section }) => ({
    text: text.slice(start, end),
    ...(heading ? { heading } : {}),
    ...(section === null ? {} : { section }),
  }));

describe('the paragraphs of a report', () => {
  it('lines that a sender wrapped stay together; blank lines and headings part', () => {
    assert.deepEqual(shown('FINDINGS:\nNo pleural\neffusion.\n\nClear.\nIMPRESSION:\nNone.'), [
      { text: 'FINDINGS:', heading: true },
      { text: 'No pleural\neffusion.' },
      { text: 'Clear.' },
      { text: 'IMPRESSION:', heading: true },
      { text: 'None.' },
    ]);
  });

  it('a section that the text does not name is named', () => {
    const text = 'FINDINGS: Clear.\n\nNormal chest.';
    const start = text.indexOf('Normal');
    const sections = [
      { name: 'FINDINGS' as const, start: 10, end: 16 },
      { name: 'IMPRESSION' as const, start, end: text.length },
    ];
    assert.deepEqual(shown(text, sections), [
      { text: 'FINDINGS: Clear.' },
      { text: 'Normal chest.', section: 'IMPRESSION' },
    ]);
    assert.deepEqual(shown('Clear.', [{ name: 'OTHER', start: 0, end: 6 }]), [{ text: 'Clear.' }]);
  });

  it('an empty report has none', () => {
    assert.deepEqual(shown(''), []);
    assert.deepEqual(shown('\n \n'), []);
  });
});

describe('the pieces of a paragraph', () => {
  const text = 'No pleural\neffusion. Clear (image 1). Small (image 1).';
  const whole = { start: 0, end: text.length };
  const stretch = (words: string, from = 0) => {
    const start = text.indexOf(words, from);
    return { start, end: start + words.length };
  };
  const cut = (spans: { start: number; end: number }[], marks: { start: number; end: number }[] = []) =>
    pieces(whole, spans, marks).map(({ start, end, span, marked }) => [
      `${span === null ? '' : '*'}${marked ? '!' : ''}`,
      text.slice(start, end),
    ]);

  it('a finding may go on over the end of a line', () => {
    assert.deepEqual(cut([stretch('pleural\neffusion')]), [
      ['', 'No '],
      ['*', 'pleural\neffusion'],
      ['', '. Clear (image 1). Small (image 1).'],
    ]);
  });

  it('every sentence that cites is marked', () => {
    assert.deepEqual(cut([], [stretch('Clear (image 1).'), stretch('Small (image 1).')]), [
      ['', 'No pleural\neffusion. '],
      ['!', 'Clear (image 1).'],
      ['', ' '],
      ['!', 'Small (image 1).'],
    ]);
  });

  it('of two at one place the first given is shown, and nothing is lost or said twice', () => {
    const first = stretch('pleural\neffusion');
    const spans = [first, { ...stretch('pleural') }, stretch('effusion. Clear'), stretch('image')];
    const parts = pieces(whole, spans, [stretch('effusion. Clear (im')]);
    assert.equal(parts.map(({ start, end }) => text.slice(start, end)).join(''), text);
    assert.deepEqual(
      parts.flatMap(({ span }) => span ?? []),
      [first, stretch('image')],
    );
  });

  it('what begins before the paragraph or ends behind it is cut there', () => {
    const parts = pieces({ start: 11, end: 19 }, [stretch('pleural\neffusion. Clear')], []);
    assert.deepEqual(
      parts.map(({ start, end }) => text.slice(start, end)),
      ['effusion'],
    );
  });
});
