import type { Redis } from 'ioredis';
import { type DeadLetter, readDeadLetter } from '../../contract/dead-letter';
import type { LocalRedisUser } from '../../dev/local/redis-users';
import { waitUntil } from '../../dev/local/wait-until';
import { connect } from '../../queue/connection';
import { maintain, type MaintenanceReport } from '../../queue/maintenance';
import { ModelQueue } from '../../queue/model-queue';
import { message } from '../support/events';
import { endpointOf, type TestRedis } from '../support/redis';
import type { Client } from './clients';
import { ClientProcess } from './client-process';

/** What a library's handler does with a message, as its `metric_name`; a plain consumer completes every message at once. */
export type HandlerAction = 'waits' | 'fails' | 'fails once' | 'is refused' | 'auroc';

/** A Redis, and the Redis user of the consumers; without one they have the token. */
export type ConformanceRedis = Pick<TestRedis, 'server' | 'client'> & { readonly user?: LocalRedisUser | undefined };

/** The consumers are the user of `model_events` in a created Redis. */
export const asConsumer = (redis: TestRedis): ConformanceRedis => ({
  user: redis.users.get('hokusai-token'),
  get server() {
    return redis.server;
  },
  get client() {
    return redis.client;
  },
});

/** A queue on a real Redis, and the consumers on it. */
export class ConformanceRun {
  readonly queue: ModelQueue;
  private readonly processes: ClientProcess[] = [];
  private messages = 0;
  private unfinished = false;

  constructor(
    private readonly test: ConformanceRedis,
    queue = 'model_events',
  ) {
    this.queue = new ModelQueue(queue);
  }

  /** The test's own connection to the primary. */
  get redis(): Redis {
    return this.test.client;
  }

  get server(): TestRedis['server'] {
    return this.test.server;
  }

  /** Runs a scenario. After a failed scenario, the next one starts with new processes. */
  async play(scenario: (run: ConformanceRun) => Promise<void>): Promise<void> {
    if (this.unfinished) await this.endAll();
    this.unfinished = true;
    await scenario(this);
    this.unfinished = false;
  }

  /** A message with a unique id, so that lines of earlier scenarios do not match. */
  text(action: HandlerAction = 'auroc'): { readonly id: string; readonly text: string } {
    const id = `m-${++this.messages}`;
    return { id, text: message(id, { metric_name: action }) };
  }

  async push(...texts: string[]): Promise<void> {
    await this.redis.lpush(this.queue.keys.main, ...texts);
  }

  /** The client's running process, or a new one if it has ended. */
  async consumer(client: Client): Promise<ClientProcess> {
    const running = this.processes.find((process) => process.client === client && process.running);
    return running ?? this.another(client);
  }

  /** One more process of this client. */
  async another(client: Client): Promise<ClientProcess> {
    const { user } = this.test;
    const process = await ClientProcess.start(client, { ...this.server, ...user }, this.queue.name);
    this.processes.push(process);
    return process;
  }

  /** Resolves when the process waits in Redis for a message. */
  async idle(process: ClientProcess): Promise<void> {
    await waitUntil('the client waits in Redis', async () => (await process.connectionFlags(this.redis)).includes('b'));
  }

  /** Ends a process and waits until Redis has closed its connections: until then, its BLMOVE can still take a message. */
  async end(process: ClientProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    process.signal(signal);
    await process.ended;
    await waitUntil('the connections end', async () => (await process.connectionFlags(this.redis)).length === 0);
  }

  async endAll(): Promise<void> {
    for (const process of this.processes.splice(0)) await this.end(process);
  }

  /** Suspends a plain consumer that waits in Redis, then lets it claim a message that it cannot read yet. */
  async frozenWith(process: ClientProcess, text: string): Promise<void> {
    await this.idle(process);
    process.signal('SIGSTOP');
    await this.push(text);
    await this.held(1);
  }

  /** Resolves when `count` messages are claimed. */
  async held(count: number): Promise<void> {
    await waitUntil(`${count} claims`, async () => (await this.redis.llen(this.queue.keys.processing)) === count);
  }

  /** Expires all leases, those of plain claims included, and runs the monitor's maintenance. */
  async leasesRunOut(redis = this.redis): Promise<MaintenanceReport> {
    const { leases } = this.queue.keys;
    await maintain(redis, this.queue, { plainLeaseSeconds: 1 });
    for (const id of await redis.zrangeBuffer(leases, 0, -1)) await redis.zadd(leases, 'XX', 0, id);
    return maintain(redis, this.queue);
  }

  /** Resolves when the queue has no messages and no claims: every message is done. */
  async empty(redis = this.redis): Promise<void> {
    const { main, processing, delayed, deadLetters, claims, leases } = this.queue.keys;
    const all = [main, processing, delayed, deadLetters, claims, leases];
    await waitUntil('the queue is empty', async () => (await redis.exists(...all)) === 0);
  }

  /** Resolves when no message waits; claimed messages may still return. */
  async allTaken(): Promise<void> {
    await waitUntil('all messages are claimed', async () => (await this.redis.exists(this.queue.keys.main)) === 0);
  }

  /** Resolves when every message is done and maintenance has removed the leases of completed plain claims. */
  async allDone(): Promise<void> {
    const { main, processing, delayed } = this.queue.keys;
    await waitUntil('all messages are done', async () => (await this.redis.exists(main, processing, delayed)) === 0);
    expect(await this.leasesRunOut()).toMatchObject({ requeued: 0, deadLettered: 0 });
    await this.empty();
  }

  /** Resolves with the newest dead letter as soon as one exists. */
  async deadLetter(): Promise<DeadLetter> {
    await waitUntil('a dead letter', async () => (await this.redis.llen(this.queue.keys.deadLetters)) > 0);
    const [text = ''] = await this.redis.lrange(this.queue.keys.deadLetters, 0, -1);
    const reading = readDeadLetter(text);
    if (reading.kind === 'foreign') throw new Error(`not a dead letter of the pipeline: ${reading.reason}`);
    return reading.deadLetter;
  }

  /** Promotes the replica for this consumer while `work` runs with a connection to it; then restores the primary. */
  async failOver(process: ClientProcess, work: (redis: Redis) => Promise<void>): Promise<void> {
    const { replica, port } = this.server;
    if (replica === undefined) throw new Error('failOver() needs a Redis with a replica');
    await this.server.replicaLinked();
    const promoted = await connect({ ...endpointOf(this.server), port: replica.port });
    try {
      await promoted.call('REPLICAOF', 'NO', 'ONE');
      process.redirect(replica.port);
      await work(promoted);
    } finally {
      process.redirect(port);
      await promoted.call('REPLICAOF', 'localhost', port);
      promoted.disconnect();
    }
  }

  /** Redis is out of memory during `work`. */
  async memoryFull(work: () => Promise<void>): Promise<void> {
    await this.redis.config('SET', 'maxmemory', '1');
    try {
      await work();
    } finally {
      await this.redis.config('SET', 'maxmemory', '0');
    }
  }
}
