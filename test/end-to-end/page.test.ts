import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { MllpSender } from '../../clients/mllp-sender.ts';
import { SearchClient } from '../../harness/search-client.ts';
import { System } from '../../harness/system.ts';
import { until } from '../../harness/until.ts';
import type { SimulatedCase } from '../../simulator/case.ts';
import { withoutChromium, withPage } from './support/browser.ts';
import { sendSimulatedCases } from './support/simulated-feed.ts';

/** A report that denies in its findings what its impression asserts. */
const CONTRADICTORY = [
  'MSH|^~\\&|RIS|E2E|INTERLEAVE|E2E|20260102120000||ORU^R01^ORU_R01|CONTRA1|P|2.5.1',
  'PID|1||E2E-9^^^E2E^MR||Testfall^Widerspruch||19600101|F',
  'OBR|1|P-E2E|E2E-0001|XRANKLE^ANKLE^L||20260102110000|||||||||||||||20260102115500||DX|F',
  'OBX|1|TX|XRANKLE^ANKLE^L||FINDINGS:||||||F',
  'OBX|2|TX|XRANKLE^ANKLE^L||No fracture.||||||F',
  'OBX|3|TX|XRANKLE^ANKLE^L||IMPRESSION:||||||F',
  'OBX|4|TX|XRANKLE^ANKLE^L||Fracture of the distal fibula.||||||F',
].join('\r');

const SEED = 7;
const CASES = 40;

/** With INTERLEAVE_SCREENSHOTS=<folder> the pictures for the eye are kept there. */
const screenshots = process.env['INTERLEAVE_SCREENSHOTS'];

describe('the page, in a real Chromium', { skip: withoutChromium }, () => {
  let system: System;
  let sent: SimulatedCase[];

  before(async () => {
    if (screenshots !== undefined) mkdirSync(screenshots, { recursive: true });
    system = await System.start();
    sent = await sendSimulatedCases(
      system.instance,
      SEED,
      Array.from({ length: CASES }, (_, n) => n + 1),
    );
    const mllp = await MllpSender.connect({ ...system.instance.hl7, timeoutMs: 30_000 });
    assert.equal((await mllp.send(Buffer.from(CONTRADICTORY))).code, 'AA');
    await mllp.close();
    const search = new SearchClient(system.instance.page);
    await until(async () => (await search.byAccession('E2E-0001')) !== undefined, 120_000, 'the report');
    for (const simulated of sent)
      await until(
        async () => {
          const found = await search.byAccession(simulated.accession);
          return (
            found?.status === simulated.reports.at(-1)?.status &&
            found?.images.filter((image) => image.thumbnail !== null).length === simulated.images.length
          );
        },
        120_000,
        'a complete case',
      );
  });
  after(() => system?.stop());

  test('it shows the newest cases with pictures, and says that it is not for diagnosis', () =>
    withPage(async (page) => {
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      await page.goto(system.instance.page);
      await page.getByText('Not for diagnosis.').waitFor();
      await page.locator('article.hit').first().waitFor();
      assert.equal(await page.locator('article.hit').count(), 20);
      await page.locator('article.hit img.thumbnail').first().waitFor();
      const picture = page.locator('article.hit img.thumbnail').first();
      await until(
        async () => (await picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth)) > 50,
        30_000,
        'a thumbnail that is a picture',
      );
      await keep(page, 'newest');
      assert.deepEqual(problems, []);
    }));

  test('"pneumothorax" finds the cases that have one, and none that denies it; "no pneumothorax" the other way round', () =>
    withPage(async (page) => {
      const have = (assertion: string) =>
        sent.filter((simulated) => simulated.reports.at(-1)?.labels['pneumothorax'] === assertion).length;
      assert.ok(have('PRESENT') > 0 && have('ABSENT') > 0, 'the department has both');
      await page.goto(system.instance.page);
      await searchFor(page, 'pneumothorax');
      assert.equal(await page.locator('article.hit .chip.absent', { hasText: 'Pneumothorax' }).count(), 0);
      assert.equal(
        await page.locator('article.hit').count(),
        have('PRESENT') + have('UNCERTAIN'),
        'every case that has one or may have one',
      );
      const firsts = page.locator('article.hit').first();
      assert.equal(await firsts.locator('.chip.present', { hasText: 'Pneumothorax' }).count(), 1);
      await keep(page, 'pneumothorax');
      await searchFor(page, 'no pneumothorax');
      assert.equal(await page.locator('article.hit .chip.present', { hasText: 'Pneumothorax' }).count(), 0);
      assert.ok((await page.locator('article.hit').count()) > 0);
      assert.ok(!page.url().includes('pneumothorax'), 'words stay out of the address');
    }));

  test('it says how the words were read, and counts apart what is uncertain or near by meaning only', () =>
    withPage(async (page) => {
      const labels = sent.map((simulated) => simulated.reports.at(-1)?.labels['pneumothorax']);
      const count = (assertion: string) => labels.filter((label) => label === assertion).length;
      const understood = page.locator('.understood');
      await page.goto(system.instance.page);
      await searchFor(page, 'pneumothorax');
      const said = (await understood.textContent()) ?? '';
      assert.ok(said.includes(`: ${count('PRESENT')} present`), said);
      if (count('UNCERTAIN') > 0) assert.ok(said.includes(`${count('UNCERTAIN')} uncertain`), said);
      await searchFor(page, 'right pneumothorax -effusion');
      assert.equal(await understood.locator('.chip.absent', { hasText: /effusion/i }).count(), 1);
      await keep(page, 'minus');
      await searchFor(page, 'pneumothorax or cardiomegaly -zebra');
      await understood.getByText('“or” is read as “and”').waitFor();
      await understood.getByText('without “zebra”').waitFor();
      await keep(page, 'or');
      await searchFor(page, 'abnormal chest anatomy');
      await page.getByRole('heading', { name: 'By meaning only' }).waitFor();
      await understood.getByText(/\d+ by meaning only/).waitFor();
      await keep(page, 'by-meaning-only');
    }));

  test('a number that nobody has brings nobody, in words', () =>
    withPage(async (page) => {
      await page.goto(system.instance.page);
      for (const words of ['E2E-0002', ' e2e-0002 ', 'E2E-0002 fracture']) {
        await searchFor(page, words);
        await page.getByRole('heading', { name: 'No case with this number.' }).waitFor();
        assert.equal(await page.locator('article.hit').count(), 0, words);
      }
      await keep(page, 'no-such-number');
      await searchFor(page, 'E2E-0001 fracture');
      assert.equal(await page.locator('article.hit').count(), 1);
    }));

  test('a report that contradicts itself is told beside its findings', () =>
    withPage(async (page) => {
      await page.goto(system.instance.page);
      await searchFor(page, 'E2E-0001');
      await page.locator('article.hit h2 a').first().click();
      const told = page.locator('.contradictions');
      await told.waitFor();
      assert.match((await told.textContent()) ?? '', /contradict.*Fracture is said to be present and absent/);
      await keep(page, 'contradiction');
    }));

  test('a case shows its whole report, and a citation shows its image', () =>
    withPage(async (page) => {
      const citing = sent.find(
        (simulated) => /image/i.test(simulated.reports.at(-1)?.text ?? '') && simulated.images.length > 1,
      );
      assert.ok(citing, 'some report cites an image');
      await page.goto(system.instance.page);
      await searchFor(page, citing.accession);
      await page.locator('article.hit h2 a').first().click();
      await page.locator('.report-text').first().waitFor();
      assert.equal(await page.title(), 'Case · Interleave', 'no procedure or number in the history');
      // Who uses the keyboard goes on at the case, and hears its name.
      await page.locator('h1:focus').waitFor();
      const shown = (await page.locator('.report-text p').allTextContents()).join(' ').replace(/\s+/g, ' ');
      for (const sentence of (citing.reports.at(-1)?.text ?? '').split(/(?<=\.)\s+/).slice(0, 6))
        assert.ok(shown.includes(sentence.replace(/\s+/g, ' ').trim()), 'the sentence is there');
      const citation = page.locator('button.citation').first();
      await citation.click();
      assert.ok((await page.locator('.report-text mark').count()) > 0, 'the citing sentence is marked');
      await page.locator('figure img.thumbnail').waitFor();
      await keep(page, 'case');
    }));

  test('explained, every finding has its sign, and tells on focus by which words and rules it was read', () =>
    withPage(async (page) => {
      const problems: string[] = [];
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      const denies = sent.find((simulated) => simulated.reports.at(-1)?.labels['pneumothorax'] === 'ABSENT');
      assert.ok(denies, 'some report denies a pneumothorax');
      await page.goto(system.instance.page);
      await searchFor(page, denies.accession);
      await page.locator('article.hit h2 a').first().click();
      const explain = page.getByRole('button', { name: 'Explain' }).first();
      await explain.click();
      assert.equal(await explain.getAttribute('aria-pressed'), 'true');
      const finding = page.locator('button.finding.absent', { hasText: /pneumothora/i }).first();
      assert.equal(await finding.locator('.sign').textContent(), '−', 'not told by colour alone');
      const reason = finding.getByRole('tooltip');
      assert.equal(await reason.isVisible(), false);
      await finding.focus();
      assert.equal(await reason.isVisible(), true);
      const said = (await reason.textContent()) ?? '';
      assert.match(said, /Pneumothorax: absent/);
      assert.match(said, /because of “.+”.*cue\//);
      assert.match(said, /finding\/pneumothorax\//);
      const box = await reason.boundingBox();
      assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 1320, 'the reason stays in the window');
      await keep(page, 'explain');
      await page.keyboard.press('Escape');
      assert.equal(await reason.isVisible(), false, 'Escape puts it away');
      await explain.click();
      assert.equal(await page.locator('button.finding').count(), 0);
      assert.deepEqual(problems, [], 'nothing is refused by the content security policy');
    }));

  test('"more like this" leads to other cases, and back again', () =>
    withPage(async (page) => {
      await page.goto(system.instance.page);
      await searchFor(page, 'cardiomegaly');
      await page.locator('article.hit').first().getByText('More like this').click();
      await page.locator('#similar article.hit').first().waitFor();
      assert.ok((await page.locator('#similar article.hit').count()) >= 5);
      await keep(page, 'similar');
      await page.getByText('Back to the results').click();
      await page.locator('.understood').waitFor();
      assert.equal(await page.locator('input[type=search]').inputValue(), 'cardiomegaly');
    }));

  test('filters narrow, nothing found says what to do, and it works with the keyboard and in the dark', () =>
    withPage(async (page) => {
      await page.goto(system.instance.page);
      await page.locator('article.hit').first().waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('"words that no report has"');
      await page.keyboard.press('Enter');
      await page.getByText('No case matches.').waitFor();
      await searchFor(page, '');
      const filter = page.locator('.filters label').first();
      const count = Number(await filter.locator('.number').textContent());
      await filter.click();
      await page.locator('.understood', { hasText: `${count} case` }).waitFor();
      await keep(page, 'dark');
    }, 'dark'));
});

type Page = Parameters<Parameters<typeof withPage>[0]>[0];

async function searchFor(page: Page, words: string): Promise<void> {
  await page.locator('input[type=search]').fill(words);
  const answered = page.waitForResponse((response) => response.url().endsWith('/api/search'));
  await page.locator('input[type=search]').press('Enter');
  await answered;
  await page.locator('.columns[aria-busy=false]').waitFor();
}

async function keep(page: Page, name: string): Promise<void> {
  if (screenshots !== undefined)
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: false });
}
