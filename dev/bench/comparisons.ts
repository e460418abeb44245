import type { Comparison } from './run-comparison';

const publisher = { label: 'publisher', implementation: 'publisher' } as const;
const publisherWaiting = {
  label: 'publisher, WAIT 1',
  implementation: 'publisher',
  settings: { replicas: 1 },
} as const;
/** The upper bound of the publisher. */
const script = { label: 'its script alone', implementation: 'publish-script' } as const;
const scriptWaiting = {
  label: 'its script alone, WAIT 1',
  implementation: 'publish-script',
  settings: { replicas: 1 },
} as const;
const bullmq = { label: 'BullMQ addBulk', implementation: 'bullmq-add-bulk' } as const;
const lpush = { label: 'ioredis LPUSH', implementation: 'variadic-lpush' } as const;

/** One connection, one batch after the other. */
export const publishTens: Comparison = {
  job: 'publish, batches of 10',
  variants: [publisher, publisherWaiting, script, scriptWaiting, bullmq, lpush],
  messages: 4000,
  rounds: 7,
};

export const publishHundreds: Comparison = {
  job: 'publish, batches of 100',
  variants: [publisher, publisherWaiting, script, scriptWaiting, bullmq, lpush].map((variant) => ({
    ...variant,
    settings: { ...('settings' in variant ? variant.settings : {}), batchSize: 100 },
  })),
  messages: 10_000,
  rounds: 7,
};

/** The required 1000 messages a second: measures how long a batch takes. */
export const publishAtRate: Comparison = {
  job: 'publish 1000 a second, batches of 10',
  variants: [publisher, publisherWaiting].map((variant) => ({
    ...variant,
    settings: { ...('settings' in variant ? variant.settings : {}), batchesPerSecond: 100 },
  })),
  messages: 3000,
  rounds: 3,
};

export const consumeOneByOne: Comparison = {
  job: 'consume, one at a time',
  variants: [
    { label: 'consumer', implementation: 'consumer', settings: { prefetch: 0 } },
    { label: 'consumer, prefetch 20', implementation: 'consumer', settings: { prefetch: 20 } },
    { label: 'BullMQ Worker', implementation: 'bullmq-worker' },
    { label: 'BRPOPLPUSH + LREM', implementation: 'plain-brpoplpush' },
    { label: 'a PING each', implementation: 'ping' },
  ],
  messages: 3000,
  rounds: 5,
};

export const consumeTens: Comparison = {
  job: 'consume, ten at a time',
  variants: [
    { label: 'consumer', implementation: 'consumer', settings: { concurrency: 10, prefetch: 0 } },
    { label: 'consumer, prefetch 20', implementation: 'consumer', settings: { concurrency: 10, prefetch: 20 } },
    { label: 'BullMQ Worker', implementation: 'bullmq-worker', settings: { concurrency: 10 } },
    { label: 'BRPOPLPUSH + LREM', implementation: 'plain-brpoplpush', settings: { concurrency: 10 } },
    { label: 'a PING each', implementation: 'ping', settings: { concurrency: 10 } },
  ],
  messages: 5000,
  rounds: 5,
};
