import type { FuzzTarget } from './target.ts';
import { dataSetHeader } from './targets/data-set-header.ts';
import { dimseCommand } from './targets/dimse-command.ts';
import { elementTree } from './targets/element-tree.ts';
import { fragmentScanner } from './targets/fragment-scanner.ts';
import { hl7Parser } from './targets/hl7-parser.ts';
import { html } from './targets/html.ts';
import { mllpFramer } from './targets/mllp-framer.ts';
import { multipartReader } from './targets/multipart-reader.ts';
import { pduReader } from './targets/pdu-reader.ts';
import { rtf } from './targets/rtf.ts';

/** Every parser that reads what anybody may send. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  mllpFramer,
  hl7Parser,
  pduReader,
  dimseCommand,
  dataSetHeader,
  multipartReader,
  elementTree,
  fragmentScanner,
  rtf,
  html,
];
