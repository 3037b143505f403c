import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReport } from '../../../core/text/reading.ts';
import { Tokens } from '../../../core/text/tokens.ts';

const SMALL = 64 * 1024;
const GROWTH = 16;
/** work is counted as looks at tokens; reading in quadratic time would need GROWTH times this */
const MAX_WORK_RATIO = GROWTH * 1.5;
/** for work that is not counted: far above what a megabyte takes, far below what quadratic time would */
const TIMEOUT_MS = 60_000;

/** Texts that have no end where a reader waits for one, repeated to a megabyte. */
const HOSTILE: Readonly<Record<string, string>> = {
  'one word': 'a',
  'full stops': '.',
  'closing brackets': ')',
  'line breaks': '\n',
  'capitals on lines': 'AB\n',
  'no, without an end': 'no ',
  'one sentence of findings': 'pneumothorax ',
  'one sentence of findings and cues': 'no effusion possible pneumonia is not seen history of mass and ',
  'cues without findings': 'no possible cannot be excluded ',
  'beginnings of phrases': 'heart size is mildly mildly ',
  redactions: 'XXXX heart XXXX size ',
  places: 'left right upper lobe ',
  'what is said of findings': 'new small 4 mm x 3 nodule is unchanged, two ',
  sizes: '4 mm x ',
  'findings that stand for others': 'effusion and a small one ',
  'the past that ends': 'history of effusion with ',
  'a list of images': 'image 5, 6, 7, ',
  'one list of numbers': '5, ',
  ranges: 'images 1-90000, ',
  series: 'series 3, ',
  headings: 'IMPRESSION: ',
  'list items': '1. 2. ',
  labels: 'Heart: none\n',
};

for (const [name, unit] of Object.entries(HOSTILE)) {
  test(`work grows with the text: ${name}`, { timeout: TIMEOUT_MS }, () => {
    const work = (length: number) => workOf(`images ${unit.repeat(length / unit.length)}`);
    const ratio = work(SMALL * GROWTH) / work(SMALL);
    assert.ok(ratio < MAX_WORK_RATIO, `${GROWTH} times the text took ${ratio.toFixed(1)} times the work`);
  });
}

/** How often the reading of a text looks at a token: the same on every machine. */
function workOf(text: string): number {
  let looks = 0;
  const originals = new Map(LOOKS.map((name) => [name, Tokens.prototype[name] as Look]));
  for (const [name, original] of originals) {
    Object.defineProperty(Tokens.prototype, name, {
      configurable: true,
      writable: true,
      value(this: Tokens, index: number) {
        looks++;
        return original.call(this, index);
      },
    });
  }
  try {
    readReport([{ section: null, text }]);
    return Math.max(looks, 1);
  } finally {
    for (const [name, value] of originals) {
      Object.defineProperty(Tokens.prototype, name, { configurable: true, writable: true, value });
    }
  }
}

type Look = (this: Tokens, index: number) => unknown;

const LOOKS = ['id', 'kind', 'gap', 'word', 'start', 'end'] as const;
