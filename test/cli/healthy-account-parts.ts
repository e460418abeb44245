import type { SoundAccount } from './emulated-account';
import { makeParameterGroup, makeParameters, makeWayOut } from './account-parts';
import { redis } from './development';
import { makeServices } from './running-services';

/** Makes what the development configuration says of an account besides its network and its secret. */
export async function makeSoundParts(account: SoundAccount): Promise<void> {
  Object.assign(account.node, {
    engineVersion: '7.1.0',
    parameterGroup: 'hokusai',
    securityGroupId: redis.securityGroupId,
    subnetGroup: 'hokusai',
  });
  await makeParameters(account);
  await makeWayOut(account);
  await makeParameterGroup(account);
  await makeServices(account);
}
