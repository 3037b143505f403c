import { codeOf } from '../../core/errors.ts';
import { toDiskError } from '../../platform/disk/disk-space.ts';
import type { ServiceContext } from '../../platform/process/lifecycle.ts';
import { itemName, scheduledCase } from '../department.ts';
import {
  DISK_RETRY_MS,
  MAX_CONCURRENT,
  MAX_OPEN_CASES,
  MAX_OUTSTANDING,
  STATE_INTERVAL_MS,
} from '../limits.ts';
import { type TruthLog, truthOf } from '../truth.ts';
import { CaseProgress, type PendingDelivery } from './case-progress.ts';
import { type FeedState, writeFeedState } from './feed-state.ts';
import type { Gateways } from './gateways.ts';

export interface FeedOptions {
  seed: number;
  /** cases per second */
  rate: number;
  /** 0 without end */
  cases: number;
  timeScale: number;
  stateFile: string;
}

/** Longest sleep of the loop, ms: a stop is noticed within it. */
const TICK_MS = 250;

/**
 * The department at work: begins cases at its rate, sends what is due, keeps what was not positively acknowledged and
 * sends it again later.
 */
export class Feed {
  readonly #options: FeedOptions;
  readonly #state: FeedState;
  readonly #progress: CaseProgress;
  readonly #gateways: Gateways;
  readonly #truth: TruthLog;
  readonly #context: ServiceContext;
  readonly #underWay = new Set<Promise<void>>();
  #nextCaseAt: number;
  #stateWrittenAt = 0;
  #stopping = false;
  #told = false;

  constructor(
    options: FeedOptions,
    state: FeedState,
    gateways: Gateways,
    truth: TruthLog,
    context: ServiceContext,
  ) {
    this.#options = options;
    this.#state = state;
    this.#gateways = gateways;
    this.#truth = truth;
    this.#context = context;
    this.#progress = new CaseProgress(options.seed);
    this.#nextCaseAt = Date.now();
    for (const [number, names] of Object.entries(state.outstanding)) {
      const left = scheduledCase(options.seed, Number(number)).deliveries.filter((delivery) =>
        names.includes(itemName(delivery.item)),
      );
      this.#progress.begin(Number(number), left, Date.now(), options.timeScale);
    }
  }

  /** Works until `stop`, or until all cases are sent and acknowledged. */
  async run(): Promise<void> {
    const open = this.#context.metrics.gauge(
      'interleave_simulator_open_cases',
      'Cases not wholly acknowledged.',
    );
    while (!this.#stopping && !this.#finished()) {
      await this.#beginCases();
      const due = this.#progress.due(Date.now());
      for (const item of due.slice(0, MAX_CONCURRENT - this.#underWay.size)) this.#start(item);
      open.set(this.#progress.openCases);
      await this.#keepState();
      await this.#pause();
    }
    await Promise.allSettled(this.#underWay);
    await this.#keepState(true);
  }

  /** Begins nothing more; `run` resolves when what is under way has its answer. */
  stop(): void {
    this.#stopping = true;
  }

  get openCases(): number {
    return this.#progress.openCases;
  }

  #finished(): boolean {
    const { cases } = this.#options;
    return cases > 0 && this.#state.nextCase >= cases && this.#progress.openCases === 0;
  }

  async #beginCases(): Promise<void> {
    const { cases, rate, seed, timeScale } = this.#options;
    const now = Date.now();
    // A feed that was held up does not make up for it with a burst.
    this.#nextCaseAt = Math.max(this.#nextCaseAt, now - 1000);
    while (this.#nextCaseAt <= now && (cases === 0 || this.#state.nextCase < cases)) {
      if (this.#progress.openCases >= MAX_OPEN_CASES || this.#progress.unanswered(now) >= MAX_OUTSTANDING) {
        this.#nextCaseAt = now + TICK_MS;
        return;
      }
      const { plan, deliveries } = scheduledCase(seed, this.#state.nextCase);
      // Without its truth a case is worth nothing: it begins when there is room for it.
      if (!(await this.#kept(this.#truth.append(truthOf(plan))))) {
        this.#nextCaseAt = now + DISK_RETRY_MS;
        return;
      }
      this.#progress.begin(plan.caseNumber, deliveries, now, timeScale);
      this.#state.nextCase++;
      this.#nextCaseAt += 1000 / rate;
      this.#counter('interleave_simulator_cases_total', 'Cases begun.').inc();
    }
  }

  #start(item: PendingDelivery): void {
    item.underWay = true;
    const sending = this.#send(item).finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  async #send(item: PendingDelivery): Promise<void> {
    const { kind } = item.delivery.item;
    const sent = this.#context.metrics.counter('interleave_simulator_sent_total', 'Deliveries by outcome.', [
      'kind',
      'outcome',
    ]);
    try {
      const { accepted, answer } = await this.#gateways.deliver(
        this.#progress.plan(item),
        item.delivery.item,
      );
      sent.inc({ kind, outcome: accepted ? 'accepted' : 'refused' });
      if (accepted) this.#progress.accepted(item);
      else {
        this.#context.log.warn({ kind, answer, caseNumber: item.caseNumber }, 'delivery.refused');
        this.#progress.notAccepted(item, Date.now());
      }
    } catch (error) {
      sent.inc({ kind, outcome: 'failed' });
      this.#context.log.info({ kind, code: codeOf(error), caseNumber: item.caseNumber }, 'delivery.failed');
      this.#progress.notAccepted(item, Date.now());
    }
  }

  async #keepState(now = false): Promise<void> {
    if (!now && Date.now() - this.#stateWrittenAt < STATE_INTERVAL_MS) return;
    this.#stateWrittenAt = Date.now();
    this.#state.outstanding = this.#progress.outstanding();
    await this.#kept(writeFeedState(this.#options.stateFile, this.#state));
  }

  /** False where the disk did not take it; then it is tried again, and said once. */
  async #kept(writing: Promise<void>): Promise<boolean> {
    const { log, ready } = this.#context;
    try {
      await writing;
      ready.set('state', true);
      this.#told = false;
      return true;
    } catch (cause) {
      const code = codeOf(toDiskError(cause));
      ready.set('state', false, code);
      if (!this.#told) log.warn({ code }, 'feed.state.waiting');
      this.#told = true;
      return false;
    }
  }

  /** Until something is due, at most a tick; sooner when a delivery ends. */
  async #pause(): Promise<void> {
    const now = Date.now();
    const wake = Math.min(this.#progress.nextDueAt(), this.#nextCaseAt, now + TICK_MS);
    const full = this.#underWay.size >= MAX_CONCURRENT;
    const wait = full ? TICK_MS : Math.max(5, wake - now);
    let timer: NodeJS.Timeout | undefined;
    const slept = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, wait);
    });
    await Promise.race([slept, ...this.#underWay]);
    clearTimeout(timer);
  }

  #counter(name: string, help: string) {
    return this.#context.metrics.counter(name, help);
  }
}
