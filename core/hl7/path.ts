import { InterleaveError } from '../errors.ts';

/** A place in a segment; all numbers count from 1. */
export interface FieldPath {
  segment: string;
  /** of an OBX: what its OBX-3 must be, identifier or text; '' for any */
  code: string;
  field: number;
  repetition: number;
  component: number;
  subcomponent: number;
}

/** Reads `OBR-18`, `PID-3[2].4`, `OBX-3.1.2`, `OBX(11525-3)-5`. Throws `CONFIG_INVALID`: paths come from the code or the configuration. */
export function readPath(path: string): FieldPath {
  const known = paths.get(path);
  if (known !== undefined) return known;
  const match = PATH.exec(path);
  if (match === null) throw new InterleaveError('CONFIG_INVALID', `${path} is no HL7 field path.`);
  const [, segment = '', code, field, repetition, component, subcomponent] = match;
  const read: FieldPath = {
    segment,
    code: (code ?? '').trim(),
    field: Number(field),
    repetition: Number(repetition ?? 1),
    component: Number(component ?? 1),
    subcomponent: Number(subcomponent ?? 1),
  };
  paths.set(path, read);
  return read;
}

const PATH =
  /^([A-Z][A-Z0-9]{2})(?:(?<=OBX)\(([^(),]{1,60})\))?-([1-9]\d{0,2})(?:\[([1-9]\d{0,2})\])?(?:\.([1-9]\d?)(?:\.([1-9]\d?))?)?$/;
const paths = new Map<string, FieldPath>();
