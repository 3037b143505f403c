import type { SectionName } from '../../core/radiology/events.ts';
import { spokenDate } from '../clock.ts';
import type { FindingsTruth } from '../findings-truth.ts';
import type { Order } from '../orders.ts';
import type { Random } from '../random.ts';
import { type Cite, findingsSentences, impressionItems } from './grammar.ts';
import type { WrittenSection } from './written-section.ts';

/** What a report needs to be written. */
export interface ReportBrief {
  order: Order;
  indication: string;
  truth: FindingsTruth;
  cite: Cite;
  /** says that it replaces an earlier version */
  corrected: boolean;
  /** '' without one */
  addendum: string;
}

const HEADINGS: Readonly<Record<Exclude<SectionName, 'OTHER'>, readonly string[]>> = {
  INDICATION: ['INDICATION', 'CLINICAL INDICATION', 'HISTORY', 'REASON FOR EXAM'],
  COMPARISON: ['COMPARISON'],
  TECHNIQUE: ['TECHNIQUE', 'EXAM'],
  FINDINGS: ['FINDINGS'],
  IMPRESSION: ['IMPRESSION', 'IMPRESSION', 'CONCLUSION'],
  ADDENDUM: ['ADDENDUM'],
};

/** Writes the report: INDICATION, COMPARISON, TECHNIQUE, FINDINGS, IMPRESSION, and ADDENDUM where there is one. */
export function writeReport(random: Random, brief: ReportBrief): WrittenSection[] {
  const { order } = brief;
  const section = (name: Exclude<SectionName, 'OTHER'>, paragraphs: string[]): WrittenSection => ({
    name,
    heading: random.pick(HEADINGS[name]),
    paragraphs,
  });
  const items = impressionItems(random, brief.truth, brief.cite);
  const impression = items.length > 1 ? items.map((item, index) => `${index + 1}. ${item}`) : items;
  if (brief.corrected) impression.push('This is a corrected report and replaces the earlier version.');
  const sections = [
    section('INDICATION', [brief.indication]),
    section('COMPARISON', [comparison(random, order.priorAt)]),
    section('TECHNIQUE', [technique(order)]),
    section('FINDINGS', [findingsSentences(random, brief.truth, brief.cite).join(' ')]),
    section('IMPRESSION', impression),
  ];
  if (brief.addendum !== '') sections.push(section('ADDENDUM', [brief.addendum]));
  return sections;
}

function comparison(random: Random, priorAt: number | null): string {
  if (priorAt === null) return random.pick(['None.', 'None available.']);
  return random.pick([
    `Chest radiograph dated ${spokenDate(priorAt)}.`,
    `Chest radiograph ${spokenDate(priorAt)}.`,
    `${spokenDate(priorAt)}.`,
  ]);
}

function technique(order: Order): string {
  const { views } = order.procedure;
  if (views.length === 1) return 'Single AP portable view of the chest.';
  if (views.length === 2) return 'PA & lateral views of the chest.';
  return 'PA views of the chest in inspiration & expiration, lateral view.';
}
