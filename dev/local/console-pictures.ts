/** `make screenshots`: pictures of the console for the documentation, taken of a pipeline that runs, with samples on it. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Redis } from 'ioredis';
import type { Browser, Page } from 'playwright-core';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { ModelEventConsumer } from '../../clients/node/consumer';
import { DeadLetterError } from '../../queue/errors';
import { ModelQueue } from '../../queue/model-queue';
import { RedisSession } from '../../queue/session';
import { startChromium } from './chromium';
import { startConsole } from './console';
import { startPipeline, type Pipeline } from './pipeline';
import { readPipelineSettings, type PipelineSettings } from './synthesized-pipeline';

const folder = resolve(__dirname, '../../docs/pictures');
/** Each view is taken in all of them. */
const looks = {
  wide: { viewport: { width: 1200, height: 400 }, colorScheme: 'light' },
  dark: { viewport: { width: 1200, height: 400 }, colorScheme: 'dark' },
  narrow: { viewport: { width: 360, height: 400 }, colorScheme: 'light' },
} as const;

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
    await takeAll(browser, pipeline.bus.url, queueOf(settings, 'token'), queueOf(settings, 'site'));
    await stopConsumers();
  } finally {
    await browser.close();
    await page.stop();
    await pipeline.stop();
  }
}

const queueOf = ({ publisher }: PipelineSettings, service: string): string =>
  publisher.subscriptions.find((each) => each.service.includes(service))?.queue ?? '';

/** Registrations: some are refused, some end as dead letters of the marketplace, and a consumer holds one. */
async function fill(pipeline: Pipeline, settings: PipelineSettings): Promise<() => Promise<void>> {
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
    queue: queueOf(settings, 'site'),
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
    queue: queueOf(settings, 'token'),
    name: 'token-task-91bc',
    stopSeconds: 0,
    handler: () => new Promise(() => undefined),
  });
  void chain.run();
  const session = new RedisSession(redis);
  await session.use('fill', (client) => failOnce(client, new ModelQueue(queueOf(settings, 'token'))));
  for (const [index, { queue }] of settings.publisher.subscriptions.entries()) {
    await session.use('fill', (client) => fillSamples(client, new ModelQueue(queue), 40 - 25 * index));
  }
  session.close();
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

/** One message fails, and waits for its next attempt. */
async function failOnce(redis: Redis, queue: ModelQueue): Promise<void> {
  const hold = { nonce: 'fail1.1', consumer: 'token-task-0c44', count: 1, starting: 1, leaseMs: 60_000 };
  const [claim] = (await queue.claim(redis, hold)).claims;
  if (claim === undefined) throw new Error('no message waits');
  const failure = { code: 'HANDLER_FAILED', reason: 'RPC node answers 503', delayMs: 900_000, maxRetries: 3 };
  await queue.retry(redis, claim, failure);
}

/** An hour of samples before the present depths: a backlog that grows for ten minutes, and is worked off. */
async function fillSamples(redis: Redis, { keys }: ModelQueue, burst: number): Promise<void> {
  await redis.del(keys.samples);
  const [seconds] = await redis.time();
  let [claims, waiting] = [0, 0];
  const samples = Array.from({ length: 60 }, (_, index) => {
    const incoming = 18 + Math.round(5 * Math.sin(index / 3)) + (index > 20 && index < 31 ? burst : 0);
    const claimed = Math.min(waiting + incoming, index > 20 && index < 27 ? 8 : 34);
    waiting += incoming - claimed;
    claims += claimed;
    return `${(Number(seconds) - 60 * (60 - index)) * 1000} ${waiting} ${claimed > 30 ? 4 : 1} ${index % 7 === 0 ? 2 : 0} ${Math.floor(index / 22)} ${claims}`;
  });
  await redis.rpush(keys.samples, ...samples.reverse());
}

/** Every view; the last one changes the queues. */
async function takeAll(browser: Browser, url: string, token: string, site: string): Promise<void> {
  let job: string | undefined;
  const views: Readonly<Record<string, string | ((page: Page) => Promise<unknown>)>> = {
    overview: '/',
    waiting: `/?view=queued&state=waiting&queue=${token}`,
    delayed: `/?view=queued&state=delayed&queue=${token}`,
    claims: `/?view=claims&queue=${token}`,
    'dead-letters': `/?view=dead-letters&queue=${site}`,
    'dead-letter': async (page) => {
      await page.goto(`${url}/?view=dead-letters&queue=${site}`);
      await page.getByRole('link', { name: 'reg-2026-11-yield-maize-3', exact: true }).click();
    },
    timeline: '/?view=message-status&message_id=reg-2026-11-yield-maize-3',
    confirmation: `/?view=confirmation&verb=redrive&queue=${token}`,
    progress: async (page) => {
      if (job === undefined) {
        await page.goto(`${url}/?view=confirmation&verb=redrive&queue=${site}`);
        await page.getByRole('button', { name: /^Redrive/ }).click();
        await page.waitForURL(/job/);
        job = page.url();
      } else await page.goto(job);
    },
  };
  for (const [name, go] of Object.entries(views)) {
    for (const [look, options] of Object.entries(looks)) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      if (typeof go === 'string') await page.goto(url + go);
      else await go(page);
      if (name === 'waiting') await page.getByText('Show').first().click();
      await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage: true });
      await context.close();
      console.log(`docs/pictures/${name}-${look}.png`);
    }
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
