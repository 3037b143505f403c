import { resolve } from 'node:path';
import { type AddedBundle, type AddedEncoders, addEncoders } from '../../models/add/add-encoders.ts';
import { engineConfig } from '../../models/engines/engine-settings.ts';
import { openEngine } from '../../models/engines/open-engine.ts';
import { enginesThatOpen } from '../../models/engines/who-opens.ts';
import { loadConfig } from '../../platform/process/config.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { VerbInput } from '../verb.ts';
import { modelsDirOf } from './models-folder.ts';

/** `interleave models add FOLDER`: tried in the engine that the services are set to. */
export async function addBundles(input: VerbInput, folder: string): Promise<ExitCode> {
  const dryRun = input.flag('dry-run');
  const added = await addEncoders(resolve(folder), {
    modelsDir: modelsDirOf(input),
    name: input.text('name'),
    dryRun,
    openEngine: () => openEngine(loadConfig(engineConfig)),
  });
  if (input.json) input.print(JSON.stringify(asJson(added, dryRun)));
  else for (const line of told(added, dryRun)) input.print(line);
  return EXIT.ok;
}

function asJson({ bundles, space }: AddedEncoders, dryRun: boolean) {
  return {
    dryRun,
    space,
    bundles: bundles.map(({ manifest, ...seen }) => {
      const { name, kind, hash } = manifest;
      return { name, kind, hash, engines: enginesThatOpen(manifest), ...seen };
    }),
  };
}

function told({ bundles, space }: AddedEncoders, dryRun: boolean): string[] {
  const names = bundles.map(({ manifest }) => manifest.name);
  const state = (wasThere: boolean) => (wasThere ? 'is there' : dryRun ? 'could be added' : 'was added');
  return [
    ...bundles.flatMap(({ wasThere, ...one }) => [
      `${one.manifest.name} ${state(wasThere)} (${one.manifest.hash.slice(0, 12)}): ${aboutIt(one)}`,
    ]),
    ...(space === null ? [] : [`Both share the space ${space.hash.slice(0, 12)}, floor ${space.floor}.`]),
    ...(dryRun ? ['Nothing was written.'] : [`Next: ${next(names)}.`]),
  ];
}

function aboutIt({ manifest, dims, perSecond, memoryMb, engine }: Omit<AddedBundle, 'wasThere'>): string {
  const what = manifest.kind === 'image-encoder' ? 'images' : 'short texts';
  return `${dims} numbers, ${perSecond} ${what}/s by ${engine}, ${memoryMb} MiB of memory`;
}

function next(names: readonly string[]): string {
  const each = names.map(
    (name) => `\`interleave models promote ${name}\` and \`interleave reembed --bundle ${name} --wait\``,
  );
  return `${each.join(', ')}, then \`interleave reindex\``;
}
