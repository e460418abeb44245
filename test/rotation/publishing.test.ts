import { localSecretArn } from '../../dev/local/publisher-environment';
import { eventBody, registered, sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { useRedis } from '../support/redis';
import { useRotation } from './rotating';

const redis = useRedis();
const publisher = usePublisher(redis);
const rotation = useRotation(redis, { secrets: () => publisher.secrets });

/** Publishes one registration. @returns the ids of the records returned to SQS. */
const publishOne = () => publisher.publish(sqsRecord(eventBody(registered())));
/** Every client has to authenticate again. */
const closeConnections = () => redis.client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');

test('a publisher publishes continuously through two rotations, in one process, and returns no record', async () => {
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

test('after every step of two rotations a new connection with the current token is accepted', async () => {
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

test('a publisher whose token is two rotations old reads the new one', async () => {
  expect(await publishOne()).toEqual([]);
  await rotation.rotate();
  await rotation.rotate();
  await closeConnections();
  expect(await publishOne()).toEqual([]);
  expect(await redis.client.llen('model_events')).toBe(2);
});
