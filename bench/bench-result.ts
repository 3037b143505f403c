/** One measured thing. Names are stable, so that results of different days can be compared. */
export interface Figure {
  name: string;
  /** null where it could not be measured here; the notes say why */
  value: number | null;
  unit: string;
  /** What it should be, such as `<= 3`; `null` where there is no aim. */
  aim: string | null;
  met: boolean | null;
}

/** A figure without an aim. */
export function figure(name: string, value: number | null, unit: string): Figure {
  return { name, value, unit, aim: null, met: null };
}

/** A figure that should be `aim` or more. */
export function atLeast(name: string, value: number, unit: string, aim: number): Figure {
  return { name, value, unit, aim: `>= ${aim}`, met: value >= aim };
}

/** A figure that should be `aim` or less. */
export function atMost(name: string, value: number, unit: string, aim: number): Figure {
  return { name, value, unit, aim: `<= ${aim}`, met: value <= aim };
}

/** Another program that was measured in the same run, at its best settings. */
export interface Peer {
  name: string;
  version: string;
  settings: string;
  figures: Figure[];
}

/** What one bench found; printed as the last line with `--json`. */
export interface BenchResult {
  bench: string;
  figures: Figure[];
  peers: Peer[];
  /** What the figures depend on: backend, sizes, which stage was the limit. */
  notes?: string[];
}

/** What a bench is given: the options of the command line (`--seconds 10`), and where to say how far it is. */
export interface BenchOptions {
  values: Record<string, string | undefined>;
  say(line: string): void;
}

/** What every file `bench/<name>.ts` exports. */
export interface Bench {
  run(options: BenchOptions): Promise<BenchResult>;
}
