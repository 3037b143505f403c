/** The process that opens one engine as a service would, computes with it for some seconds, and says what came of it. */
import { codeOf } from '../../core/errors.ts';
import { manifestOf } from '../../models/bundle.ts';
import { openBundle } from '../../models/bundle-folder.ts';
import { engineConfig } from '../../models/engines/engine-settings.ts';
import { openEngine } from '../../models/engines/open-engine.ts';
import { IMAGE_VECTOR } from '../../models/image-encoder.ts';
import { MODEL_BATCH } from '../../models/limits.ts';
import { openSentenceEncoder } from '../../models/sentence-encoder.ts';
import { openTensorBackend } from '../../models/tensor-backend.ts';
import { loadConfig } from '../../platform/process/config.ts';
import { MEASURE_MS } from '../limits.ts';
import { MARK, type Measured, NOTHING, type Part } from './measure.ts';

/** As reports have them. */
const SENTENCES = [
  'The lungs are clear.',
  'Small left pleural effusion with adjacent atelectasis.',
  'The heart is mildly enlarged.',
  'There is a 9 mm nodule in the right upper lobe, which was not seen before.',
  'Right apical pneumothorax.',
  'Degenerative changes of the thoracic spine.',
  'The endotracheal tube ends 4 cm above the carina.',
  'Patchy opacities in both lower lobes, which may be pneumonia or aspiration.',
];

const [part, modelsDir] = process.argv.slice(2) as [Part, string];
const found = { ...NOTHING };
try {
  await (part === 'images' ? images(found) : texts(found));
} catch (error) {
  found.problem = wordsOf(error);
}
process.stdout.write(`\n${MARK}${JSON.stringify(found)}\n`, () => process.exit(0));

async function images(measured: Measured): Promise<void> {
  const engine = await openEngine(loadConfig(engineConfig));
  const { id, name, kind, reasons, batch } = engine;
  Object.assign(measured, { engine: id, name, kind, reasons, batch });
  const bundle = await openBundle(modelsDir, IMAGE_VECTOR.name);
  const network = await engine.load(bundle);
  const { size } = manifestOf(bundle, 'image-encoder').input;
  const pixels = Float32Array.from({ length: batch * size * size * 3 }, (_, i) => ((i * 7) % 255) / 128 - 1);
  Object.assign(measured, await timed(batch, () => network.run(pixels, batch)));
}

async function texts(measured: Measured): Promise<void> {
  const backend = await openTensorBackend();
  const engine = backend.name.replace(/^@tensorflow\/(?:tfjs-backend-)?| .*$/g, '');
  Object.assign(measured, { engine, name: backend.name, kind: backend.kind, batch: MODEL_BATCH });
  measured.reasons = backend.reasons.map((reason) => reason.replace(/^@tensorflow\/(?:tfjs-backend-)?/, ''));
  const encoder = await openSentenceEncoder();
  Object.assign(measured, await timed(SENTENCES.length, () => encoder.embed(SENTENCES)));
}

/** The first batch by itself, since it compiles and allocates; then as many as the time allows. */
async function timed(
  batch: number,
  work: () => Promise<unknown>,
): Promise<Pick<Measured, 'firstMs' | 'perSecond'>> {
  const openedAt = performance.now();
  await work();
  const startedAt = performance.now();
  let batches = 0;
  while (batches === 0 || performance.now() - startedAt < MEASURE_MS) {
    await work();
    batches += 1;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  return { firstMs: startedAt - openedAt, perSecond: (batches * batch) / seconds };
}

function wordsOf(error: unknown): string {
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  const code = codeOf(error);
  return code === 'INTERNAL' ? message : `${message} (${code})`;
}
