import { ECSClient } from '@aws-sdk/client-ecs';
import type { SecurityGroup } from '@aws-sdk/client-ec2';
import { familyOnEcs, networksOf } from '../ecs/running-definitions';
import type { Finding } from '../finding';
import { type Check, findingsOf, type CheckContext } from './check';
import { securityGroupIdsOf } from './described-redis';
import { admits, blocksOf, groups, permissions } from './group-rules';

const { ok, warn, fail } = findingsOf('security groups');

/**
 * Redis has the configured security group, and the rules of both groups allow each running service to connect to its port.
 * The deployment adds the functions' rules.
 */
export const securityGroups: Check = {
  name: 'security-groups',
  run: async (context) => {
    const { redis, environment } = context;
    const attached = await securityGroupIdsOf(context);
    const id = redis.securityGroupId ?? attached[0];
    if (id === undefined) return [];
    const [group] = await groups([id], context);
    if (group === undefined) return [fail(`security group ${id} does not exist`, 'Correct redis.securityGroupId.')];
    const found: Finding[] = [];
    if (group.VpcId !== environment.vpc.vpcId) {
      found.push(
        fail(
          `${id} belongs to ${group.VpcId ?? 'no VPC'}, not to ${environment.vpc.vpcId}`,
          'Correct redis.securityGroupId or vpc.',
        ),
      );
    }
    if (attached.length > 0 && !attached.includes(id)) {
      found.push(
        fail(
          `${id} is not a security group of ${redis.replicationGroupId} (it has ${attached.join(', ')})`,
          'Correct redis.securityGroupId.',
        ),
      );
    }
    if (
      permissions(group.IpPermissions, environment.redis.port).some(({ IpRanges }) =>
        IpRanges?.some(({ CidrIp }) => CidrIp === '0.0.0.0/0'),
      )
    ) {
      found.push(
        warn(`${id} allows any address to connect to port ${environment.redis.port}`, 'Remove the rule for 0.0.0.0/0.'),
      );
    }
    found.push(...(await servicesOutside(group, context)));
    return found.length > 0
      ? found
      : [ok(`${id} allows the running services to connect to port ${environment.redis.port}`)];
  },
};

/** Services that cannot reach Redis: they would hang in connect until their timeout. */
async function servicesOutside(redisGroup: SecurityGroup, context: CheckContext): Promise<Finding[]> {
  const { environment, account } = context;
  const { port } = environment.redis;
  const found: Finding[] = [];
  if (environment.services.length === 0) return found;
  const everywhere = await blocksOf([...environment.vpc.privateSubnetIds], context);
  for (const service of environment.services) {
    const { services } = await familyOnEcs(account.client(ECSClient), service);
    const networks = networksOf(services);
    const ids = new Set([
      ...networks.flatMap(({ securityGroups: each }) => each ?? []),
      ...(service.securityGroupId === undefined ? [] : [service.securityGroupId]),
    ]);
    if (ids.size === 0) continue;
    const own = await groups([...ids], context);
    const blocks = await blocksOf([...new Set(networks.flatMap(({ subnets }) => subnets ?? []))], context);
    const redisId = redisGroup.GroupId ?? '';
    if (!permissions(redisGroup.IpPermissions, port).some((rule) => admits(rule, [...ids], blocks))) {
      found.push(
        fail(
          `${redisId} does not allow ${service.name} (${[...ids].join(', ')}) to connect to port ${port}`,
          `aws ec2 authorize-security-group-ingress --group-id ${redisId} --protocol tcp --port ${port} --source-group ${[...ids][0] ?? ''}`,
        ),
      );
    }
    if (
      own.length > 0 &&
      !own.some(({ IpPermissionsEgress }) =>
        permissions(IpPermissionsEgress, port).some((rule) => admits(rule, [redisId], everywhere)),
      )
    ) {
      found.push(
        fail(
          `${service.name} (${[...ids].join(', ')}) has no outbound rule for port ${port}`,
          'Add an outbound rule to the service’s security group.',
        ),
      );
    }
  }
  return found;
}
