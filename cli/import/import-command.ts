import type { OptionTable, VerbInput } from '../verb.ts';
import type { ImportSource } from './import-source.ts';
import type { GatewayTargets } from './targets.ts';

/** One way in which an archive comes: `interleave import NAME …`. */
export interface ImportCommand {
  name: string;
  /** behind `interleave import`, e.g. `folder PATH... [options]` */
  usage: string;
  /** one paragraph for `--help`: what it takes, from where */
  about: string;
  /** the lines of `--help` about its own options, two spaces in front; '' where it has none */
  optionHelp: string;
  /** its own options; those that every import has come from the verb. No defaults: `open` gives them */
  options: OptionTable;
  /** whether `--dry-run` may be said: bringing its units then changes nothing, here or there */
  canRunDry: boolean;
  /** Reads the command line behind the name. Throws `USAGE` and what else is wrong before anything is sent. */
  open(input: VerbInput, words: readonly string[], targets: GatewayTargets): Promise<ImportSource>;
}
