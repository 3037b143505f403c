import { parseArgs } from 'node:util';
import { runFuzz } from './run-fuzz.ts';
import { FUZZ_TARGETS } from './targets.ts';

const HELP = `
Usage: npm run fuzz -- NAME [--seconds 600] [--seed N]

Changes seeds and real files for so long and reads them. What breaks a property is kept in .interleave/fuzz/NAME and told;
once it is mended, put it (invented content only) into test/fuzz/seeds/NAME.

NAME: ${FUZZ_TARGETS.map(({ name }) => name).join(', ')}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '600' }, seed: { type: 'string' } },
});
const target = FUZZ_TARGETS.find(({ name }) => name === positionals[0]);
if (target === undefined) {
  console.error(HELP.trim());
  process.exit(2);
}
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const result = await runFuzz(target, { seconds: Number(values.seconds), seed });
console.log(JSON.stringify({ target: target.name, ...result }));
