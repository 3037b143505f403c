import type { SectionName } from '../../core/radiology/events.ts';

/** One section as it is written: the heading and its paragraphs. */
export interface WrittenSection {
  name: SectionName;
  heading: string;
  paragraphs: string[];
}

/** The report as a reader would see it on paper. */
export function plainText(sections: readonly WrittenSection[]): string {
  return sections.map((section) => [`${section.heading}:`, ...section.paragraphs].join('\n')).join('\n\n');
}
