/** What doctor learns of WAIT, from a real engine and users with and without the right to it. */
import { connect } from '../../queue/connection';
import { waitSupport } from '../../queue/operations/wait-support';
import { endpointOf, useRedis } from '../support/redis';

const redis = useRedis();

/** The answer for a user with these rules. */
async function supportFor(...rules: string[]): Promise<string> {
  const token = 'a-password-of-the-asking-user';
  await redis.client.acl(
    'SETUSER',
    'asking',
    'reset',
    'on',
    `>${token}`,
    '-@all',
    '+ping',
    '+client|setname',
    ...rules,
  );
  const client = await connect({ ...endpointOf(redis.server), username: 'asking', token });
  try {
    return await waitSupport(client);
  } finally {
    client.disconnect();
    await redis.client.acl('DELUSER', 'asking');
  }
}

test('an engine with WAIT supports it, for all users with the right to it, also without COMMAND INFO', async () => {
  expect(await waitSupport(redis.client)).toBe('supported');
  expect(await supportFor('+command|info', '+wait')).toBe('supported');
  expect(await supportFor('+wait')).toBe('supported');
});

test('a user without the right to WAIT is reported as such', async () => {
  expect(await supportFor('+command|info')).toBe('not-permitted');
  expect(await supportFor()).toBe('not-permitted');
});
