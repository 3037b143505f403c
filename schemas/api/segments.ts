/** A piece of text that is shown, and whether it is what matched. Never HTML: reports are not to be trusted as such. */
export interface Segment {
  text: string;
  match: boolean;
}

/** Around a highlighted word, where Elasticsearch puts them: characters for private use, which no report holds. */
export const HIGHLIGHT_START = '\ue000';
export const HIGHLIGHT_END = '\ue001';

/** A fragment as Elasticsearch highlights it. */
export function highlightedSegments(fragment: string): Segment[] {
  const segments: Segment[] = [];
  let match = false;
  for (const text of fragment.split(/([\ue000\ue001])/)) {
    if (text === HIGHLIGHT_START) match = true;
    else if (text === HIGHLIGHT_END) match = false;
    else if (text !== '') segments.push({ text, match });
  }
  return segments;
}

/** The place `from`–`to` of a text, with the place `start`–`end` in it marked. */
export function markedSegments(
  text: string,
  { from, to, start, end }: { from: number; to: number; start: number; end: number },
): Segment[] {
  return [
    { text: text.slice(from, start), match: false },
    { text: text.slice(start, end), match: true },
    { text: text.slice(end, to), match: false },
  ].filter((segment) => segment.text !== '');
}
