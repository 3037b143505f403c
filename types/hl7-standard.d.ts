declare module 'hl7-standard' {
  /** What the tests use of it; it ships no types. */
  export default class HL7 {
    constructor(wire: string);
    transform(): void;
    /** at a path such as `OBR.3.1` */
    get(path: string): string;
    set(path: string, value: string): void;
    build(): string;
  }
}
