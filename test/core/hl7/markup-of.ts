/** Plain text and ways to write it as RTF and HTML, for property tests. */
import fc from 'fast-check';

/** Lines of words: none empty, no blanks around them or twice inside. */
export function plainLines(): fc.Arbitrary<string[]> {
  const char = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...'abcdefgzABZ0159.,;:()-/%') },
    { weight: 2, arbitrary: fc.constantFrom(...'<>&"\'{}\\^~|#_*') },
    { weight: 1, arbitrary: fc.constantFrom(...'éüß°µ±≤≥–—’“•нетπ日本😀') },
  );
  const word = fc.string({ unit: char, minLength: 1, maxLength: 8 });
  const line = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));
  return fc.array(line, { minLength: 1, maxLength: 8 });
}

type Choices = Iterator<number>;

const next = (choices: Choices): number => choices.next().value ?? 0;

/** As RTF in one of many ways; what else stands in it says "secret". */
export function asRtf(lines: readonly string[], choices: Choices): string {
  const hidden = [
    '',
    '',
    '{\\v secret}',
    '{\\deleted secret}',
    '{\\*\\secret secret}',
    '{\\pict secret}',
    '{\\field{\\*\\fldinst secret}}',
    '\\b\\b0 ',
    '{}',
    '\r\n',
  ];
  const rtfOf = (line: string): string => {
    let rtf = '';
    for (const char of line) {
      const units = Array.from({ length: char.length }, (_, n) => char.charCodeAt(n));
      if ('\\{}'.includes(char)) rtf += `\\${char}`;
      else if (units.some((unit) => unit > 0x7e))
        rtf += units.map((unit) => `\\u${unit > 0x7fff ? unit - 0x10000 : unit}?`).join('');
      else if (next(choices) === 0) rtf += `\\'${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
      else rtf += char;
      rtf += next(choices) === 0 ? (hidden[next(choices)] ?? '') : '';
    }
    return next(choices) < 5 ? `{\\f0\\fs20 ${rtf}}` : rtf;
  };
  const ends = ['\\par ', '\\par\r\n', '\\line ', '\\row ', '\\\r\n'];
  const text = lines.map((line) => rtfOf(line) + (ends[next(choices) % ends.length] ?? '')).join('');
  return `{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Secret;}}{\\info{\\title secret}}\\pard ${text}}`;
}

/** As HTML in one of many ways; what else stands in it says "secret". */
export function asHtml(lines: readonly string[], choices: Choices): string {
  const hidden = [
    '',
    '<!-- secret -->',
    '<script>secret</script>',
    '<del>secret</del>',
    '<span style="display: none">secret</span>',
    '<b></b>',
    '<a title="secret"></a>',
    '<s>secret<br></s>',
    '',
    '<style>.secret{color:red}</style>',
  ];
  const names: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };
  const htmlOf = (line: string): string => {
    let html = '';
    for (const char of line) {
      const code = char.codePointAt(0) ?? 0;
      html += names[char] ?? (next(choices) === 0 ? `&#x${code.toString(16)};` : char);
      html += next(choices) === 0 ? (hidden[next(choices)] ?? '') : '';
    }
    return next(choices) < 5 ? `<strong class=secret>${html}</strong>` : html;
  };
  const wrap = [
    (html: string) => `<p>${html}</p>`,
    (html: string) => `<div>${html}</div>`,
    (html: string) => `${html}<br>`,
    (html: string) => `<table><tr><td>${html}</td></tr></table>`,
    (html: string) => `<ul><li>${html}</ul>`,
  ];
  // A <br> that ends a line before a block ends it once, too.
  const text = lines.map((line) => (wrap[next(choices) % wrap.length] ?? String)(htmlOf(line))).join('\n');
  return `<html><head><title>secret</title><style>p{secret:1}</style></head><body bgcolor="secret">${text}</body></html>`;
}
