import { CfnServerlessCache } from 'aws-cdk-lib/aws-elasticache';
import { type CreateKind, snapshotWindow, usersOf } from './kind';

/**
 * A cache of ElastiCache Serverless. TLS, encryption at rest, cluster mode and the parameters are fixed ("Valkey and Redis OSS
 * configuration and limits" in the ElastiCache guide): with its policy `volatile-lru` a full cache evicts published ids, which expire, and
 * no queue.
 */
export const createServerlessCache: CreateKind = (scope, props) => {
  const { settings, environment } = props;
  const cache = new CfnServerlessCache(scope, 'Cache', {
    serverlessCacheName: props.name,
    description: `Model events (${environment})`,
    engine: 'valkey',
    majorEngineVersion: settings.engineVersion.split('.')[0] ?? '',
    subnetIds: props.subnetIds,
    securityGroupIds: [props.securityGroupId],
    kmsKeyId: props.keyArn,
    userGroupId: usersOf(props.authentication),
    snapshotRetentionLimit: settings.snapshotRetentionDays,
    dailySnapshotTime: snapshotWindow.split('-')[0] ?? '',
  });
  cache.applyRemovalPolicy(props.removalPolicy);
  return { resource: cache, host: cache.attrEndpointAddress };
};
