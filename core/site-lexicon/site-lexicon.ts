/**
 * A site's own lexicon file over ours: findings and cues with an id of ours take its place, others are added, `remove`
 * leaves ours out. `lexicon/site.schema.json` is its form.
 */
import type { CueEntry, FindingEntry, LexiconData } from '../text/lexicon-data.ts';

export interface SiteLexicon {
  findings?: readonly FindingEntry[];
  remove?: readonly string[];
  ignore?: readonly string[];
  cues?: readonly CueEntry[];
  pseudo?: readonly string[];
  /** sentences and how they must read, as in the golden set */
  examples?: readonly { text: string; read: string }[];
}

/** Ours with the site's in its place; nothing is checked. */
export function withSiteLexicon(data: LexiconData, site: SiteLexicon): LexiconData {
  const { findings, cues } = data;
  const removed = new Set(site.remove ?? []);
  return {
    ...data,
    findings: {
      ...findings,
      findings: replaced(findings.findings, site.findings ?? [], removed),
      ignore: [...findings.ignore, ...(site.ignore ?? [])],
    },
    cues: {
      ...cues,
      cues: replaced(cues.cues, site.cues ?? [], removed),
      pseudo: [...cues.pseudo, ...(site.pseudo ?? [])],
    },
  };
}

function replaced<Entry extends { id: string }>(
  ours: readonly Entry[],
  theirs: readonly Entry[],
  removed: ReadonlySet<string>,
): Entry[] {
  const byId = new Map(theirs.map((entry) => [entry.id, entry]));
  const kept = ours.filter(({ id }) => !removed.has(id)).map((entry) => byId.get(entry.id) ?? entry);
  const known = new Set(kept.map(({ id }) => id));
  return [...kept, ...theirs.filter(({ id }) => !known.has(id))];
}
