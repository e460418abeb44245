import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type AwsJsonServer, startAwsJsonServer } from '../../dev/emulators/aws-json-server';
import { startChromium } from '../../dev/local/chromium';
import { type LocalConsole, startConsole } from '../../dev/local/console';
import { localSubscriptions } from '../../dev/local/publisher-environment';
import { endpointOf, type TestRedis } from '../support/redis';

/** The console as `make local` serves it, opened in Chromium. */
export interface TestPage {
  readonly url: string;
  readonly port: number;
  /** Actions reported since the test began. */
  readonly actions: string[];
  /** Events that went to the buffer. */
  readonly buffered: string[];
  readonly browser: Browser;
  /** Opens a path of the console in a new window, which closes after the test. */
  open(path?: string, options?: BrowserContextOptions): Promise<Page>;
  /** Restarts the console on the same Redis and port. */
  restart(): Promise<void>;
}

/** Starts the console and Chromium before the first test; call it after `useRedis`. */
export function useConsolePage(redis: TestRedis): TestPage {
  let server: AwsJsonServer;
  let page: LocalConsole;
  let browser: Browser;
  const actions: string[] = [];
  const buffered: string[] = [];
  const start = async (port?: number): Promise<void> => {
    page = startConsole({
      redis: endpointOf(redis.server),
      subscriptions: localSubscriptions,
      sendToBuffer: (text) => buffered.push(text),
      onAction: (line) => actions.push(line),
    });
    server = await startAwsJsonServer({
      service: 'The bus',
      operations: { 'AWSEvents.PutEvents': () => ({ FailedEntryCount: 0, Entries: [] }) },
      ...(port === undefined ? {} : { port }),
    });
    server.serveOthers(page.listener);
  };
  const stop = async (): Promise<void> => {
    await server.stop();
    await page.stop();
  };
  beforeAll(async () => {
    await start();
    browser = await startChromium();
  });
  beforeEach(() => {
    actions.length = 0;
    buffered.length = 0;
  });
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
  afterAll(async () => {
    await browser.close();
    await stop();
  });
  return {
    get url() {
      return server.url;
    },
    get port() {
      return server.port;
    },
    get browser() {
      return browser;
    },
    actions,
    buffered,
    open: async (path = '/', options = {}) => {
      const context = await browser.newContext({ acceptDownloads: true, ...options });
      const opened = await context.newPage();
      await opened.goto(server.url + path);
      return opened;
    },
    restart: async () => {
      const { port } = server;
      await stop();
      await start(port);
    },
  };
}
