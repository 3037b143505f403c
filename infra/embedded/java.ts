import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InterleaveError } from '../../core/errors.ts';

/** The home folder of the Java that `java` on the PATH (or JAVA_HOME) means. Throws `PREREQUISITE_MISSING`. */
export async function javaHome(): Promise<string> {
  const command = process.env['JAVA_HOME'] ? join(process.env['JAVA_HOME'], 'bin', 'java') : 'java';
  const { stderr } = await promisify(execFile)(command, ['-XshowSettings:properties', '-version']).catch(
    (cause: unknown) => {
      throw new InterleaveError('PREREQUISITE_MISSING', MESSAGE, { cause });
    },
  );
  const home = /^\s*java\.home = (.+)$/m.exec(stderr)?.[1];
  const version = Number(/^\s*java\.specification\.version = (\d+)/m.exec(stderr)?.[1]);
  if (home === undefined || !(version >= MIN_JAVA))
    throw new InterleaveError('PREREQUISITE_MISSING', MESSAGE);
  return home.trim();
}

/** Whether the Java in this folder brings a module; a runtime that was cut down may not. */
export async function hasModule(home: string, name: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)(join(home, 'bin', 'java'), ['--list-modules']);
  return stdout.split('\n').some((line) => line.split('@')[0]?.trim() === name);
}

const MIN_JAVA = 17;
const MESSAGE = 'Java 17 or newer must be on the PATH (Debian: apt-get install default-jre-headless).';
