import { paginateListClusters, ECSClient } from '@aws-sdk/client-ecs';
import type { ServiceSettings } from '../../config/environment';
import type { Account } from '../account';
import { familyOnEcs, networksOf } from '../ecs/running-definitions';

/** The service to find. */
export type WantedService = Pick<ServiceSettings, 'name' | 'role' | 'queue' | 'port'>;

/** Looks for a service's family, `<name>-<environment>`, in every cluster. @returns undefined if it does not run */
export async function findService(
  account: Account,
  environment: string,
  { name, role, queue, port }: WantedService,
): Promise<Partial<ServiceSettings> | undefined> {
  const family = `${name}-${environment}`;
  for (const cluster of await clusterNames(account)) {
    const { services, running } = await familyOnEcs(account.client(ECSClient), { family, cluster });
    const [definition] = running.map((each) => each.definition);
    if (definition === undefined) continue;
    const names = definition.containerDefinitions?.map((container) => container.name ?? '') ?? [];
    const [targetGroupArn] = services.flatMap(
      ({ loadBalancers }) => loadBalancers?.flatMap((each) => each.targetGroupArn ?? []) ?? [],
    );
    const [discoveryServiceArn] = services.flatMap(
      ({ serviceRegistries }) => serviceRegistries?.flatMap((each) => each.registryArn ?? []) ?? [],
    );
    const { taskRoleArn = '' } = definition;
    const groups = networksOf(services).flatMap(({ securityGroups }) => securityGroups ?? []);
    return {
      name,
      family,
      container: names.includes(name) ? name : (names[0] ?? name),
      role,
      ...(queue === undefined ? {} : { queue }),
      ...(port === undefined ? {} : { port }),
      cluster,
      ...(definition.cpu === undefined ? {} : { cpu: Number(definition.cpu) }),
      ...(definition.memory === undefined ? {} : { memoryMegabytes: Number(definition.memory) }),
      ...(groups[0] === undefined ? {} : { securityGroupId: groups[0] }),
      ...(targetGroupArn === undefined ? {} : { targetGroupArn }),
      ...(discoveryServiceArn === undefined ? {} : { discoveryServiceArn }),
      ...(taskRoleArn === '' ? {} : { taskRoleArn }),
    };
  }
  return undefined;
}

async function clusterNames(account: Account): Promise<string[]> {
  const names: string[] = [];
  for await (const { clusterArns = [] } of paginateListClusters({ client: account.client(ECSClient) }, {})) {
    names.push(...clusterArns.map((arn) => arn.split('/').at(-1) ?? arn));
  }
  return names;
}
