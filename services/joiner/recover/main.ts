import { runStep } from '../../../platform/process/run-step.ts';
import { config, recover } from './recover.ts';

await runStep('joiner', config, recover);
