import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { htmlText } from '../../../core/hl7/html.ts';
import { MAX_HTML_DEPTH } from '../../../core/hl7/limits.ts';
import { isHtml } from '../../../core/hl7/markup.ts';
import { tidyText } from '../../../core/hl7/tidy-text.ts';
import { cpuMs } from '../../support/cpu-ms.ts';
import { asHtml, plainLines } from './markup-of.ts';

const whole = (html: string): string => tidyText(htmlText(html));
const fragment = (html: string): string => tidyText(htmlText(html, { isFragment: true }));

describe('the text of HTML', () => {
  it('blocks and line breaks end lines, inline tags do not', () => {
    assert.equal(
      whole(
        '<html><body><b>FIND</b>INGS<br>There is no<br/>\n pneumothorax.<p>A\n\tnodule.</p><div>x<div>y</div></div>z</body></html>',
      ),
      'FINDINGS\nThere is no\npneumothorax.\nA nodule.\nx\ny\nz',
    );
    assert.equal(whole('a<br><br>b<br></p><p>&nbsp;</p>c<hr>d<h2>e</h2>f'), 'a\n\nb\n\nc\nd\ne\nf');
    assert.equal(whole('<ul><li>a<li>b</ul><dl><dt>c<dd>d</dl><pre>e\n  f</pre>'), 'a\nb\nc\nd\ne\nf');
  });

  it('cells are parted by tabs, rows are lines', () => {
    assert.equal(
      whole(
        '<table>\n<tr><th>Side</th><th>Lung</th></tr><tr><td><p>Left</p></td>\n<td></td><td>clear<br>dry</td></tr><tr><td></td><td>x</td></tr></table>after',
      ),
      'Side\tLung\nLeft\t\tclear\ndry\n\tx\nafter',
    );
  });

  it('head, styles, scripts, comments, attributes and what is hidden give no words', () => {
    for (const hidden of [
      '<!-- mass -->',
      '<!--[if mso]><p>mass</p><![endif]-->',
      '<style>.mass{}</style>',
      '<script>if (a<b) mass()</script>',
      '<a href="mass?x=1&mass=2" title="mass > mass">',
      '<img alt=mass src=mass>',
      '<p style="DISPLAY : none">mass<br></p>',
      '<span style="color:red;visibility:hidden">mass</span>',
      '<div hidden>mass<p>mass</div>',
      '<template>mass</template>',
      '<xml><w:View>mass</w:View></xml>',
      '<p class="x h">mass</p>',
      '<em id=i>mass</em>',
      '<?xml version="1.0"?>',
      '<![if mass]>',
      '<input type=hidden value=mass>',
      '<object>mass</object>',
      '<textarea hidden>mass</textarea>',
    ])
      assert.equal(
        whole(
          `<html><head><title>mass</title><style>.h, p.q {display:none} #i{ display: none; }</style></head>No ${hidden} effusion`,
        ).replace(/\s+/g, ' '),
        'No effusion',
        hidden,
      );
  });

  it('deleted and struck out text is none', () => {
    for (const gone of [
      '<del>no mass</del>',
      '<s>no mass</s>',
      '<strike>no<br>mass</strike>',
      '<span style="text-decoration: line-through">no mass</span>',
    ])
      assert.equal(whole(`No${gone} effusion <ins>now</ins>`), 'No effusion now', gone);
  });

  it('entities are characters, in hexadecimal too', () => {
    assert.equal(
      whole('&lt;5 mm &amp; 45&deg; &#956;g &#x2265;3&nbsp;cm caf&eacute; A&B &unknown; pneumo&shy;thorax'),
      '<5 mm & 45° μg ≥3 cm café A&B &unknown; pneumothorax',
    );
  });

  it('a mark that begins no tag is text', () => {
    assert.equal(
      whole('<p>A nodule <5 mm, T1 <T2, a<b, x < y and <name> <3</p>'),
      'A nodule <5 mm, T1 <T2, a<b, x < y and <name> <3',
    );
    assert.equal(fragment('No mass.<br>Size <b'), 'No mass.\nSize');
    assert.equal(fragment('No mass.<br>Size <b 5 mm, stable'), 'No mass.\nSize <b 5 mm, stable');
  });

  it('marks of CDATA are none of the text', () => {
    assert.equal(fragment('a <![CDATA[<p>No <5 mm</p>]]>'), 'a\nNo <5 mm');
  });

  it('in a fragment the line ends of the sender stay, once', () => {
    assert.equal(
      fragment(
        'FINDINGS:\nNo <b>mass</b>.\n\nIMPRESSION:<br>\nThere is no<br>\npneumothorax.\n<br>\n<br>End',
      ),
      'FINDINGS:\nNo mass.\n\nIMPRESSION:\nThere is no\npneumothorax.\n\nEnd',
    );
  });

  it('what swallows its text, or is too deep, is not read', () => {
    for (const bad of [
      '<p>No mass.</p><style>p{} <p>Effusion.</p>',
      '<p>No mass.</p><!-- <p>Effusion.</p>',
      '<p>No <del>mass.<p>Effusion.</p>',
      '<div style="display:none"><p>Effusion.</p>',
      '<p>No <a href="x>mass.</a></p><p>Effusion.<a href="y">z</a></p>',
      '<i>'.repeat(MAX_HTML_DEPTH + 1),
      '<div>'.repeat(100_000),
    ])
      assert.throws(() => whole(bad), { code: 'HL7_DOCUMENT_UNREADABLE' }, bad.slice(0, 60));
    assert.equal(whole(`${'<i>'.repeat(MAX_HTML_DEPTH)}a`), 'a');
  });

  it('takes time in proportion to its length', () => {
    for (const piece of [
      '<',
      '<br>',
      '&',
      '&amp;',
      '<a "',
      '<a x="',
      '<!--',
      '<br ',
      '</p>',
      '<p style="text-decoration:"',
      '<i>x</b></i>',
      ' \n',
    ]) {
      const before = cpuMs();
      try {
        fragment(piece.repeat(Math.ceil(500_000 / piece.length)));
      } catch {}
      assert.ok(cpuMs() - before < 3_000, piece);
    }
  });

  it('plain text is no HTML', () => {
    for (const text of [
      'A nodule of <5 mm; T1 < T2 > T3.',
      'size<b and b>a; <NAME> was told on <DATE> by <TITLE>.',
      'R&D; PA & LATERAL; {see below}; a <-> b; <<< END >>>',
      'p<p0.05 and <P> once',
    ])
      assert.ok(!isHtml(text), text);
    for (const text of [
      'a<br>b',
      'a</p>',
      '<p class="x">a',
      '<p>a<p>b',
      '<B>a</B>',
      '<HTML>',
      '<FONT>a',
      'a<!-- x -->',
    ])
      assert.ok(isHtml(text), text);
  });

  it('whatever plain text is put into HTML comes back, and no tag or attribute', () => {
    fc.assert(
      fc.property(plainLines(), fc.infiniteStream(fc.nat(9)), (lines, choices) => {
        assert.equal(whole(asHtml(lines, choices)), lines.join('\n'));
      }),
    );
  });
});
