import { codeOf } from '../../core/errors.ts';
import { elasticsearchError } from '../../platform/elasticsearch/client.ts';
import type { ServiceContext } from '../../platform/process/lifecycle.ts';
import { checkIndex, type IndexFits } from '../../schemas/index/check-index.ts';
import type { IndexAliases } from '../../schemas/index/index-names.ts';
import { type PhysicalIndex, physicalIndices } from '../../schemas/index/physical-indices.ts';
import { type FeedParts, feedIndex, type IndexFeed } from './feed-index.ts';
import { FeedReadiness } from './feed-readiness.ts';
import { FOLLOW_INDICES_MS } from './limits.ts';

interface Fed {
  index: PhysicalIndex;
  feed: IndexFeed;
  ready: FeedReadiness;
}

/**
 * Feeds every build that is there: the one that is searched, one that is being built beside it, and one that is kept. Which
 * those are is read from Elasticsearch again and again, so that who makes or drops a build needs no word with us.
 */
export class FollowIndices {
  readonly #parts: FeedParts;
  readonly #aliases: IndexAliases;
  readonly #needed: IndexFits;
  readonly #context: ServiceContext;
  readonly #fed = new Map<string, Fed>();
  readonly #refused = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  private constructor(parts: FeedParts, aliases: IndexAliases, needed: IndexFits, context: ServiceContext) {
    this.#parts = parts;
    this.#aliases = aliases;
    this.#needed = needed;
    this.#context = context;
  }

  /** Throws `INDEX_MISMATCH` or `INDEX_OF_OTHER_KAFKA` where the index that is searched is not one that may be written. */
  static async start(
    parts: FeedParts,
    aliases: IndexAliases,
    needed: IndexFits,
    context: ServiceContext,
  ): Promise<FollowIndices> {
    const following = new FollowIndices(parts, aliases, needed, context);
    const found = await following.#found();
    const live = found.find(({ isLive }) => isLive);
    checkIndex(live?.names.cases ?? aliases.casesAlias, live?.meta ?? null, needed);
    context.ready.set('elasticsearch', true);
    await following.#follow(found);
    following.#wait();
    return following;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await Promise.all([...this.#fed.values()].map(({ feed }) => feed.stop()));
  }

  #wait(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().finally(() => this.#wait());
    }, FOLLOW_INDICES_MS);
  }

  async #look(): Promise<void> {
    try {
      await this.#follow(await this.#found());
    } catch (error) {
      const code = codeOf(error);
      // Nothing is searched any more, or what is may not be written: a start says what to do about it.
      if (code === 'INDEX_MISMATCH' || code === 'INDEX_OF_OTHER_KAFKA') this.#context.fail(error);
      else this.#context.log.warn({ code, err: error }, 'indices.not.looked.at');
    }
  }

  #found(): Promise<PhysicalIndex[]> {
    return physicalIndices(this.#parts.client, this.#aliases).catch((error: unknown) => {
      throw elasticsearchError(error);
    });
  }

  async #follow(found: readonly PhysicalIndex[]): Promise<void> {
    const wanted = found.filter((index) => this.#isToBeFed(index));
    const names = new Set(wanted.map((index) => index.names.cases));
    for (const [name, { feed }] of this.#fed) {
      if (names.has(name)) continue;
      this.#fed.delete(name);
      await feed.stop();
      this.#context.log.info({ index: name }, 'index.feed.ended');
    }
    // The one that is searched first: it must not wait for another.
    for (const index of [...wanted].sort((a, b) => Number(b.isLive) - Number(a.isLive)))
      await this.#feed(index);
  }

  async #feed(index: PhysicalIndex): Promise<void> {
    const { cases } = index.names;
    const known = this.#fed.get(cases);
    if (known !== undefined) {
      known.ready.show(index.isLive);
      return;
    }
    const { log, metrics, fail, ready: service } = this.#context;
    const ready = new FeedReadiness(service);
    ready.show(index.isLive);
    const feed = await feedIndex(index, () => ready.isShown, this.#parts, { log, metrics, fail, ready });
    this.#fed.set(cases, { index, feed, ready });
    log.info({ index: cases, state: index.meta.state, isLive: index.isLive }, 'index.feed.began');
  }

  /** The one that is searched must be; another that does not fit is told once and left. */
  #isToBeFed({ names, meta, isLive }: PhysicalIndex): boolean {
    if (meta.state === 'dropping') return false;
    try {
      checkIndex(names.cases, meta, this.#needed);
      return true;
    } catch (error) {
      if (isLive) throw error;
      if (!this.#refused.has(names.cases))
        this.#context.log.warn({ index: names.cases, code: codeOf(error) }, 'index.not.fed');
      this.#refused.add(names.cases);
      return false;
    }
  }
}
