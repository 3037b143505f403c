import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env['INTERLEAVE_CHROMIUM'] ?? CANDIDATES.find((path) => existsSync(path));

/** For the `skip` option of a test: false where a Chromium is installed, else the reason, which the runner prints. */
export const withoutChromium: string | false =
  executablePath === undefined ? 'SKIPPED: Chromium is not installed (apt-get install chromium)' : false;

/** A fresh browser that talks to nobody but the page under test. */
export async function withPage(
  use: (page: Page) => Promise<void>,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'interleave-chromium-'));
  const browser = await chromium.launchPersistentContext(profile, {
    ...(executablePath === undefined ? {} : { executablePath }),
    headless: true,
    viewport: { width: 1320, height: 900 },
    colorScheme,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    await use(await browser.newPage());
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
