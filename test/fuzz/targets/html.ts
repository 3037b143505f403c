import assert from 'node:assert/strict';
import { kindOfBytes } from '../../../core/hl7/document-bytes.ts';
import { htmlText } from '../../../core/hl7/html.ts';
import { isHtml } from '../../../core/hl7/markup.ts';
import { tidyText } from '../../../core/hl7/tidy-text.ts';
import { coded, roughly } from '../coded.ts';
import type { FuzzTarget, Mutation } from '../target.ts';
import { readAsReport } from './read-as-report.ts';

/** A tag or a text comes again elsewhere, or goes. */
const retagged: Mutation = (input, random) => {
  const pieces = input.toString('latin1').split(/(?=<)|(?<=>)/);
  const from = random.integer(0, pieces.length - 1);
  const [piece = ''] = random.next() < 0.5 ? pieces.splice(from, 1) : [pieces[from]];
  if (random.next() < 0.8) pieces.splice(random.integer(0, pieces.length), 0, piece);
  return Buffer.from(pieces.join(''), 'latin1');
};

export const html: FuzzTarget = {
  name: 'html',
  tokens: [
    '<html>',
    '</html>',
    '<!DOCTYPE html>',
    '<br>',
    '<p>',
    '</p>',
    '<table><tr><td>',
    '</td>',
    '<pre>',
    '<style>.a{display:none}</style>',
    '<script>',
    '</script>',
    '<del>',
    '</s>',
    '<div style="display:none">',
    ' class="a"',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?xml version="1.0"?>',
    '&nbsp;',
    '&#x41;',
    '&lt;b&gt;',
    '<',
    '>',
    '"',
    "'",
    '<5 mm',
    '\n',
    'Content-Type: text/html\r\n\r\n',
    '{\\rtf1 ',
  ].map((token) => Buffer.from(token, 'latin1')),
  mutations: [retagged, retagged],
  realSeeds: async () => [],

  /** Text or a code, no longer than what it stands in, whole and as a part; plain text stays what it is. */
  async check(input) {
    const source = input.toString('latin1');
    const ways: string[] = [];
    for (const isFragment of [false, true]) {
      const { value, code } = coded(() => htmlText(source, { isFragment }));
      const text = tidyText(value ?? '');
      assert.ok(text.length <= 4 * source.length, 'text that does not stand there');
      assert.equal(tidyText(text), text, 'not tidy');
      if (!/[<&]/.test(source) && isFragment)
        assert.equal(text.replace(/\s+/g, ''), tidyText(source).replace(/\s+/g, ''), 'plain text is changed');
      ways.push(`${code} ${roughly(text.length)}`);
    }
    return [...ways, isHtml(source), kindOfBytes(input), await readAsReport(input)].join(' ');
  },
};
