/**
 * A consumer process with the JSON lines that clients/python/tests/consumer_process.py documents. With a parameter, it runs the
 * package in that module: another version.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import * as current from '../../clients/node/index';
import type { ConsumerOptions, Delivery, ModelReadyMessage } from '../../clients/node/index';

const [, , module] = process.argv;
const { DeadLetterError, ModelEventConsumer, readMessage } =
  module === undefined ? current : (createRequire(__filename)(module) as typeof current);

interface Order extends Omit<ConsumerOptions, 'redis' | 'handler'> {
  readonly redis: {
    readonly host: string;
    readonly port: number;
    readonly username?: string;
    readonly token: string;
    readonly caFile: string;
  };
}

/** The waiting handlers, and how many later ones continue without waiting. */
const waiting: (() => void)[] = [];
let passes = 0;

function pass(): Promise<void> {
  if (passes === 0) return new Promise((resolve) => waiting.push(resolve));
  passes--;
  return Promise.resolve();
}

function release(count: number): void {
  for (const resolve of waiting.splice(0, count)) {
    resolve();
    count--;
  }
  passes += count;
}

const print = (line: Record<string, unknown>): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function handler(message: ModelReadyMessage, { signal }: Delivery): Promise<void> {
  const { message_id: id, retry_count: retries } = message;
  print({ begun: id, retry_count: retries });
  const action = message.payload.metric_name;
  if (action === 'fails' || (action === 'fails once' && retries === 0)) throw new Error('the chain did not answer');
  if (action === 'is refused') throw new DeadLetterError('the symbol is taken', 'SYMBOL_TAKEN');
  if (action === 'waits') await pass();
  print({ done: id, lost: signal.aborted });
}

function start({ redis: { caFile, ...redis }, ...options }: Order): current.ModelEventConsumer {
  const ca = readFileSync(caFile, 'utf8');
  const consumer = new ModelEventConsumer({ ...options, redis: { ...redis, ca }, handler });
  const report = (event: string, id: string | null, error: Error | null): void => {
    print({ event, message_id: id, error: error && error.message });
  };
  consumer.on('acknowledged', ({ message_id: id }) => report('acknowledged', id, null));
  consumer.on('retried', (text, error) => report('retried', idIn(text), error));
  consumer.on('dead-lettered', (text, error) => report('dead-lettered', idIn(text), error));
  consumer.on('lost', (text) => report('lost', idIn(text), null));
  consumer.on('warning', (error) => report('warning', null, error));
  return consumer;
}

function idIn(text: string): string | null {
  try {
    return readMessage(text).message_id;
  } catch {
    return null; // the reported error names the cause
  }
}

const input = createInterface({ input: process.stdin });
input.once('line', (order) => {
  const consumer = start(JSON.parse(order) as Order);
  input.on('line', (line) => release((JSON.parse(line) as { go: number }).go));
  process.once('SIGTERM', () => void consumer.stop());
  // An open standard input would keep the process alive.
  void consumer.run().then(() => input.close());
});
