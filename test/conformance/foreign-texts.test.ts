/** Texts of somebody else in a queue: every client of ours gets to the messages behind them, and dead-letters what stood in its way. */
import { readDeadLetter } from '../../contract/dead-letter';
import { foreignTexts } from '../support/foreign-things';
import { useRedis } from '../support/redis';
import { clients } from './clients';
import { Stage } from './stage';
import { until } from './until';

const redis = useRedis();
const stage = new Stage(redis);
const libraries = clients.filter(({ kind }) => kind === 'library');

afterEach(() => stage.endAll());

test.each(libraries.map((client) => [client.name, client] as const))('%s', async (_, client) => {
  const { main, processing, delayed, deadLetters } = stage.queue.keys;
  const consumer = await stage.consumer(client);
  const behind = [];
  for (const text of Object.values(foreignTexts)) {
    const { id, text: ours } = stage.text();
    behind.push(id);
    await redis.client.lpush(main, text, ours);
  }
  for (const id of behind) await consumer.next({ event: 'acknowledged', message_id: id });
  // What is no text at all cannot be settled by a client that only knows texts: its lease does.
  await until(async () => {
    await stage.leasesRunOut();
    return (await redis.client.exists(main, processing, delayed)) === 0;
  });
  const letters = await redis.client.lrange(deadLetters, 0, -1);
  expect(letters.map((letter) => readDeadLetter(letter).kind)).toEqual(behind.map(() => 'dead-letter'));
  expect(consumer.running).toBe(true);
});
