import { join } from 'node:path';
import { LocalFolderStore } from './local-folder.ts';
import type { ObjectStore } from './object-store.ts';

/**
 * The object store of a data directory: a local folder now, others behind the same interface later. Without `sync` what
 * is resolved is not durable.
 */
export function openObjectStore(dataDir: string, { sync = true } = {}): Promise<ObjectStore> {
  return LocalFolderStore.open(join(dataDir, 'objects'), { sync });
}
