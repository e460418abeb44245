import { localSecretArn } from '../../dev/local/publisher-environment';
import { eventBody, registered, sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { useRedis } from '../support/redis';
import { useRotation } from './rotating';

const redis = useRedis();
const publisher = usePublisher(redis);
const rotation = useRotation(redis, { secrets: () => publisher.secrets });

/** The ids of what one new registration's batch hands back. */
const publishOne = () => publisher.publish(sqsRecord(eventBody(registered())));
/** Whoever goes on has to log in again. */
const closeConnections = () => redis.client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');

test('a publisher publishes on and on through two rotations, in one process, and hands nothing back', async () => {
  const [pid] = publisher.function.pids;
  const handedBack: string[][] = [];
  const done = new AbortController();
  const publishing = (async () => {
    while (!done.signal.aborted) handedBack.push(await publishOne());
  })();
  try {
    await rotation.rotate();
    await rotation.rotate();
  } finally {
    done.abort();
    await publishing;
  }
  expect(handedBack.flat()).toEqual([]);
  expect(await redis.client.llen('model_events')).toBe(handedBack.length);
  expect(publisher.function.pids).toEqual([pid]);
  expect(rotation.elasticache.changes).toEqual(['ROTATE', 'ROTATE']);
});

test('after every step of two rotations a new connection with the token of that moment is let in', async () => {
  let published = 0;
  for (let round = 0; round < 2; round += 1) {
    const version = rotation.secrets.beginRotation(localSecretArn);
    for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const) {
      await rotation.step(step, version);
      await closeConnections();
      expect(await publishOne()).toEqual([]);
      published += 1;
    }
  }
  expect(await redis.client.llen('model_events')).toBe(published);
});

test('a publisher whose token is two rotations old reads the new one by itself', async () => {
  expect(await publishOne()).toEqual([]);
  await rotation.rotate();
  await rotation.rotate();
  await closeConnections();
  expect(await publishOne()).toEqual([]);
  expect(await redis.client.llen('model_events')).toBe(2);
});
