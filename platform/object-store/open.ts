import { join } from 'node:path';
import type { Logger } from '../process/log.ts';
import type { Metrics } from '../process/metrics.ts';
import { LocalFolderStore } from './local-folder.ts';
import type { ObjectStore } from './object-store.ts';
import { QUARANTINE, Quarantine } from './quarantine.ts';
import { type DamagedObject, storeObserver } from './store-observer.ts';

export interface ObjectStoreSettings {
  /** false: what is resolved is not durable */
  sync?: boolean;
  /** of the service that opens it, which then says what the disk does not give back */
  context?: { log: Logger; metrics: Metrics };
}

/** The objects of a data directory that were confirmed, and that its disk does not give back. */
export function damagedObjects(dataDir: string): Promise<DamagedObject[]> {
  return new Quarantine(join(dataDir, 'objects', QUARANTINE)).damaged();
}

/** The object store of a data directory: a local folder now, others behind the same interface later. */
export function openObjectStore(
  dataDir: string,
  { sync = true, context }: ObjectStoreSettings = {},
): Promise<ObjectStore> {
  const told = context === undefined ? {} : { observer: storeObserver(context) };
  return LocalFolderStore.open(join(dataDir, 'objects'), { sync, ...told });
}
