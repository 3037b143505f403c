import { PLAIN_LINE_MS, REDRAW_MS } from './limits.ts';
import type { Progress } from './progress.ts';
import type { Waiting } from './turns.ts';

export interface TellOptions {
  progress: Progress;
  waiting: () => Waiting;
  /** a line of its own */
  say(line: string): void;
  /** where there is a terminal: writes as it stands, and how wide it is */
  terminal: { write(text: string): void; columns(): number } | null;
  plainMs?: number;
}

/** Shows how far an import is: one line that is drawn again and again on a terminal, else a line every some seconds. */
export class ImportTeller {
  readonly #options: TellOptions;
  readonly #timer: NodeJS.Timeout;
  #drawn = false;
  #lastCode = '';

  constructor(options: TellOptions) {
    this.#options = options;
    const { terminal, plainMs = PLAIN_LINE_MS } = options;
    this.#timer = setInterval(() => this.#tick(), terminal === null ? plainMs : REDRAW_MS);
    this.#timer.unref();
  }

  /** A line between: it does not run into the one that is drawn. */
  say(line: string): void {
    this.#clear();
    this.#options.say(line);
    this.#draw();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #tick(): void {
    const { terminal, say, progress, waiting } = this.#options;
    this.#sayWhatIsAway();
    if (terminal === null) say(`· ${progress.line(waiting())}`);
    else this.#draw();
  }

  /** Once when Kafka or Elasticsearch went away, and once when it is back: the line that is drawn may be seen by nobody. */
  #sayWhatIsAway(): void {
    const now = this.#options.waiting();
    const code = now?.why === 'UNKNOWN' ? now.code : '';
    if (code === this.#lastCode) return;
    this.#lastCode = code;
    this.#clear();
    this.#options.say(
      code === ''
        ? '· It is known again how far the services are: going on.'
        : `! Nobody can say how far the services are behind (${code}): waiting until somebody can.`,
    );
  }

  #draw(): void {
    const { terminal, progress, waiting } = this.#options;
    if (terminal === null) return;
    terminal.write(`\r\u001b[K${progress.line(waiting()).slice(0, terminal.columns() - 1)}`);
    this.#drawn = true;
  }

  #clear(): void {
    if (this.#drawn) this.#options.terminal?.write('\r\u001b[K');
    this.#drawn = false;
  }
}
