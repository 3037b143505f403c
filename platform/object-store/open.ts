import { join } from 'node:path';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { LocalFolderStore } from './local-folder.ts';
import type { ObjectStore } from './object-store.ts';
import { storeTroubles } from './troubles.ts';

export interface ObjectStoreSettings {
  /** false: what is resolved is not durable */
  sync?: boolean;
  /** of the service that opens it, which then says what the disk does not give back */
  context?: { log: Logger; metrics: Metrics };
}

/** The object store of a data directory: a local folder now, others behind the same interface later. */
export function openObjectStore(
  dataDir: string,
  { sync = true, context }: ObjectStoreSettings = {},
): Promise<ObjectStore> {
  const told = context === undefined ? {} : { troubles: storeTroubles(context) };
  return LocalFolderStore.open(join(dataDir, 'objects'), { sync, ...told });
}
