/** The health function with the thresholds and the durability of its environment, as its variables contain them. */
import { ModelQueue } from '../../queue/model-queue';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { useRedis } from '../support/redis';
import { useHealthFunction } from './health-function';

const redis = useRedis();
const health = useHealthFunction(
  redis,
  { queueDepth: 1, oldestMessageSeconds: 86_400 * 3650, deadLetters: 1 },
  { durability: 'primary' },
);
const queue = new ModelQueue('model_events');

test('a count at its threshold passes; one above it is a warning', async () => {
  const fill = async (id: string): Promise<void> => {
    await redis.client.lpush('model_events', message(id));
    await addDeadLetter(redis.client, queue, message(id));
  };
  await fill('a');
  expect((await health.request('/health')).body['status']).toBe('pass');
  await fill('b');
  const { body } = await health.request('/health');
  expect(body).toMatchObject({
    status: 'warn',
    checks: {
      'queue:depth': [{ fault: 'backlog' }, { status: 'pass' }],
      'queue:oldest-message': [{ status: 'pass' }, { status: 'pass' }],
      'queue:dead-letters': [{ fault: 'dead-letters' }, { status: 'pass' }],
    },
  });
});

test('a Redis whose primary alone confirms writes is reported once, by the full check, and changes no status', async () => {
  const { body } = await health.request('/health');
  expect(body).toMatchObject({
    status: 'pass',
    notes: ['redis.durability is "primary": a failover loses the newest messages, and SQS no longer has them'],
  });
  expect((await health.request('/ready')).body).not.toHaveProperty('notes');
});
