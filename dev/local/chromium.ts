/** The machine's own Chromium, without a window: for the tests of the console's page and for its pictures. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** The one that can do nothing but run without a window first: the tests take less than half as long with it. */
const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
/** Nothing that reaches out of the machine. */
const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @throws Error where there is no Chromium, with what to do */
export async function startChromium(): Promise<Browser> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);
  if (found === undefined) {
    throw new Error('there is no Chromium on the PATH: run `tools/setup.sh chromium`, or install one yourself');
  }
  // As root Chromium has no sandbox to offer.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: found, headless: true, args: [...quiet, ...asRoot] });
}
