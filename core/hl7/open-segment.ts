/** The segment that is being read, when a line comes that may be the next one or may be its text. */
export class OpenSegment {
  readonly source: string;
  readonly separator: string;
  from: number;
  /** separators before `#next`, the next one: each is looked for once, however many lines ask */
  #separators = 0;
  #next: number;

  constructor(source: string, from: number, separator: string) {
    this.source = source;
    this.separator = separator;
    this.from = from;
    this.#next = source.indexOf(separator, from);
  }

  begin(from: number): void {
    this.from = from;
    this.#separators = 0;
    if (this.#next !== -1 && this.#next < from) this.#next = this.source.indexOf(this.separator, from);
  }

  /** True where free text stands before `line`: a line end there may be its own. */
  isInText(line: number): boolean {
    const field = this.#fieldAt(line);
    switch (this.#name) {
      case 'OBX':
        return field >= OBX_VALUE && field < OBX_STATUS;
      case 'NTE':
      case 'PV2':
      case 'DSP':
        return field === 3;
      case 'DG1':
        return field === 3 || field === 4;
      case 'OBR':
        return field === 13 || field === 31;
      default:
        return false;
    }
  }

  /** True where the fields that matter have all been there. */
  isComplete(line: number): boolean {
    const field = this.#fieldAt(line);
    return this.#name === 'OBX' ? field >= OBX_STATUS : this.#name === 'NTE' && field > 3;
  }

  /**
   * True when the line is the last one of this segment's text, with the fields behind the text: "NAD||||||F" gives OBX-11
   * its status. The line has the shape of a segment, known by its name or not.
   */
  goesOnIn(from: number, to: number, isKnown: boolean): boolean {
    const fields = this.source.slice(from + 4, to).split(this.separator, OBX_STATUS);
    const [first = ''] = fields;
    if (this.#name === 'OBX') {
      const status = OBX_STATUS - 1 - this.#fieldAt(from);
      const isStatus = RESULT_STATUS.test(fields[status] ?? '');
      if (isKnown) return isStatus && fields.slice(0, status).every((field) => field === '');
      return isStatus || first === '';
    }
    if (isKnown) return fields.slice(0, 4).every((field) => field === '');
    return first === '' || (this.#name === 'NTE' && fields.length <= 2 && !/^\d/.test(first));
  }

  get #name(): string {
    return this.source.slice(this.from, this.from + 3);
  }

  #fieldAt(line: number): number {
    while (this.#next !== -1 && this.#next < line) {
      this.#separators += 1;
      this.#next = this.source.indexOf(this.separator, this.#next + 1);
    }
    return this.#separators;
  }
}

const OBX_VALUE = 5;
const OBX_STATUS = 11;

/** HL7 table 0085. */
const RESULT_STATUS = /^[BCDFINOPRSUVWX]$/;
