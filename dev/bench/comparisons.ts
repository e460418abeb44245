import type { Contest } from './rounds';

const publisher = { label: 'publisher', contender: 'publisher' } as const;
const publisherWaiting = { label: 'publisher, WAIT 1', contender: 'publisher', settings: { replicas: 1 } } as const;
/** What the publisher cannot exceed. */
const script = { label: 'its script alone', contender: 'publish-script' } as const;
const scriptWaiting = {
  label: 'its script alone, WAIT 1',
  contender: 'publish-script',
  settings: { replicas: 1 },
} as const;
const bullmq = { label: 'BullMQ addBulk', contender: 'bullmq-add-bulk' } as const;
const lpush = { label: 'ioredis LPUSH', contender: 'variadic-lpush' } as const;

/** One connection, one batch after the other. */
export const publishTens: Contest = {
  job: 'publish, batches of 10',
  entrants: [publisher, publisherWaiting, script, scriptWaiting, bullmq, lpush],
  messages: 4000,
  rounds: 7,
};

export const publishHundreds: Contest = {
  job: 'publish, batches of 100',
  entrants: [publisher, publisherWaiting, script, scriptWaiting, bullmq, lpush].map((entrant) => ({
    ...entrant,
    settings: { ...('settings' in entrant ? entrant.settings : {}), batchSize: 100 },
  })),
  messages: 10_000,
  rounds: 7,
};

/** A thousand messages a second, as the requirement has it: what counts is how long a batch takes. */
export const publishAtRate: Contest = {
  job: 'publish 1000 a second, batches of 10',
  entrants: [publisher, publisherWaiting].map((entrant) => ({
    ...entrant,
    settings: { ...('settings' in entrant ? entrant.settings : {}), batchesPerSecond: 100 },
  })),
  messages: 3000,
  rounds: 3,
};

/** One message in hand at a time, and ten. */
export const consumeOneByOne: Contest = {
  job: 'consume, one at a time',
  entrants: [
    { label: 'consumer', contender: 'consumer', settings: { prefetch: 0 } },
    { label: 'consumer, prefetch 20', contender: 'consumer', settings: { prefetch: 20 } },
    { label: 'BullMQ Worker', contender: 'bullmq-worker' },
    { label: 'BRPOPLPUSH + LREM', contender: 'plain-brpoplpush' },
    { label: 'a PING each', contender: 'ping' },
  ],
  messages: 3000,
  rounds: 5,
};

export const consumeTens: Contest = {
  job: 'consume, ten at a time',
  entrants: [
    { label: 'consumer', contender: 'consumer', settings: { concurrency: 10, prefetch: 0 } },
    { label: 'consumer, prefetch 20', contender: 'consumer', settings: { concurrency: 10, prefetch: 20 } },
    { label: 'BullMQ Worker', contender: 'bullmq-worker', settings: { concurrency: 10 } },
    { label: 'BRPOPLPUSH + LREM', contender: 'plain-brpoplpush', settings: { concurrency: 10 } },
    { label: 'a PING each', contender: 'ping', settings: { concurrency: 10 } },
  ],
  messages: 5000,
  rounds: 5,
};
