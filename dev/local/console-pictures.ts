/** `make screenshots`: pictures of the console for the documentation, taken of a pipeline that runs, with samples on it. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Browser, Page } from 'playwright-core';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { ModelEventConsumer } from '../../clients/node/consumer';
import { DeadLetterError } from '../../queue/errors';
import { startChromium } from './chromium';
import { startConsole } from './console';
import { startPipeline, type Pipeline } from './pipeline';
import { readPipelineSettings, type PipelineSettings } from './synthesized-pipeline';

const folder = resolve(__dirname, '../../docs/pictures');
const wide = { width: 1200, height: 760 };
const narrow = { width: 360, height: 740 };

const models = ['credit-risk-7', 'fraud-graph-2', 'churn-telco-12', 'demand-eu-4', 'triage-notes-1', 'yield-maize-3'];
/** Errors with which the marketplace's consumer rejects some models. */
const refusals: Readonly<Record<string, readonly [code: string, message: string]>> = {
  'fraud-graph-2': ['LISTING_REFUSED', 'the marketplace has no category "graph" yet'],
  'demand-eu-4': ['LISTING_REFUSED', 'the listing needs a licence text'],
  'yield-maize-3': [
    'UPSTREAM_REFUSED',
    'HTTP 422 from /listings: "metric_name" must be one of accuracy, auroc, f1, rmse',
  ],
};

async function main(): Promise<void> {
  const settings = readPipelineSettings(resolve('cdk.out', 'ModelEvents-development.template.json'));
  const pipeline = await startPipeline({ settings });
  const { host, port, token, ca } = pipeline.redis;
  const redis = { host, port, token, ca };
  const { subscriptions } = settings.publisher;
  const page = startConsole({ redis, subscriptions, sendToBuffer: (text) => pipeline.buffer.send(text) });
  pipeline.bus.serveOthers(page.listener);
  const browser = await startChromium();
  try {
    const stopConsumers = await fill(pipeline, settings);
    await mkdir(folder, { recursive: true });
    await takeAll(browser, pipeline.bus.url);
    await stopConsumers();
  } finally {
    await browser.close();
    await page.stop();
    await pipeline.stop();
  }
}

/** Registrations: some are refused, some end as dead letters of the marketplace, and a consumer holds one. */
async function fill(pipeline: Pipeline, settings: PipelineSettings): Promise<() => Promise<void>> {
  const queueOf = (part: string): string =>
    settings.publisher.subscriptions.find(({ service }) => service.includes(part))?.queue ?? '';
  const { host, port, token, ca } = pipeline.redis;
  const redis = { host, port, token, ca };
  await register(pipeline, settings, [
    ...models.map((model) => detail(model)),
    detail('loan-default-9', { baseline_value: 'high' }),
    detail('speech-de-5', { token_symbol: 'SPEECH DE', metric_name: '' }),
  ]);
  await pipeline.buffer.idle();

  const site = new ModelEventConsumer({
    redis,
    queue: queueOf('site'),
    name: 'site-task-3f2a',
    handler: (message) => {
      const [code, reason] = refusals[message.payload.model_id] ?? [];
      if (reason === undefined) return;
      const frames = ['listModel (/app/listing.js:41:11)', 'handle (/app/consumer.js:18:9)'];
      const stack = ['DeadLetterError', ...frames.map((frame) => `    at ${frame}`)].join('\n');
      throw Object.assign(new DeadLetterError(reason, code), { stack });
    },
  });
  const settled = allSettled(site, models.length);
  void site.run();
  await settled;
  const chain = new ModelEventConsumer({
    redis,
    queue: queueOf('token'),
    name: 'token-task-91bc',
    stopSeconds: 0,
    handler: () => new Promise(() => undefined),
  });
  void chain.run();
  return async () => {
    await Promise.all([site.stop(), chain.stop()]);
  };
}

/** Resolves when the consumer has done with so many messages. */
function allSettled(consumer: ModelEventConsumer, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const one = (): void => {
      if (--left === 0) resolve();
    };
    consumer.on('acknowledged', one).on('dead-lettered', one);
  });
}

async function register(pipeline: Pipeline, { busName }: PipelineSettings, details: readonly string[]): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new EventBridgeClient({ endpoint: pipeline.bus.url, region: 'us-east-1', credentials });
  const entries = details.map((Detail) => ({
    EventBusName: busName,
    Source: registrySource,
    DetailType: modelRegistered,
    Detail,
  }));
  await client.send(new PutEventsCommand({ Entries: entries }));
  client.destroy();
}

const detail = (modelId: string, change: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    event_id: `reg-2026-11-${modelId}`,
    model_id: modelId,
    token_symbol: modelId.toUpperCase(),
    metric_name: 'auroc',
    baseline_value: 0.82,
    performance_data: { current_value: 0.87, folds: [0.861, 0.874, 0.879] },
    baseline_validated: true,
    ...change,
  });

async function takeAll(browser: Browser, url: string): Promise<void> {
  const take = async (
    name: string,
    viewport: typeof wide,
    colorScheme: 'light' | 'dark',
    go: (page: Page) => Promise<unknown>,
  ) => {
    const context = await browser.newContext({ viewport, colorScheme, deviceScaleFactor: 2 });
    const page = await context.newPage();
    await page.goto(url);
    await go(page);
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
    await context.close();
    console.log(`docs/pictures/${name}.png`);
  };
  const letters = (page: Page): Promise<void> =>
    page.getByRole('link', { name: 'Dead letters of hokusai-site' }).click();
  await take('overview-light', wide, 'light', () => Promise.resolve());
  await take('overview-narrow', narrow, 'light', () => Promise.resolve());
  await take('queued-light', wide, 'light', async (page) => {
    await page.getByRole('link', { name: / waiting in hokusai-token$/ }).click();
    await page.getByText('Show').first().click();
  });
  await take('dead-letters-dark', wide, 'dark', letters);
  await take('dead-letter-light', wide, 'light', async (page) => {
    await letters(page);
    await page.getByRole('link', { name: 'reg-2026-11-yield-maize-3' }).click();
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
