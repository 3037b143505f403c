import { missing } from '../../harness/shared-data.ts';
import { engines } from '../support/engines.ts';
import { dicomOutcomes } from './dicom-outcomes.ts';
import { DICOM_RULES } from './dicom-rules.ts';
import { hl7Outcomes } from './hl7-outcomes.ts';
import { HL7_RULES } from './hl7-rules.ts';
import { writeTable } from './outcome-table.ts';
import { setFiles } from './set-files.ts';

const HELP = `
Usage: npm run outcomes -- [hl7] [dicom]

Sends every file of the shared data to running gateways and writes what became of each: docs/outcomes/*.csv and
docs/outcomes-*.md. Needs the engines of a prepared checkout (npm test prepares one).
`;

const wanted = process.argv.slice(2);
const say = (line: string): void => void process.stderr.write(`${line}\n`);
if (wanted.some((word) => word !== 'hl7' && word !== 'dicom')) {
  say(HELP.trim());
  process.exit(2);
}
const missingData = missing('hl7_misc') || missing('dicom');
if (missingData !== false) {
  say(missingData);
  process.exit(1);
}
const { kafkaBrokers } = await engines();
if (wanted.length === 0 || wanted.includes('hl7')) {
  const files = [...(await setFiles('hl7_misc')), ...(await setFiles('hl7_radiology_scout'))];
  await writeTable('hl7', await hl7Outcomes(kafkaBrokers, files, say), HL7_RULES);
}
if (wanted.length === 0 || wanted.includes('dicom')) {
  await writeTable('dicom', await dicomOutcomes(kafkaBrokers, await setFiles('dicom'), say), DICOM_RULES);
}
process.exit(0);
