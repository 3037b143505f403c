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

MSH-18 names them by HL7 table 0211. All codes of v2.3 to v2.8.2 stand here; the table is made from
\`core/hl7/character-sets.ts\` (\`npx tsx scripts/write-character-sets-page.ts\`), and
\`test/core/hl7/character-sets.test.ts\` reads a message in each and compares this page.

| MSH-18 | | as (Encoding Standard) | |
|---|---|---|---|
${rows.join('\n')}

Spelling does not matter (\`UTF-8\`, \`iso8859-1\`), and names of DICOM (\`ISO_IR 100\`, \`ISO 2022 IR 87\`) and of the Encoding
Standard (\`windows-1251\`, \`EUC-JP\`) are known, too.

## What the bytes say

- **Text is decoded before it is cut.** The second byte of a character may look like a separator (\`|\`, \`^\`, \`~\`, \`\\\`) and
  is none. Separators are looked for in the single-byte set only; the stored message and its SHA-256 are the bytes as they came.
- **Bytes that are valid UTF-8 are UTF-8**, whatever MSH-18 says, also where it is empty or misspelt. A declared multi-byte set
  is believed unless the bytes are no text of it, or hold more of UTF-8 than chance would give.
- **Escape sequences of ISO 2022** switch sets wherever they stand, whether MSH-18 repeats (\`ASCII~ISO IR87\`, \`~ISO IR159\`,
  \`ISO IR6~KS X 1001\`) or not, and so do HL7's own (\`\\C2842\\\`, \`\\M2442\\\`, v2.5.1 2.7.2). The sets that are known: ASCII,
  JIS X 0201, 0208 and 0212, KS X 1001, GB 2312, ISO 8859-1 to 8859-9 and 8859-15, TIS 620. JIS X 0213 and CNS 11643 are not.
- MSH-18 empty or ASCII, and other bytes than UTF-8: windows-1252, unless most of them stand in runs as in no Western language.

## What is refused

\`HL7_CHARACTER_SET_UNSUPPORTED\` (AR, ERR-3 103), with the message whole in the object store and a dead letter: bytes above 0x7F
that are not UTF-8 under a name that is refused or unknown, or under none where they are of another script; an escape sequence
to a set that is not known; a segment that ends before its text has switched back to ASCII, for its separators are lost.

A character that a set does not hold, or that was cut off, stands as U+FFFD, and the report's event says
\`HL7_CHARACTERS_UNREADABLE\`.
`,
);
