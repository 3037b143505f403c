import type { ReportOrder } from '../radiology/events.ts';
import { MAX_ORDER_FIELD_LENGTH } from './limits.ts';
import { type Message, type Segment, textIn } from './message.ts';
import type { Group } from './report-groups.ts';

/** An order as its message says it. `reader` names a person: it must be hashed before it goes anywhere. (phi) */
export type StatedOrder = ReportOrder;

/**
 * Who ordered an examination, for whom, how urgently, and who interpreted it (HL7 v2.5.1: PV1-2, -3, -10; ORC-7, -17;
 * TQ1-9; OBR-5, -27, -32). TQ1 took the place of OBR-27 and ORC-7 in 2.5, and those took that of OBR-5 in 2.2. '' where
 * nothing is said.
 */
export function orderOf(
  message: Message,
  { visit, segments }: Pick<Group, 'visit' | 'segments'>,
): StatedOrder {
  const of = (name: string): Segment | undefined => segments.find((segment) => segment.name === name);
  const places = { PV1: of('PV1') ?? visit, ORC: of('ORC'), OBR: of('OBR'), TQ1: of('TQ1') };
  const first = (...paths: `${keyof typeof places}-${string}`[]): string => {
    for (const path of paths) {
      const segment = places[path.slice(0, 3) as keyof typeof places];
      const text = segment === undefined ? '' : textIn(message, segment, path).trim();
      if (text !== '') return text.slice(0, MAX_ORDER_FIELD_LENGTH);
    }
    return '';
  };
  return {
    service: first('PV1-10', 'ORC-17', 'ORC-17.2', 'PV1-3'),
    patientClass: first('PV1-2').toUpperCase(),
    priority: first('TQ1-9', 'OBR-27.6', 'ORC-7.6', 'OBR-5').toUpperCase(),
    reader: first('OBR-32') || nameOf(first),
  };
}

/** OBR-32 (NDL) has a person as its first component; senders without ids write the name only, in either way. */
function nameOf(first: (path: `OBR-${string}`) => string): string {
  const parts = [first('OBR-32.1.2') || first('OBR-32.2'), first('OBR-32.1.3') || first('OBR-32.3')];
  return parts.filter((part) => part !== '').join(' ');
}
