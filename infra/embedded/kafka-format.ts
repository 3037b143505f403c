import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InterleaveError } from '../../core/errors.ts';
import { withPrivateUmask } from '../process/private-umask.ts';

export interface KafkaFolder {
  java: string;
  classPath: string;
  /** Kafka's `log.dirs`. */
  segments: string;
  /** The file of Kafka's settings. */
  settings: string;
}

/**
 * KRaft wants its folder formatted with a cluster id before the first start (KIP-631). A folder that has one keeps it.
 *
 * Throws `ENGINE_START_FAILED` with what Kafka said.
 */
export async function formatKafka(folder: KafkaFolder, clusterId = newClusterId()): Promise<void> {
  if (existsSync(join(folder.segments, 'meta.properties'))) return;
  const args = ['-Xmx128m', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', folder.classPath];
  // With "=": one in 64 ids begins with "-", and would be read as an option.
  const format = ['format', '--ignore-formatted', `--cluster-id=${clusterId}`, '--config', folder.settings];
  try {
    await withPrivateUmask(() =>
      promisify(execFile)(folder.java, [...args, 'kafka.tools.StorageTool', ...format]),
    );
  } catch (cause) {
    throw new InterleaveError(
      'ENGINE_START_FAILED',
      `Kafka could not format ${folder.segments}: ${whatItSaid(cause)}`,
      { cause },
    );
  }
}

/** 16 random bytes in URL-safe base64, as Kafka's own `random-uuid` makes them. */
const newClusterId = () => randomBytes(16).toString('base64url');

/** The line of a program's stderr that names the error; the rest is usage or a stack. */
function whatItSaid(error: unknown): string {
  const { stderr = '', message = '' } = error as { stderr?: string; message?: string };
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => /error|exception/i.test(line)) ?? lines[0] ?? message).trim();
}
