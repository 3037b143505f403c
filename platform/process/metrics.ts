import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type { Counter };

/**
 * The metrics of one process in Prometheus form. Names are `interleave_<noun>_<unit or total>`; labels come from small
 * closed sets (codes, topics, states) and never from input.
 */
export class Metrics {
  readonly #registry = new Registry();

  constructor(service: string) {
    this.#registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.#registry });
  }

  counter<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return this.#once(name, () => new Counter<L>({ name, help, labelNames, registers: [this.#registry] }));
  }

  gauge<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return this.#once(name, () => new Gauge<L>({ name, help, labelNames, registers: [this.#registry] }));
  }

  /** `buckets` in the unit of the name, mostly seconds. */
  histogram<L extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly L[] = [],
  ): Histogram<L> {
    return this.#once(
      name,
      () => new Histogram<L>({ name, help, buckets, labelNames, registers: [this.#registry] }),
    );
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  readonly contentType = this.#registry.contentType;

  #once<M>(name: string, make: () => M): M {
    const known = this.#registry.getSingleMetric(name) as M | undefined;
    return known ?? make();
  }
}
