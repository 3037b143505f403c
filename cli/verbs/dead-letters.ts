import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterleaveError } from '../../core/errors.ts';
import { damagedObjects, openObjectStore } from '../../platform/object-store/open.ts';
import type { DamagedObject } from '../../platform/object-store/store-observer.ts';
import { commonConfig, loadConfig } from '../../platform/process/config.ts';
import { DEAD_LETTER_SERVICES } from '../../schemas/topics.ts';
import { DATA_DIR_OPTION, dataDirOf } from '../data-dir.ts';
import { isService, type Letter, lastLetters, readLetter } from '../dead-letters/letters.ts';
import { EXIT } from '../exit-codes.ts';
import { DEFAULT_LETTERS, MAX_LETTERS } from '../limits.ts';
import { askedInstance, namesBrokers } from '../up/asked-instance.ts';
import { numberOption, type Verb, type VerbInput } from '../verb.ts';

const HELP = `
Usage: interleave dead-letters list [SERVICE...] [options]
       interleave dead-letters save ID FILE [options]

What a service could never handle is kept, with the code that says why.

  list     the last ones of each service (${DEAD_LETTER_SERVICES.join(', ')}): id, time, code, bytes,
           and the name of the kept bytes or the record that it was. Nothing of a patient is shown. Without SERVICE also
           objects that the disk does not give back (OBJECT_DAMAGED: see docs/operations.md).
  save     writes the kept bytes to a new file that only you can read: an HL7 message or a DICOM file as it came, or the
           record (Avro). They hold patient data. ID is an id of \`list\`, or the \`deadLetter\` of a line in a gateway's log
           (CASE/SHA256; that needs no Kafka).

To try one again when the cause is mended: \`interleave send hl7 FILE\`, \`interleave send dicom FILE\`.

Options:
  --last N         list: so many of each service (default ${DEFAULT_LETTERS}, at most ${MAX_LETTERS})
  --data-dir DIR   the data folder (default .interleave/data in the checkout)
  --json           print one object: list: { letters: [{ id, code, receivedAt, object, bytes, record }], damaged }; save: { file, bytes }

Exit codes: 0 done; 1 it failed, or there is no such dead letter; 2 the command line could not be understood.
`;

export const deadLetters: Verb = {
  name: 'dead-letters',
  summary: 'what could not be handled: list it, get its bytes out',
  help: HELP,
  takesWords: true,
  options: { ...DATA_DIR_OPTION, last: { type: 'string' } },
  async run(input) {
    const [what, ...words] = input.positionals;
    if (what === 'list' && words.every(isService)) return list(words, input);
    const [id, file] = words;
    if (what === 'save' && words.length === 2 && id !== undefined && file !== undefined)
      return save(id, file, input);
    throw new InterleaveError('USAGE', 'See `interleave dead-letters --help`.');
  },
};

async function list(services: readonly string[], input: VerbInput) {
  const last = numberOption(input, 'last', { min: 1, max: MAX_LETTERS, integer: true }) ?? DEFAULT_LETTERS;
  const letters = await lastLetters(
    brokers(input),
    services.length === 0 ? DEAD_LETTER_SERVICES : services,
    last,
  );
  const damaged = services.length === 0 ? await damagedObjects(dataDirOf(input)) : [];
  if (input.json) input.print(JSON.stringify({ letters, damaged }));
  else if (letters.length + damaged.length === 0) input.print('There are no dead letters.');
  for (const text of input.json ? [] : [...letters.map(line), ...damaged.map(damagedLine)]) input.print(text);
  return EXIT.ok;
}

function line({ id, receivedAt, code, bytes, object, record }: Letter): string {
  const size = bytes === null ? 'not kept' : `${bytes} bytes`;
  return [id, receivedAt, code, size, object ?? record ?? ''].join('  ').trimEnd();
}

/** Without an id: there is nothing to save. */
function damagedLine({ sha256, caseIds, length, segment, at, why }: DamagedObject): string {
  const names = sha256 === '' ? [] : caseIds.map((caseId) => `${caseId}/${sha256}`);
  return ['object-store', 'OBJECT_DAMAGED', `${length} bytes`, ...names, `${segment} ${at} ${why}`].join(
    '  ',
  );
}

async function save(id: string, file: string, input: VerbInput) {
  const bytes = await bytesOf(id, input);
  await writeFile(file, bytes, { flag: 'wx', mode: 0o600 }).catch((cause: unknown) => {
    throw new InterleaveError('FILE_UNWRITABLE', `${file}.`, { cause });
  });
  if (input.json) input.print(JSON.stringify({ file, bytes: bytes.length }));
  else input.print(`${bytes.length} bytes are in ${file}`);
  return EXIT.ok;
}

/** Of `hl7-gateway/12`, or of `unknown/<sha256>`. */
async function bytesOf(id: string, input: VerbInput): Promise<Buffer> {
  const [where = '', which = '', ...rest] = id.split('/');
  if (rest.length === 0 && /^[0-9a-f]{64}$/.test(which)) return stored(where, which, input);
  if (rest.length > 0 || !isService(where) || !/^\d{1,15}$/.test(which))
    throw new InterleaveError('USAGE', 'An id is SERVICE/NUMBER or CASE/SHA256.');
  const { caseId, object, value } = await readLetter(brokers(input), where, Number(which));
  if (object !== null) return stored(caseId, object.sha256, input);
  if (value === null) throw new InterleaveError('OBJECT_MISSING', 'Its bytes were not kept.');
  return value;
}

async function stored(caseId: string, sha256: string, input: VerbInput): Promise<Buffer> {
  const dataDir = dataDirOf(input);
  if (!existsSync(join(dataDir, 'objects')))
    throw new InterleaveError('OBJECT_MISSING', `There is no object store in ${dataDir}.`);
  const store = await openObjectStore(dataDir);
  return store.read(caseId, sha256).finally(() => store.close());
}

function brokers(input: VerbInput): string {
  const { kafkaBrokers } = loadConfig(commonConfig);
  return askedInstance(input, namesBrokers())?.kafkaBrokers ?? kafkaBrokers.join(',');
}
