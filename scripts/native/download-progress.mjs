/** Tells how far a download of several files is, every few seconds, in one line. */
export class DownloadProgress {
  #done = 0;
  #toldAt;
  #startedAt;

  constructor(total, say, now = () => Date.now()) {
    this.total = total;
    this.say = say;
    this.now = now;
    this.#startedAt = this.#toldAt = now();
  }

  /** `bytes` of the file that is under way are there. */
  at(bytes) {
    const now = this.now();
    if (now - this.#toldAt < TELL_MS) return;
    this.#toldAt = now;
    this.say(`  … ${progressLine(this.#done + bytes, this.total, (now - this.#startedAt) / 1000)}`);
  }

  /** A file is there whole. */
  done(bytes) {
    this.#done += bytes;
  }
}

/** "812 of 2,112 MB (38 %), 35 MB/s, 37 s left" */
export function progressLine(bytes, total, seconds) {
  const perSecond = bytes / seconds;
  const left = perSecond > 0 ? `, ${Math.ceil((total - bytes) / perSecond)} s left` : '';
  return `${mb(bytes)} of ${mb(total)} MB (${Math.floor((bytes / total) * 100)} %), ${mb(perSecond)} MB/s${left}`;
}

function mb(bytes) {
  return Math.round(bytes / 1e6).toLocaleString('en-US');
}

const TELL_MS = 5_000;
