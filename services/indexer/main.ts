import { main } from '../../platform/process/lifecycle.ts';
import { config } from './config.ts';
import { start } from './service.ts';

await main('indexer', config, start);
