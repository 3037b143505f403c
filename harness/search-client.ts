/** What the tests need of the search API's answers; `services/search/README.md` has the whole. */
export interface FoundCase {
  id: string;
  version: number;
  accession: string;
  standing: string;
  flags: string[];
  status: string | null;
  findings: Record<'present' | 'absent' | 'uncertain', { concept: string }[]>;
  images: {
    thumbnail: string | null;
    problem: string | null;
    modality: string;
    instanceNumber: number | null;
    frame: number;
    cited: boolean;
    embedded: boolean;
  }[];
}

export interface CaseDetail extends FoundCase {
  reports: { status: string; text: string; citations: { images: string[] }[]; versions: unknown[] }[];
}

/** Asks the search service as the page does. */
export class SearchClient {
  readonly #page: string;

  constructor(page: string) {
    this.#page = page;
  }

  async search(words: string, more: Record<string, unknown> = {}): Promise<FoundCase[]> {
    const response = await fetch(new URL('/api/search', this.#page), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ words, size: 50, ...more }),
    });
    if (!response.ok) throw new Error(`search answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as { hits: FoundCase[] }).hits;
  }

  /** The one case of an accession number, or undefined. */
  async byAccession(accession: string): Promise<FoundCase | undefined> {
    const found = (await this.search(accession)).filter((hit) => hit.accession === accession);
    if (found.length > 1) throw new Error(`${found.length} cases of one accession number`);
    return found[0];
  }

  async detail(id: string): Promise<CaseDetail> {
    const response = await fetch(new URL(`/api/cases/${id}`, this.#page));
    if (!response.ok) throw new Error(`the case answered ${response.status}`);
    return ((await response.json()) as { case: CaseDetail }).case;
  }

  async similar(id: string, by: string): Promise<FoundCase[]> {
    const response = await fetch(new URL(`/api/cases/${id}/similar?by=${by}`, this.#page));
    return ((await response.json()) as { hits: FoundCase[] }).hits;
  }

  async picture(path: string): Promise<{ status: number; type: string; bytes: Buffer }> {
    const response = await fetch(new URL(path, this.#page));
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      bytes: Buffer.from(await response.arrayBuffer()),
    };
  }
}
