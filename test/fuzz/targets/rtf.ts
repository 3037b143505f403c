import assert from 'node:assert/strict';
import { kindOfBytes } from '../../../core/hl7/document-bytes.ts';
import { rtfText } from '../../../core/hl7/rtf.ts';
import { tidyText } from '../../../core/hl7/tidy-text.ts';
import { coded, roughly } from '../coded.ts';
import type { FuzzTarget, Mutation } from '../target.ts';
import { readAsReport } from './read-as-report.ts';

/** A group is put inside another one, or comes again, or loses its end. */
const regrouped: Mutation = (input, random) => {
  const groups = input.toString('latin1').split(/(?=\{)|(?<=\})/);
  const from = random.integer(0, groups.length - 1);
  const [group = ''] = random.next() < 0.5 ? groups.splice(from, 1) : [groups[from]];
  const put = random.next() < 0.5 ? `{${group}}` : group;
  groups.splice(random.integer(0, groups.length), 0, put);
  return Buffer.from(groups.join(''), 'latin1');
};

export const rtf: FuzzTarget = {
  name: 'rtf',
  tokens: [
    '{\\rtf1\\ansi',
    '{\\fonttbl{\\f1\\fcharset128 A;}}',
    '{\\*\\shpinst{\\shptxt ',
    '{\\upr{a}{\\*\\ud{\\u960?}}}',
    '{\\pict ',
    '\\bin9 ',
    '\\bin-1 ',
    '\\u8217?',
    '\\u-10179?',
    '\\uc3',
    "\\'93\\'fa",
    '\\par ',
    '\\cell\\row ',
    '\\v ',
    '\\deleted ',
    '\\plain ',
    '\\f1 ',
    '\\ansicpg932',
    '\\*',
    '\\',
    '{',
    '}',
    '\r\n',
    '<b>x</b>',
  ].map((token) => Buffer.from(token, 'latin1')),
  mutations: [regrouped, regrouped],
  realSeeds: async () => [],

  /** Text or a code; no longer than what it stands in; printed characters of ASCII mean the same as bytes and as text. */
  async check(input) {
    const source = input.toString('latin1');
    const read = coded(() => rtfText(source, { isBytes: true }));
    if (read.value !== null) {
      assert.ok(read.value.end <= source.length, 'read beyond its end');
      const text = tidyText(read.value.text);
      assert.ok(text.length <= 2 * source.length, 'text that does not stand there');
      assert.ok(!/[\u0000-\u0008\u000e-\u001f]/.test(text), 'characters that nobody sees');
      assert.equal(tidyText(text), text, 'not tidy');
    }
    // Code pages of Japan exchange three control characters (ICU), which nobody sees.
    if (!/[^\t\n\r -~]|\\'/.test(source))
      assert.deepEqual(
        coded(() => rtfText(source)),
        read,
        'ASCII as bytes and as text',
      );
    const how = await readAsReport(input);
    return [read.code, roughly(read.value?.text.length ?? 0), kindOfBytes(input), how].join(' ');
  },
};
