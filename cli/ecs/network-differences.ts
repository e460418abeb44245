/** What a service would lose of its network and its role if the Services stack replaced it. Pure. */
import type { Service } from '@aws-sdk/client-ecs';
import type { Difference } from './differences';
import { networksOf } from './running-definitions';
import type { PlannedService } from './synthesized-definitions';

/** The load balancers, registries, groups, subnets and addresses that the planned service does not have. */
export function networkDifferences(running: Service, planned: PlannedService['service']): Difference[] {
  const after = partsOf(planned);
  return Object.entries(partsOf(running)).flatMap(([name, parts]) => {
    const kept = after[name as keyof typeof after];
    const missing = parts.filter((part) => !kept.includes(part));
    if (missing.length === 0) return [];
    const others = kept.filter((part) => !parts.includes(part));
    return [
      {
        where: `service.${name}`,
        running: missing.join(', '),
        planned: others.length === 0 ? undefined : others.join(', '),
        lost: true,
      },
    ];
  });
}

function partsOf(service: Service) {
  // Under another deployment controller the task sets have what the service has otherwise.
  const holders = [service, ...(service.taskSets ?? [])];
  const networks = networksOf([service]);
  const isConnected = service.deployments?.some(({ serviceConnectConfiguration: each }) => each?.enabled === true);
  return {
    targetGroups: holders
      .flatMap(({ loadBalancers = [] }) => loadBalancers)
      .flatMap((each) => each.targetGroupArn ?? each.loadBalancerName ?? []),
    serviceRegistries: holders
      .flatMap(({ serviceRegistries = [] }) => serviceRegistries)
      .flatMap(({ registryArn }) => registryArn ?? []),
    serviceConnect: isConnected === true ? ['enabled'] : [],
    securityGroups: networks.flatMap(({ securityGroups = [] }) => securityGroups),
    subnets: networks.flatMap(({ subnets = [] }) => subnets),
    publicAddresses: networks.some(({ assignPublicIp }) => assignPublicIp === 'ENABLED') ? ['ENABLED'] : [],
  };
}
