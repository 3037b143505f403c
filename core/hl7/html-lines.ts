/** The lines that the text of HTML stands in: what breaks them waits until there is text behind it. */
export class HtmlLines {
  readonly #isFragment: boolean;
  readonly #pieces: string[] = [];
  /** line ends or tabs before the next text */
  #pending = '';
  /** the line ends are the sender's own, none of a tag */
  #isPendingSoft = false;
  /** a row begins: the tabs of its empty cells stand behind the line end */
  #isRow = false;
  #space = false;

  constructor(isFragment: boolean) {
    this.#isFragment = isFragment;
  }

  get text(): string {
    return this.#pieces.join('');
  }

  say(text: string, isPreformatted: boolean): void {
    if (isPreformatted || this.#isFragment) {
      for (const [n, line] of text.replace(/\r\n?/g, '\n').split('\n').entries()) {
        if (n > 0 && isPreformatted) this.break();
        else if (n > 0) this.#softBreak();
        this.#put(line, isPreformatted);
      }
    } else this.#put(text, false);
  }

  /** `<br>`: two of them leave a line empty. At the start of a cell it means nothing. */
  break(): void {
    this.#space = false;
    if (this.#pending.endsWith('\t')) return;
    if (this.#isPendingSoft) this.#pending = '';
    this.#isPendingSoft = false;
    if (this.#pending.length < 2) this.#pending += '\n';
  }

  /** Where a block begins or ends: what follows stands on another line; in a cell, behind the tab. */
  block(): void {
    if (this.#pending === '') this.#pending = '\n';
    if (this.#pending.startsWith('\n')) this.#isPendingSoft = false;
    this.#space = false;
  }

  cell(): void {
    const goesOn = this.#isRow || this.#pending.endsWith('\t');
    this.#pending = goesOn ? `${this.#pending}\t` : '\t';
    this.#isPendingSoft = false;
    this.#space = false;
  }

  row(): void {
    this.#pending = '\n';
    this.#isRow = true;
    this.#isPendingSoft = false;
    this.#space = false;
  }

  #softBreak(): void {
    this.#space = false;
    if (this.#pending !== '' && !this.#isPendingSoft) return;
    this.#isPendingSoft = true;
    if (this.#pending.length < 2) this.#pending += '\n';
  }

  #put(text: string, isPreformatted: boolean): void {
    const shown = isPreformatted ? text : text.replace(WHITE, ' ');
    if (shown === '') return;
    if (shown === ' ' && !isPreformatted) {
      this.#space = true;
      return;
    }
    if (this.#pieces.length > 0) {
      if (this.#pending !== '') this.#pieces.push(this.#pending);
      else if (this.#space && !shown.startsWith(' ')) this.#pieces.push(' ');
    }
    this.#pending = '';
    this.#isPendingSoft = false;
    this.#isRow = false;
    this.#space = !isPreformatted && shown.endsWith(' ');
    this.#pieces.push(this.#space ? shown.slice(0, -1) : shown);
  }
}

/** Without the no-break space, which does not collapse. */
const WHITE = /[ \t\n\r\f]+/g;
