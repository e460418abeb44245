import type { SQSEvent } from 'aws-lambda';
import { LocalBuffer, type BufferOptions } from '../../../dev/emulators/buffer';
import { SqsQueue } from '../../../dev/emulators/sqs-queue';
import type { Clock } from '../../../dev/local/clock';

/** A clock that only the test advances. */
class HandClock implements Clock {
  private nowMs = Date.parse('2026-11-23T00:00:00Z');
  private readonly timers = new Map<() => void, number>();

  now(): number {
    return this.nowMs;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = (): void => callback();
    this.timers.set(timer, this.nowMs + milliseconds);
    return () => this.timers.delete(timer);
  }

  /** Completes pending work, advances the time, then completes everything that became due. */
  async advance(seconds: number): Promise<void> {
    await settled();
    this.nowMs += seconds * 1000;
    for (const [timer, due] of [...this.timers]) {
      if (due > this.nowMs) continue;
      this.timers.delete(timer);
      timer();
    }
    await settled();
  }

  get pending(): number {
    return this.timers.size;
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const bodies = (event: SQSEvent): string[] => event.Records.map(({ body }) => body);
const fail = (...ids: (string | undefined)[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

/** A buffer whose invocations call the given functions in turn; later ones succeed. */
function bufferWith(answers: ((event: SQSEvent) => unknown)[], settings: Partial<BufferOptions> = {}) {
  const clock = new HandClock();
  const invocations: SQSEvent[] = [];
  const failures: { ids: readonly string[]; message: string | undefined }[] = [];
  const buffer = new LocalBuffer({
    batchSize: 10,
    windowSeconds: 0,
    visibilityTimeoutSeconds: 90,
    maxReceiveCount: 3,
    maxConcurrency: 1,
    clock,
    onFailure: (ids, error) => failures.push({ ids, message: error?.message }),
    invoke: async (event) => {
      invocations.push(event);
      return await answers.shift()?.(event);
    },
    ...settings,
  });
  return { buffer, clock, invocations, failures };
}

test('messages sent together arrive in batches of at most the batch size, as complete SQS records', async () => {
  const { buffer, invocations, clock } = bufferWith([], { batchSize: 2 });
  const id = buffer.send('a');
  buffer.send('b');
  buffer.send('c');
  await buffer.idle();
  expect(invocations.map(bodies)).toEqual([['a', 'b'], ['c']]);
  expect(invocations[0]?.Records[0]).toMatchObject({
    messageId: id,
    eventSource: 'aws:sqs',
    md5OfBody: '0cc175b9c0f1b6a831c399e269772661',
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(clock.now()) },
  });
  expect(clock.pending).toBe(0);
});

test('a batch is delivered at the end of its window, or earlier once it is full', async () => {
  const { buffer, invocations, clock } = bufferWith([], { batchSize: 2, windowSeconds: 1 });
  buffer.send('a');
  await settled();
  expect(invocations).toHaveLength(0);
  await clock.advance(1);
  expect(invocations.map(bodies)).toEqual([['a']]);
  buffer.send('b');
  buffer.send('c');
  await settled();
  expect(invocations.map(bodies)).toEqual([['a'], ['b', 'c']]);
});

test('only the messages named in a partial batch response are redelivered, after the visibility timeout and with a higher receive count', async () => {
  const { buffer, invocations, clock, failures } = bufferWith([(event) => fail(event.Records[1]?.messageId)]);
  buffer.send('a');
  buffer.send('b');
  await clock.advance(89);
  expect(invocations.map(bodies)).toEqual([['a', 'b']]);
  expect(failures[0]?.ids).toHaveLength(1);
  await clock.advance(1);
  await buffer.idle();
  expect(invocations.map(bodies)).toEqual([['a', 'b'], ['b']]);
  expect(invocations[1]?.Records[0]?.attributes.ApproximateReceiveCount).toBe('2');
});

test.each<[string, (event: SQSEvent) => unknown]>([
  ['a function that throws', () => Promise.reject(new Error('no'))],
  ['an empty id', () => fail('')],
  ['an unknown id', () => fail('unknown')],
  ['a wrong key', (event) => ({ batchItemFailures: [{ id: event.Records[0]?.messageId }] })],
  ['a response that is not an object', () => 'ok'],
])('%s fails the whole batch', async (_, answer) => {
  const { buffer, invocations, clock, failures } = bufferWith([answer]);
  buffer.send('a');
  buffer.send('b');
  await settled();
  expect(buffer.size).toBe(2);
  expect(failures[0]?.message).toEqual(expect.any(String));
  await clock.advance(90);
  expect(invocations.map(bodies)).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ]);
});

test.each([[undefined], [null], [{}], [{ batchItemFailures: [] }], [{ batchItemFailures: null }]])(
  'the response %j deletes the whole batch',
  async (answer) => {
    const { buffer, invocations, failures } = bufferWith([() => answer]);
    buffer.send('a');
    await buffer.idle();
    expect(buffer.size).toBe(0);
    expect(invocations).toHaveLength(1);
    expect(failures).toEqual([]);
  },
);

test('a message that reaches maxReceiveCount is dead-lettered, and the other of its batch is not', async () => {
  const alwaysFailA = (event: SQSEvent) =>
    fail(...event.Records.filter(({ body }) => body === 'a').map(({ messageId }) => messageId));
  const { buffer, clock, invocations } = bufferWith([alwaysFailA, alwaysFailA, alwaysFailA, alwaysFailA]);
  const id = buffer.send('a');
  buffer.send('b');
  for (let round = 0; round < 3; round += 1) await clock.advance(90);
  await buffer.idle();
  expect(buffer.deadLetters.messages).toMatchObject([{ messageId: id, body: 'a', receiveCount: 3 }]);
  expect(invocations.map(bodies)).toEqual([['a', 'b'], ['a'], ['a']]);
});

test('a returned message moves to the redeliveries and does not wait in the way of new ones', async () => {
  const failA = (event: SQSEvent) =>
    fail(...event.Records.filter(({ body }) => body === 'a').map(({ messageId }) => messageId));
  const redeliveries = { batchSize: 100, windowSeconds: 0, maxConcurrency: 1 };
  const { buffer, clock, invocations } = bufferWith(Array<typeof failA>(4).fill(failA), { redeliveries });
  const id = buffer.send('a');
  await clock.advance(90);
  expect(buffer.redeliveries?.messages).toMatchObject([{ messageId: id, receiveCount: 2 }]);
  buffer.send('b');
  await clock.advance(90);
  await clock.advance(90);
  await buffer.idle();
  expect(buffer.deadLetters.messages).toMatchObject([{ messageId: id, receiveCount: 3 }]);
  expect(invocations.map(bodies)).toEqual([['a'], ['a'], ['b'], ['a']]);
});

test('SQS delivers nothing while 120,000 messages are in flight', () => {
  const queue = new SqsQueue({ name: 'q', clock: new HandClock() });
  for (let count = 0; count < 120_001; count++) queue.send('a');
  const received = queue.receive(200_000);
  expect(received).toHaveLength(120_000);
  expect(queue.receive(1)).toEqual([]);
  queue.delete(received[0]?.receipt ?? '');
  expect(queue.receive(10)).toHaveLength(1);
});

test('a function slower than the visibility timeout gets the message a second time', async () => {
  let finish = (): void => undefined;
  const slow = (): Promise<void> => new Promise((resolve) => (finish = resolve));
  const { buffer, clock, invocations } = bufferWith([slow], { maxConcurrency: 2 });
  buffer.send('a');
  await settled();
  await clock.advance(90);
  finish();
  await buffer.idle();
  expect(invocations.map(bodies)).toEqual([['a'], ['a']]);
});

test('at most as many invocations run at the same time as the mapping allows', async () => {
  const finishers: (() => void)[] = [];
  const wait = (): Promise<void> => new Promise((resolve) => finishers.push(resolve));
  const { buffer, invocations } = bufferWith([wait, wait, wait], { batchSize: 1, maxConcurrency: 2 });
  for (const body of ['a', 'b', 'c']) buffer.send(body);
  await settled();
  expect(invocations).toHaveLength(2);
  finishers.shift()?.();
  await settled();
  expect(invocations).toHaveLength(3);
  finishers.forEach((finish) => finish());
  await buffer.idle();
});

test('after stop() the function is not invoked any more', async () => {
  const { buffer, clock, invocations } = bufferWith([() => Promise.reject(new Error('no'))]);
  buffer.send('a');
  await settled();
  await buffer.stop();
  await clock.advance(90);
  expect(invocations).toHaveLength(1);
  expect(() => buffer.send('b')).toThrow('was stopped');
});
