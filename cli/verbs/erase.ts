import { userInfo } from 'node:os';
import { InterleaveError } from '../../core/errors.ts';
import { isCaseId } from '../../core/radiology/case-key.ts';
import { actTokenFile, postAct } from '../acts/post-act.ts';
import { DATA_DIR_OPTION, dataDirOf } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { askedInstance } from '../up/asked-instance.ts';
import type { Verb } from '../verb.ts';

const HELP = `
Usage: interleave erase CASE --reason TEXT --yes [options]

Decides that a case is erased, for good: its state, its document in the index and its bytes in the object store. CASE is a case
id (32 hex digits, as in the log and in the page's address). The decision is kept for ever, with who decided, when and why.
The joiner carries it out within seconds, or when it runs again. What is sent again of the case later is answered and dropped,
also under another accession number.

The search service records the decision. It wants the token of the file INTERLEAVE_ACT_TOKEN_FILE (default: act-token in the
data folder), which only its owner may be able to read.

Options:
  --reason TEXT    why; name no patient here
  --actor NAME     who decides (default: the account that you are logged in with); nobody checks it yet
  --yes            without it nothing is done
  --url URL        address of the search service (default: the system on the data folder, else http://127.0.0.1:8480)
  --data-dir DIR   the data folder (default .interleave/data in the checkout)
  --json           print one object: { id, kind, caseId, decidedAt, actor, actorVerified }

Exit codes: 0 the decision is on Kafka; 1 it failed; 2 the command line could not be understood; 3 the search service could not
be reached.
`;

const DEFAULT_PAGE = 'http://127.0.0.1:8480';

export const erase: Verb = {
  name: 'erase',
  summary: 'decide that a case is erased, with its stored bytes',
  help: HELP,
  takesWords: true,
  options: {
    ...DATA_DIR_OPTION,
    reason: { type: 'string' },
    actor: { type: 'string' },
    url: { type: 'string' },
    yes: { type: 'boolean', default: false },
  },
  async run(input) {
    const [caseId = '', ...more] = input.positionals;
    const reason = input.text('reason') ?? '';
    if (!isCaseId(caseId) || more.length > 0)
      throw new InterleaveError('USAGE', 'It needs one case id: 32 hexadecimal digits, in lower case.');
    if (reason.trim() === '' || !input.flag('yes'))
      throw new InterleaveError('USAGE', 'It needs --reason TEXT and --yes: see `interleave erase --help`.');
    const url = input.text('url');
    const page = url ?? askedInstance(input)?.page ?? DEFAULT_PAGE;
    const act = await postAct(page, actTokenFile(dataDirOf(input)), {
      kind: 'ERASE',
      caseId,
      actor: input.text('actor') ?? userInfo().username,
      reason,
    });
    if (input.json) input.print(JSON.stringify(act));
    else
      input.print(
        `It is decided that case ${caseId} is erased; the joiner carries it out, and says \`case.erased\` in its log.`,
      );
    return EXIT.ok;
  },
};
