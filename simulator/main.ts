import { main } from '../platform/process/lifecycle.ts';
import { environmentFromArguments } from './command-line.ts';
import { config } from './config.ts';
import { start } from './service.ts';

try {
  Object.assign(process.env, environmentFromArguments(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
}
await main('simulator', config, start);
