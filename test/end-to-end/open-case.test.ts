import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { MllpSender } from '../../clients/mllp-sender.ts';
import { SearchClient } from '../../harness/search-client.ts';
import { System } from '../../harness/system.ts';
import { until } from '../../harness/until.ts';
import type { SimulatedCase } from '../../simulator/case.ts';
import { OLD_AFTER_MS } from '../../web/src/limits.ts';
import { withoutChromium, withPage } from './support/browser.ts';
import { reportMessage } from './support/report-message.ts';
import { sendSimulatedCases } from './support/simulated-feed.ts';

const LARGE = [
  'FINDINGS: Large left pneumothorax. Heart size is normal.',
  'IMPRESSION: Large left pneumothorax.',
];
const NONE = ['FINDINGS: No pneumothorax. Heart size is normal.', 'IMPRESSION: No pneumothorax.'];

/** With INTERLEAVE_SCREENSHOTS=<folder> the pictures for the eye are kept there. */
const screenshots = process.env['INTERLEAVE_SCREENSHOTS'];

describe('what stands open on the page while it changes', { skip: withoutChromium }, () => {
  let system: System;
  let search: SearchClient;
  let mllp: MllpSender;
  let sent: SimulatedCase[];

  before(async () => {
    if (screenshots !== undefined) mkdirSync(screenshots, { recursive: true });
    system = await System.start();
    search = new SearchClient(system.instance.page);
    mllp = await MllpSender.connect({ ...system.instance.hl7, timeoutMs: 30_000 });
    sent = await sendSimulatedCases(
      system.instance,
      7,
      Array.from({ length: 8 }, (_, n) => n + 1),
    );
    for (const { accession, images } of sent)
      await until(
        async () => {
          const shown = (await search.byAccession(accession))?.images ?? [];
          return shown.filter(({ thumbnail }) => thumbnail !== null).length === images.length;
        },
        120_000,
        'a complete case',
      );
    for (const accession of ['OPEN-0001', 'OPEN-0002', 'OPEN-0003', 'OPEN-0004']) {
      await send({ accession, control: `${accession}-1`, text: LARGE });
      await found(accession);
    }
  });
  after(async () => {
    await mllp?.close();
    await system?.stop();
  });

  async function send(report: Parameters<typeof reportMessage>[0]): Promise<void> {
    assert.equal((await mllp.send(reportMessage(report))).code, 'AA');
  }

  async function found(accession: string, status = 'FINAL'): Promise<string> {
    let id = '';
    await until(
      async () => {
        const hit = await search.byAccession(accession);
        id = hit?.id ?? '';
        return hit?.status === status;
      },
      60_000,
      `${accession} as ${status}`,
    );
    return id;
  }

  const views = (id: string) =>
    system
      .logs()
      .split('\n')
      .filter((line) => line.includes('audit.case') && line.includes(id)).length;

  test('a correction is told within seconds, marked, and announced; the old text is not left as current', () =>
    withPage(async (page) => {
      const id = await found('OPEN-0001');
      await page.goto(`${system.instance.page}/cases/${id}`);
      await page.locator('.chip.present', { hasText: 'Pneumothorax' }).waitFor();
      const explain = page.getByRole('button', { name: 'Explain' });
      await explain.focus();
      await page.evaluate('scrollTo(0, 60)');
      const place = (await explain.boundingBox())?.y ?? 0;
      assert.equal(await page.locator('.changed').count(), 0);
      // Some polls, none of which is a view.
      await page.waitForResponse((answer) => answer.status() === 304 && answer.url().endsWith(id));
      assert.equal(views(id), 1);

      await send({ accession: 'OPEN-0001', control: 'C2', status: 'C', minute: 5, text: NONE });
      await found('OPEN-0001', 'CORRECTED');
      const findable = Date.now();
      const told = page.getByRole('status').locator('.changed', { hasText: 'This case changed at' });
      await told.waitFor({ timeout: 30_000 });
      const took = Date.now() - findable;
      assert.ok(took < 10_000, `it took ${took} ms from the moment that a search found it`);
      assert.match(
        (await told.textContent()) ?? '',
        /the report was corrected; Pneumothorax: was present, now absent/,
      );
      assert.equal(await page.locator('.status').textContent(), 'Corrected');
      assert.equal(await page.locator('.chip.present', { hasText: 'Pneumothorax' }).count(), 0);
      assert.equal(await page.locator('.report-text', { hasText: 'Large left pneumothorax' }).count(), 0);
      assert.equal(await page.locator('.report-text ins', { hasText: 'No pneumothorax.' }).count(), 2);
      assert.equal(await page.locator('.report-text ins', { hasText: 'Heart size' }).count(), 0);
      assert.equal(await page.locator('.chips li', { hasText: 'Pneumothorax' }).locator('.fresh').count(), 1);
      assert.equal(await explain.evaluate((button) => button === button.ownerDocument.activeElement), true);
      const moved = Math.abs(((await explain.boundingBox())?.y ?? 0) - place);
      assert.ok(moved < 20, `what is read stays in its place: it moved by ${moved} px`);
      assert.equal(await page.locator('details.before[open]').count(), 0);
      assert.ok(await page.getByText('Not for diagnosis.').isVisible());
      assert.equal(views(id), 2, 'the change was shown, and that is a view');
      await keep(page, 'corrected');
      await page.getByRole('button', { name: 'I have seen it' }).first().click();
      assert.equal(await page.locator('.changed, ins, .fresh').count(), 0);
    }));

  test('a card in a list of hits changes in its place, or leaves a note there', () =>
    withPage(async (page) => {
      await page.goto(system.instance.page);
      await searchFor(page, 'left pneumothorax');
      const card = page.locator('article.hit', { hasText: 'OPEN-0002' });
      await card.waitFor();
      const place = (await page.locator('article.hit').allTextContents()).findIndex((text) =>
        text.includes('OPEN-0002'),
      );
      const text = ['FINDINGS: Large left pneumothorax. Rib fracture.', 'IMPRESSION: Pneumothorax.'];
      await send({ accession: 'OPEN-0002', control: 'L2', status: 'C', minute: 5, text });
      await card.locator('.changed', { hasText: /Changed at .*the report was corrected/ }).waitFor();
      await page.getByRole('status').getByText('A case in this list changed at').waitFor();
      await keep(page, 'list-renewed');
      await send({ accession: 'OPEN-0002', control: 'L3', status: 'C', minute: 9, text: NONE });
      const note = page.locator('article.hit.gone');
      await note.getByText('is no longer among these results').waitFor();
      const cards = await page.locator('article.hit').allTextContents();
      assert.equal(
        cards.findIndex((shown) => shown.includes('no longer among')),
        place,
      );
      assert.ok(!cards.some((shown) => shown.includes('OPEN-0002')), 'nothing of it is left standing');
      await keep(page, 'list-gone');
      await note.getByText('Open it as it is now').click();
      await page.locator('.report-text', { hasText: 'No pneumothorax' }).waitFor();
    }));

  test('a case among those that are like the open one changes there too', () =>
    withPage(async (page) => {
      await page.goto(`${system.instance.page}/cases/${await found('OPEN-0003')}`);
      const card = page.locator('#similar article.hit', { hasText: 'OPEN-0004' });
      await card.waitFor();
      await send({ accession: 'OPEN-0004', control: 'S2', status: 'X', minute: 5, text: LARGE });
      await page.locator('#similar article.hit.gone').waitFor();
      assert.equal(await card.count(), 0);
    }));

  test('an enlarged image that is withheld is taken away, and the page says so', () =>
    withPage(async (page) => {
      const joined = sent.find(({ images, reports }) => images.length > 1 && reports.length > 0);
      const [last] = joined?.reports.slice(-1) ?? [];
      assert.ok(joined !== undefined && last !== undefined);
      const { id = '' } = (await search.byAccession(joined.accession)) ?? {};
      await page.goto(`${system.instance.page}/cases/${id}`);
      await page.locator('.strip button').nth(1).click();
      await page.locator('figure img.thumbnail').waitFor();
      const other = last.message
        .toString('latin1')
        .replace(/PID\|[^\r]*/, 'PID|1||ELSE-77^^^ELSE^MR||Anderer^Mensch||19330303|M')
        .replace(/^((?:[^|]*\|){9})[^|]*/, '$1OTHER1')
        .replace(/^((?:[^|]*\|){6})\d{4}/, '$12027');
      assert.equal((await mllp.send(Buffer.from(other, 'latin1'))).code, 'AA');
      await page.getByText('The image that stood here is no longer shown').waitFor();
      assert.equal(await page.locator('.images img').count(), 0);
      await page.getByRole('status').locator('.changed', { hasText: 'its images are withheld' }).waitFor();
      await keep(page, 'withheld');
    }));

  test('without the network it says since when it cannot tell, and catches up when it is back', () =>
    withPage(async (page) => {
      await page.goto(`${system.instance.page}/cases/${await found('OPEN-0003')}`);
      await page.locator('.report-text').waitFor();
      await page.context().setOffline(true);
      const unchecked = page.getByRole('status').getByText(/Not checked since \d\d:\d\d/);
      await unchecked.first().waitFor({ timeout: OLD_AFTER_MS + 5_000 });
      await page.getByText('What stands here may be old.').first().waitFor();
      await page.locator('main.old').waitFor();
      await keep(page, 'unchecked');
      await send({ accession: 'OPEN-0003', control: 'N2', status: 'C', minute: 5, text: NONE });
      await found('OPEN-0003', 'CORRECTED');
      await page.context().setOffline(false);
      await page
        .locator('.changed', { hasText: 'the report was corrected' })
        .first()
        .waitFor({ timeout: 15_000 });
      assert.equal(await unchecked.count(), 0);
      assert.equal(await page.locator('main.old').count(), 0);
    }, 'dark'));

  test('a list says since when it cannot tell while the search service stands still', () =>
    withPage(async (page) => {
      await page.goto(system.instance.page);
      await searchFor(page, 'Heart size');
      await page.locator('article.hit').first().waitFor();
      const unchecked = page.getByRole('status').getByText(/Not checked since \d\d:\d\d/);
      system.kill('search', 'SIGSTOP');
      try {
        await unchecked.waitFor({ timeout: OLD_AFTER_MS + 15_000 });
        assert.equal(await page.locator('.hits.old').count(), 1);
        await keep(page, 'list-unchecked');
      } finally {
        system.kill('search', 'SIGCONT');
      }
      await unchecked.waitFor({ state: 'detached' });
      await page.locator('.hits:not(.old) article.hit').first().waitFor();
    }));

  test('a tab in the background does not poll, marks what it shows when it comes back, and looks at once', () =>
    withPage(async (page) => {
      const id = await found('OPEN-0001', 'CORRECTED');
      await page.goto(`${system.instance.page}/cases/${id}`);
      await page.locator('.report-text').waitFor();
      const see = (state: string) =>
        page.evaluate(
          `Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
           document.dispatchEvent(new Event('visibilitychange'))`,
        );
      await see('hidden');
      await page.waitForTimeout(1_000);
      let asked = 0;
      page.on('request', (request) => {
        if (request.url().includes('/api/cases/')) asked++;
      });
      await send({ accession: 'OPEN-0001', control: 'B3', status: 'X', minute: 9, text: LARGE });
      await until(async () => (await search.detail(id)).status === 'CANCELLED', 60_000, 'cancelled');
      await page.waitForTimeout(OLD_AFTER_MS);
      assert.equal(asked, 0, 'nobody looks at it');
      await page
        .getByText(/Not checked since/)
        .first()
        .waitFor();
      await see('visible');
      await page
        .locator('.changed', { hasText: 'the report was cancelled' })
        .first()
        .waitFor({ timeout: 15_000 });
      await page.getByText('What it says does not count.').waitFor();
      await keep(page, 'cancelled');
    }));

  async function keep(page: Page, name: string): Promise<void> {
    if (screenshots === undefined) return;
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(screenshots, `${name}-${colorScheme}.png`) });
    }
    await page.emulateMedia({ colorScheme: 'light' });
    const size = page.viewportSize();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.screenshot({ path: join(screenshots, `${name}-390.png`) });
    if (size !== null) await page.setViewportSize(size);
  }
});

type Page = Parameters<Parameters<typeof withPage>[0]>[0];

async function searchFor(page: Page, words: string): Promise<void> {
  await page.locator('input[type=search]').fill(words);
  const answered = page.waitForResponse((response) => response.url().endsWith('/api/search'));
  await page.locator('input[type=search]').press('Enter');
  await answered;
  await page.locator('.columns[aria-busy=false]').waitFor();
}
