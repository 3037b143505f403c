import { planCase } from '../case.ts';
import type { CasePlan } from '../case-plan.ts';
import { type Delivery, itemName } from '../department.ts';
import { FIRST_RETRY_MS, LAST_RETRY_MS } from '../limits.ts';

/** A delivery that waits: for its time, for the version before it, or for a positive answer. */
export interface PendingDelivery {
  caseNumber: number;
  delivery: Delivery;
  /** on the clock of the feed, ms */
  dueAt: number;
  attempts: number;
  underWay: boolean;
}

/**
 * The deliveries of the cases that are not done. A version of a report goes out only when the version before it was
 * acknowledged, as one reporting system would send them. Plans are made again when they are needed: only numbers are
 * kept.
 */
export class CaseProgress {
  readonly #seed: number;
  readonly #open = new Map<number, PendingDelivery[]>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  begin(caseNumber: number, deliveries: readonly Delivery[], now: number, timeScale: number): void {
    if (deliveries.length === 0) return;
    this.#open.set(
      caseNumber,
      deliveries.map((delivery) => ({
        caseNumber,
        delivery,
        dueAt: now + delivery.delay * 1000 * timeScale,
        attempts: 0,
        underWay: false,
      })),
    );
  }

  /** What may be sent now, the longest due first. */
  due(now: number): PendingDelivery[] {
    return [...this.#inTurn()].filter((item) => item.dueAt <= now).sort((a, b) => a.dueAt - b.dueAt);
  }

  /** Deliveries that should have an answer by now: due, under way, or to be tried again. */
  unanswered(now: number): number {
    let count = 0;
    for (const pending of this.#open.values())
      for (const { dueAt, attempts, underWay } of pending)
        if (underWay || attempts > 0 || dueAt <= now) count++;
    return count;
  }

  /** When the next delivery becomes due, ms; Infinity when none waits for its time. */
  nextDueAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const item of this.#inTurn()) next = Math.min(next, item.dueAt);
    return next;
  }

  accepted(item: PendingDelivery): void {
    const left = (this.#open.get(item.caseNumber) ?? []).filter((other) => other !== item);
    if (left.length === 0) this.#open.delete(item.caseNumber);
    else this.#open.set(item.caseNumber, left);
  }

  /** Keeps it and sends it again later. */
  notAccepted(item: PendingDelivery, now: number): void {
    item.underWay = false;
    item.dueAt = now + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** item.attempts);
    item.attempts++;
  }

  plan(item: PendingDelivery): CasePlan {
    return planCase(this.#seed, item.caseNumber);
  }

  get openCases(): number {
    return this.#open.size;
  }

  /** What is not under way and has no earlier version of its report before it. */
  *#inTurn(): Generator<PendingDelivery> {
    for (const pending of this.#open.values()) {
      const firstReport = pending.find((item) => item.delivery.item.kind === 'REPORT');
      for (const item of pending)
        if (!item.underWay && (item.delivery.item.kind !== 'REPORT' || item === firstReport)) yield item;
    }
  }

  /** Items of every open case by name, for the state file. */
  outstanding(): Record<string, string[]> {
    return Object.fromEntries(
      [...this.#open].map(([number, items]) => [number, items.map((item) => itemName(item.delivery.item))]),
    );
  }
}
