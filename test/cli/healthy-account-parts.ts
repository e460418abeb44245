import type { EmulatedAccount } from './emulated-account';
import { makeParameterGroup, makeParameters, createInternetRoute } from './account-parts';
import { redis } from './development';
import { makeServices } from './running-services';

/** Creates the resources of the development configuration besides network and secret. */
export async function createAccountParts(account: EmulatedAccount): Promise<void> {
  Object.assign(account.node, {
    engineVersion: '7.1.0',
    parameterGroup: 'hokusai',
    securityGroupId: redis.securityGroupId,
    subnetGroup: 'hokusai',
  });
  await makeParameters(account);
  await createInternetRoute(account);
  await makeParameterGroup(account);
  await makeServices(account);
}
