import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TABLE_0211 } from '../core/hl7/character-sets.ts';
import { projectRoot } from '../platform/process/project-root.ts';

/** Writes `docs/character-sets.md` from `core/hl7/character-sets.ts`: `npx tsx scripts/write-character-sets-page.ts`. */
const READ = { single: 'read', multi: 'read', extension: 'read', refused: 'refused' } as const;
const rows = TABLE_0211.map(
  ({ code, kind, label, note }) =>
    `| \`${code}\` | ${READ[kind]} | ${label === '' ? '' : `\`${label}\``} | ${note} |`,
);

writeFileSync(
  join(projectRoot(), 'docs', 'character-sets.md'),
  `# Character sets of HL7 messages

MSH-18 names the character set by HL7 table 0211. This page has all codes of v2.3 to v2.8.2. The table is made from
\`core/hl7/character-sets.ts\` (\`npx tsx scripts/write-character-sets-page.ts\`), and
\`test/core/hl7/character-sets.test.ts\` reads a message in each and compares this page.

| MSH-18 | | as (Encoding Standard) | |
|---|---|---|---|
${rows.join('\n')}

Spelling does not matter (\`UTF-8\`, \`iso8859-1\`), and names of DICOM (\`ISO_IR 100\`, \`ISO 2022 IR 87\`) and of the Encoding
Standard (\`windows-1251\`, \`EUC-JP\`) are known, too.

## What the bytes say

- **Text is decoded before it is cut.** The second byte of a character may look like a separator (\`|\`, \`^\`, \`~\`, \`\\\`)
  without being one. Separators are looked for in the single-byte set only. The stored message and its SHA-256 are the bytes as they came.
- **Bytes that are valid UTF-8 are UTF-8**, whatever MSH-18 says, also where it is empty or misspelt. A declared multi-byte set
  is used unless the bytes are not text in it, or hold more UTF-8 than chance would give.
- **Escape sequences of ISO 2022** switch sets wherever they stand, whether MSH-18 repeats (\`ASCII~ISO IR87\`, \`~ISO IR159\`,
  \`ISO IR6~KS X 1001\`) or not, and so do HL7's own (\`\\C2842\\\`, \`\\M2442\\\`, v2.5.1 2.7.2). The sets that are known: ASCII,
  JIS X 0201, 0208 and 0212, KS X 1001, GB 2312, ISO 8859-1 to 8859-9 and 8859-15, TIS 620. JIS X 0213 and CNS 11643 are not.
- **Where MSH-18 is empty or ASCII** and the bytes are not UTF-8, they are read as windows-1252, unless most of them stand in longer runs
  than in any Western language.

## What is refused

The answer is \`HL7_CHARACTER_SET_UNSUPPORTED\` (AR, ERR-3 103); the message is kept whole in the object store, with a dead letter. This
is done for

- bytes above 0x7F that are not UTF-8, where MSH-18 names a set that is refused or unknown, or names none and the bytes are of another script;
- an escape sequence to a set that is not known;
- a segment that ends before its text has switched back to ASCII, since its separators are lost.

A character that is not in its set, or that was cut off, is replaced by U+FFFD, and the report's event carries
\`HL7_CHARACTERS_UNREADABLE\`.
`,
);
