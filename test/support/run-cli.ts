/** `interleave` as a process of its own, for tests: without the preparation that cli/bin.mjs does. */
import { run } from '../../cli/main.ts';

process.exitCode = await run(process.argv.slice(2));
