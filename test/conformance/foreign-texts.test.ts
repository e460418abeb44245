/** Foreign texts in a queue do not block the messages behind them: each becomes a dead letter. */
import { readDeadLetter } from '../../contract/dead-letter';
import { waitUntil } from '../../dev/local/wait-until';
import { foreignTexts } from '../support/foreign-things';
import { useRedis } from '../support/redis';
import { clients } from './clients';
import { asConsumer, ConformanceRun } from './conformance-run';

const redis = useRedis();
const run = new ConformanceRun(asConsumer(redis));
const libraries = clients.filter(({ kind }) => kind === 'library');

afterEach(() => run.endAll());

test.each(libraries.map((client) => [client.name, client] as const))(
  'the %s client acknowledges the messages behind foreign texts and dead-letters those texts',
  async (_, client) => {
    const { main, processing, delayed, deadLetters } = run.queue.keys;
    const consumer = await run.consumer(client);
    const behind = [];
    for (const text of Object.values(foreignTexts)) {
      const { id, text: ours } = run.text();
      behind.push(id);
      await redis.client.lpush(main, text, ours);
    }
    for (const id of behind) await consumer.next({ event: 'acknowledged', message_id: id });
    // Clients cannot settle invalid UTF-8; maintenance dead-letters it when its lease expires.
    await waitUntil('the queue is empty', async () => {
      await run.leasesRunOut();
      return (await redis.client.exists(main, processing, delayed)) === 0;
    });
    const letters = await redis.client.lrange(deadLetters, 0, -1);
    expect(letters.map((letter) => readDeadLetter(letter).kind)).toEqual(behind.map(() => 'dead-letter'));
    expect(consumer.running).toBe(true);
  },
);
