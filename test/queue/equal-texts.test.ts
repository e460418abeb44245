import { ModelQueue } from '../../queue/model-queue';
import { oneClaimed } from '../support/claims';
import { message } from '../support/events';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const text = message('twin');
/** Claims like a plain consumer, without a lease. */
const takePlainly = () => redis.client.rpoplpush(queue.keys.main, queue.keys.processing);

test.each([{ texts: [] }, { texts: [text] }])(
  'a consumer gives back its own message, not the equal one of a plain consumer: texts $texts',
  async ({ texts }) => {
    await redis.client.lpush(queue.keys.main, text);
    expect(await takePlainly()).toBe(text);
    await oneClaimed(redis.client, queue, text, { nonce: 'n1' });

    expect(await queue.giveBack(redis.client, 'n1', texts)).toBe(1);

    expect(await redis.client.lrange(queue.keys.processing, 0, -1)).toEqual([text]);
    expect(await redis.client.lrange(queue.keys.main, 0, -1)).toEqual([text]);
    expect(await redis.client.exists(queue.keys.leases, queue.keys.holders)).toBe(0);
  },
);
