import { commonConfig, variableName } from './config.ts';

/**
 * The INTERLEAVE_* variables that are set and that no part of Interleave reads, each with the known name that it is
 * nearest to, where one is near: a misspelt one would otherwise do nothing, without a word. Values are never told.
 */
export function unknownVariables(
  env: Record<string, string | undefined> = process.env,
): { setting: string; near?: string }[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && env[name] !== '' && !isKnown(name))
    .sort()
    .map((name) => {
      const near = nearest(name);
      return { setting: name, ...(near === undefined ? {} : { near }) };
    });
}

const PREFIX = 'INTERLEAVE_';

/** Variables of tests and of the fuzzer. */
const TOOLS = ['INTERLEAVE_TEST_', 'INTERLEAVE_FUZZ_'];

/** What the services read beside `commonConfig`, and what `up`, the set-up and the tools do; a test keeps it whole. */
const OTHERS = [
  'actTokenFile',
  'analysisAlias',
  'casesAlias',
  'chromium',
  'dicomAeTitle',
  'dicomArtimMs',
  'dicomCallingAeTitles',
  'dicomChangedObjects',
  'dicomCheckCalledAeTitle',
  'dicomExtraSopClasses',
  'dicomIdleMs',
  'dicomMaxAssociations',
  'dicomMaxAssociationsPerPeer',
  'dicomMaxDataSetMib',
  'dicomMemoryMib',
  'dicomPeers',
  'dicomPort',
  'dicomRefusedObjects',
  'dicomTls',
  'dicomwebOrigins',
  'dicomwebToken',
  'dicomwebUrl',
  'elasticsearchPort',
  'engine',
  'engineThreads',
  'firstHealthPort',
  'healthPort',
  'hl7AccessionPaths',
  'hl7AnswerTimeoutMs',
  'hl7ControlIdReuse',
  'hl7FirstByteTimeoutMs',
  'hl7FrameTimeoutMs',
  'hl7IdleTimeoutMs',
  'hl7MaxConnections',
  'hl7MaxConnectionsPerPeer',
  'hl7MaxFrameBytes',
  'hl7OtherTypes',
  'hl7Port',
  'hl7ProcessingIds',
  'hl7RememberMs',
  'hl7TimeZone',
  'hl7Tls',
  'joinerGroup',
  'joinerInstance',
  'joinerTransactionalId',
  'kafkaPort',
  'keyImageMarks',
  'keyImageModalities',
  'keyImageSeriesMaximum',
  'labelerRelabel',
  'lexiconFile',
  'modelsDir',
  'programDir',
  'readAgainList',
  'rebuildIndex',
  'recoverCheckBytes',
  'recoverDryRun',
  'recoverFolder',
  'recoverUnfinished',
  'replication',
  'screenshots',
  'searchAlias',
  'searchHosts',
  'searchPage',
  'searchPort',
  'searchRatePerSecond',
  'shared',
  'simulatorCases',
  'simulatorDicomHost',
  'simulatorHl7Host',
  'simulatorRate',
  'simulatorSeed',
  'simulatorTimeScale',
  'simulatorTimeoutMs',
  'stowAeTitle',
  'stowHosts',
  'stowIdleMs',
  'stowMaxMib',
  'stowPort',
  'stowTls',
  'tlsCaFile',
  'tlsCertFile',
  'tlsClientCertificates',
  'tlsKeyFile',
];

const KNOWN: ReadonlySet<string> = new Set([...Object.keys(commonConfig), ...OTHERS].map(variableName));

function isKnown(name: string): boolean {
  return KNOWN.has(name) || TOOLS.some((prefix) => name.startsWith(prefix));
}

/** More slips than these are another word. */
const MAX_SLIPS = 3;

function nearest(name: string): string | undefined {
  let best: string | undefined;
  let fewest = MAX_SLIPS + 1;
  for (const known of KNOWN) {
    const slips = slipsBetween(name, known);
    if (slips < fewest) [best, fewest] = [known, slips];
  }
  return best;
}

/** Letters left out, put in, changed, or two that changed places (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MAX_SLIPS) return Infinity;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, changed);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j] ?? 0, (before[j - 2] ?? 0) + 1);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? Infinity;
}
