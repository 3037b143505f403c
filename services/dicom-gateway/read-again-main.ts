import { runStep } from '../../platform/process/run-step.ts';
import { config, readAgain } from './read-again.ts';

await runStep('dicom-gateway', config, readAgain);
