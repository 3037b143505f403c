/**
 * Where in the body a finding is: the nearest laterality and location of its clause. Of two at the same distance the one
 * before the finding counts ("left pleural effusion").
 */
import type { Finding } from '../radiology/events.ts';
import type { TokenRange } from './cues.ts';
import type { Place } from './lexicon.ts';
import { MAX_LOCATION_DISTANCE } from './limits.ts';
import type { Match } from './phrase-automaton.ts';

export interface Located {
  laterality: Finding['laterality'];
  location: string;
}

/**
 * @param places the places named in the sentence, in order
 * @param bounds tokens between which they are looked for: the clause, up to the findings on either side
 */
export function locate(mention: TokenRange, places: readonly Match<Place>[], bounds: TokenRange): Located {
  const nearest = { laterality: Number.POSITIVE_INFINITY, location: Number.POSITIVE_INFINITY };
  const located: Located = { laterality: '', location: '' };
  for (const place of window(mention, places)) {
    if (place.first < bounds.first || place.last > bounds.last) continue;
    const away = Math.max(0, mention.first - place.last, place.first - mention.last);
    for (const value of place.values) {
      if ('laterality' in value && away < nearest.laterality) {
        nearest.laterality = away;
        located.laterality = value.laterality;
      } else if ('location' in value && away < nearest.location) {
        nearest.location = away;
        located.location = value.location;
      }
    }
  }
  return located;
}

/** The places within `MAX_LOCATION_DISTANCE` words of the mention. */
function window(mention: TokenRange, places: readonly Match<Place>[]): readonly Match<Place>[] {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle]?.last ?? 0) < mention.first - MAX_LOCATION_DISTANCE) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while ((places[end]?.first ?? Number.POSITIVE_INFINITY) <= mention.last + MAX_LOCATION_DISTANCE) end++;
  return places.slice(low, end);
}
