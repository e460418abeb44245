/** The health function with the thresholds of its environment, as its variables contain them. */
import { ModelQueue } from '../../queue/model-queue';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { useRedis } from '../support/redis';
import { useHealthFunction } from './health-function';

const redis = useRedis();
const health = useHealthFunction(redis, { queueDepth: 1, oldestMessageSeconds: 86_400 * 3650, deadLetters: 1 });
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
