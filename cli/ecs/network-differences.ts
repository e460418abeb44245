/** What a service would lose of its network and its role if the Services stack replaced it. Pure. */
import type { Service } from '@aws-sdk/client-ecs';
import type { Difference } from './differences';
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

function partsOf({ loadBalancers = [], serviceRegistries = [], networkConfiguration, ...rest }: Service) {
  const { subnets = [], securityGroups = [], assignPublicIp } = networkConfiguration?.awsvpcConfiguration ?? {};
  const connect = rest.deployments?.some(({ serviceConnectConfiguration: each }) => each?.enabled === true) ?? false;
  return {
    targetGroups: loadBalancers.flatMap((each) => each.targetGroupArn ?? each.loadBalancerName ?? []),
    serviceRegistries: serviceRegistries.flatMap(({ registryArn }) => registryArn ?? []),
    serviceConnect: connect ? ['enabled'] : [],
    securityGroups,
    subnets,
    publicAddresses: assignPublicIp === 'ENABLED' ? ['ENABLED'] : [],
  };
}
