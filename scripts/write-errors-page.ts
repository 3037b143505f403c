import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../core/errors.ts';
import { projectRoot } from '../platform/process/project-root.ts';

/** Writes `docs/errors.md` from the table in `core/errors.ts`: `npx tsx scripts/write-errors-page.ts`. */
const rows = Object.entries(ERRORS).map(([code, [kind, text]]) => `| \`${code}\` | ${kind} | ${text} |`);

writeFileSync(
  join(projectRoot(), 'docs', 'errors.md'),
  `# Error codes

Every error that a sender, a user or an operator can meet has a code of this table, which is made from
\`core/errors.ts\` (\`npx tsx scripts/write-errors-page.ts\`); a test compares the two.

- **reject**: this input will never be accepted as it is. It is kept (dead letter) and the reason is answered.
- **retry**: the same input will be accepted later: keep it and send it again.
- **fatal**: the process cannot go on; the operator must act.

| code | kind | meaning |
|---|---|---|
${rows.join('\n')}
`,
);
