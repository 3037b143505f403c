import type { Laterality, Location } from '../finding-catalogue.ts';
import type { TruthFinding } from '../findings-truth.ts';
import type { Random } from '../random.ts';
import { WORDINGS } from './wording.ts';

/** "small right pleural effusion", and whether "is" or "are" follows. */
export interface NounPhrase {
  bare: string;
  /** with "a" or "an" where the noun takes one */
  withArticle: string;
  plural: boolean;
}

/** Names a finding with its size or degree, side and place. `lead` stands first, e.g. "new". */
export function nounPhrase(random: Random, finding: TruthFinding, lead = ''): NounPhrase {
  const words = WORDINGS[finding.concept];
  const plural = finding.laterality === 'BILATERAL' && words.plural !== '';
  const head = plural ? words.plural : random.pick(words.heads);
  const measure =
    finding.sizeMm === null
      ? words.degrees === null || finding.degree === 0
        ? ''
        : words.degrees[finding.degree - 1]
      : spokenSize(finding.sizeMm);
  const before = random.chance(0.5) || finding.location === '';
  const where = before ? placeBefore(finding.laterality, finding.location) : '';
  const after = before ? '' : placeBehind(finding.laterality, finding.location);
  const bare = [lead, measure, where, head, after].filter((part) => part !== '').join(' ');
  const article = words.counted && !plural ? (/^([aeiou]|8|18 )/i.test(bare) ? 'an ' : 'a ') : '';
  return { bare, withArticle: article + bare, plural };
}

/** "7 mm", "4.2 cm" */
export function spokenSize(millimetres: number): string {
  return millimetres < 30 ? `${millimetres} mm` : `${(millimetres / 10).toFixed(1)} cm`;
}

/** "right lower lobe", "bibasilar", "left apical" */
export function placeBefore(laterality: Laterality, location: Location): string {
  if (laterality === 'BILATERAL') {
    if (location === 'lung base') return 'bibasilar';
    if (location === 'apex') return 'biapical';
    return `bilateral ${location}`.trim();
  }
  if (location === 'lingula') return 'lingular';
  const place = location === 'lung base' ? 'basilar' : location === 'apex' ? 'apical' : location;
  return `${laterality.toLowerCase()} ${place}`.trim();
}

/** "in the right lower lobe", "at both lung bases" */
export function placeBehind(laterality: Laterality, location: Location): string {
  if (location === '') return '';
  if (location === 'lingula') return 'in the lingula';
  const at = location.endsWith('lobe') ? 'in' : 'at';
  if (laterality !== 'BILATERAL') return `${at} the ${laterality.toLowerCase()} ${location}`;
  if (location === 'perihilar') return 'in both perihilar regions';
  return `${at} both ${location === 'apex' ? 'apices' : `${location}s`}`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
