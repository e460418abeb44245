/** The host name of a Redis that can be used: the primary or the configuration endpoint of a replication group with TLS. */
import { formatted } from '../contract/rules';
import { type Problem, textWith } from './fields';

const hostForm =
  /^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/;

const elastiCache = /\.cache\.amazonaws\.com(?:\.cn)?$/i;

const remedy =
  'Write the primary endpoint as `aws elasticache describe-replication-groups` prints its Address; the port has a setting of its own.';

/**
 * A host name and nothing else. An IP address is refused too: the certificate is issued to the name, so TLS could not
 * verify the server. Of ElastiCache's names only a primary endpoint's are taken.
 */
export const redisHost = textWith(
  hostForm,
  {
    rule: 'a host name alone: no scheme, user, port, path or IP address',
    remedy,
    // Before an @ are a user and a token.
    format: (value) => formatted(value.replace(/^([a-z]*:\/\/)?.*@/is, '$1…@')),
  },
  (host) => (elastiCache.test(host) ? unusable(host.toLowerCase().split('.')) : undefined),
);

/** What is wrong with an endpoint of ElastiCache that is neither `master.<group>.<id>.…` nor `clustercfg.<group>.<id>.…`. */
function unusable(labels: readonly string[]): Pick<Problem, 'rule' | 'remedy'> | undefined {
  const primary =
    'the primary endpoint of a replication group (master.…), in cluster mode the configuration endpoint (clustercfg.…)';
  if (labels.includes('serverless')) {
    return {
      rule: `${primary}; a serverless cache has no replication group, which the alarms and doctor read`,
      remedy: 'Take a replication group, or "source": "created".',
    };
  }
  if (labels[0] === 'master' || labels[0] === 'clustercfg') return undefined;
  if (labels[0] === 'replica') return { rule: `${primary}; a replica takes no writes`, remedy };
  return {
    rule: `${primary}; a node's own name is wrong after a failover, and a name without master or clustercfg in front is that of a cache without TLS`,
    remedy,
  };
}

/** Refuses the endpoint of the other mode. */
export function checkHostMode(host: string, clusterMode: boolean, found: Problem[]): void {
  const isConfiguration = /^clustercfg\./i.test(host);
  if (isConfiguration && !clusterMode) {
    found.push({
      path: 'redis.clusterMode',
      rule: 'true for a configuration endpoint (clustercfg.…), which Redis has in cluster mode',
      value: 'false',
      remedy: 'Write "clusterMode": true, and give the queues hash tags.',
    });
  }
  if (clusterMode && elastiCache.test(host) && !isConfiguration) {
    found.push({
      path: 'redis.host',
      rule: 'the configuration endpoint (clustercfg.…) in cluster mode',
      value: formatted(host),
      remedy:
        'Write it as `aws elasticache describe-replication-groups --query ReplicationGroups[].ConfigurationEndpoint` prints it, or remove clusterMode.',
    });
  }
}

const directions: Readonly<Record<string, string>> = {
  north: 'n',
  northeast: 'ne',
  east: 'e',
  southeast: 'se',
  south: 's',
  southwest: 'sw',
  west: 'w',
  northwest: 'nw',
  central: 'c',
};

/** Refuses an endpoint of ElastiCache in another region: `use1` in it means us-east-1. */
export function checkHostBelongs(host: string, path: string, region: string, found: Problem[]): void {
  const [country = '', direction = '', digit = ''] = region.split('-');
  const short = directions[direction];
  const [, inHost] = /\.([a-z]+\d)\.cache\.amazonaws\.com(?:\.cn)?$/i.exec(host) ?? [];
  // What is not in the table (us-gov-west-1) cannot be compared.
  if (short === undefined || inHost === undefined || inHost.toLowerCase() === `${country}${short}${digit}`) return;
  found.push({
    path,
    rule: `an endpoint in ${region} (${country}${short}${digit}), the region of this environment`,
    value: formatted(host),
    remedy: 'Take the endpoint of this environment, or correct the region.',
  });
}
