import type { Comparison, Variant } from './run-comparison';

const waiting = { replicas: 1 };
const publisher = { label: 'publisher', implementation: 'publisher', promises: 'same', without: '' } as const;
const publisherWaiting = { ...publisher, label: 'publisher, WAIT 1', settings: waiting } as const;
const pushedTwice = 'validation, log and metrics; all or nothing for both queues';

/** One connection, one batch after the other. */
const publishers: readonly Variant[] = [
  publisher,
  publisherWaiting,
  {
    label: 'BullMQ, two queues',
    implementation: 'bullmq-two-queues',
    promises: 'same',
    without: pushedTwice,
  },
  {
    label: 'BullMQ, two queues, WAIT 1',
    implementation: 'bullmq-two-queues',
    promises: 'same',
    without: pushedTwice,
    settings: waiting,
  },
  {
    label: 'two LPUSHes',
    implementation: 'two-lpushes',
    promises: 'same',
    without: `${pushedTwice}; deduplication`,
  },
  {
    label: 'publish script',
    implementation: 'publish-script',
    promises: 'fewer',
    without: 'parsing, validation, log and metrics',
  },
  {
    label: 'publish script, WAIT 1',
    implementation: 'publish-script',
    promises: 'fewer',
    without: 'parsing, validation, log and metrics',
    settings: waiting,
  },
  {
    label: 'BullMQ addBulk',
    implementation: 'bullmq-add-bulk',
    promises: 'fewer',
    without: 'second queue, deduplication, validation, log and metrics',
  },
  {
    label: 'LPUSH',
    implementation: 'variadic-lpush',
    promises: 'fewer',
    without: 'second queue, deduplication, validation, log and metrics',
  },
];

const withSettings = (variants: readonly Variant[], settings: Variant['settings']): Variant[] =>
  variants.map((variant) => ({ ...variant, settings: { ...variant.settings, ...settings } }));

export const publishTens: Comparison = {
  job: 'publish, batches of 10',
  batchSize: 10,
  variants: publishers,
  messages: 4000,
  warmUps: 6,
  rounds: 7,
};

export const publishHundreds: Comparison = {
  job: 'publish, batches of 100',
  batchSize: 100,
  variants: withSettings(publishers, { batchSize: 100 }),
  messages: 10_000,
  warmUps: 3,
  rounds: 7,
};

/** The required 1000 messages a second: measures how long a batch takes. */
export const publishAtRate: Comparison = {
  job: 'publish 1000 a second, batches of 10',
  batchSize: 10,
  variants: withSettings([publisher, publisherWaiting], { batchesPerSecond: 100 }),
  messages: 3000,
  warmUps: 1,
  rounds: 3,
};

const consumers: readonly Variant[] = [
  { label: 'consumer', implementation: 'consumer', promises: 'same', without: '' },
  {
    label: 'consumer, prefetch 20',
    implementation: 'consumer',
    promises: 'same',
    without: '',
    settings: { prefetch: 20 },
  },
  {
    label: 'BullMQ Worker',
    implementation: 'bullmq-worker',
    promises: 'same',
    without: 'validation',
  },
  {
    label: 'BRPOPLPUSH + LREM',
    implementation: 'plain-brpoplpush',
    promises: 'fewer',
    without: 'return after a crash, retries, dead letters, validation',
  },
  { label: 'a PING each', implementation: 'ping', promises: 'fewer', without: 'messages' },
];

export const consumeOneByOne: Comparison = {
  job: 'consume, one at a time',
  batchSize: 1,
  variants: consumers,
  messages: 6000,
  warmUps: 1,
  rounds: 5,
};

export const consumeTens: Comparison = {
  job: 'consume, ten at a time',
  batchSize: 1,
  variants: withSettings(consumers, { concurrency: 10 }),
  messages: 6000,
  warmUps: 1,
  rounds: 5,
};
