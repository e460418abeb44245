import { Validations } from 'aws-cdk-lib';
import { CfnParameterGroup, CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type CreateKind, maintenanceWindow, snapshotWindow } from './kind';

/** A replication group of ElastiCache, with or without cluster mode. */
export const createReplicationGroup: CreateKind = (scope, props) => {
  const { settings, environment, authentication } = props;
  const { nodeType = '', replicas = 1, shards } = settings;
  const inClusterMode = settings.kind === 'cluster';
  const subnetGroup = new CfnSubnetGroup(scope, 'Subnets', {
    description: `Model events: Redis (${environment})`,
    subnetIds: props.subnetIds,
  });
  const parameterGroup = new CfnParameterGroup(scope, 'Parameters', {
    cacheParameterGroupFamily: `valkey${settings.engineVersion.split('.')[0] ?? ''}`,
    description: `Model events: Redis (${environment})`,
    properties: {
      // A full Redis must refuse writes, which are retried, instead of evicting keys, which would be lost.
      'maxmemory-policy': 'noeviction',
      ...(inClusterMode ? { 'cluster-enabled': 'yes' } : {}),
    },
  });
  const slowLog = new LogGroup(scope, 'SlowLog', {
    retention: props.logRetentionDays as unknown as RetentionDays,
    removalPolicy: props.removalPolicy,
  });
  const group = new CfnReplicationGroup(scope, 'Group', {
    replicationGroupId: props.name,
    replicationGroupDescription: `Model events (${environment})`,
    engine: 'valkey',
    engineVersion: settings.engineVersion,
    cacheNodeType: nodeType,
    cacheParameterGroupName: parameterGroup.ref,
    ...(inClusterMode
      ? { clusterMode: 'enabled', numNodeGroups: shards, replicasPerNodeGroup: replicas }
      : { clusterMode: 'disabled', numCacheClusters: replicas + 1 }),
    ...(settings.durability === 'engine' ? { durability: 'sync' } : {}),
    automaticFailoverEnabled: true,
    multiAzEnabled: true,
    autoMinorVersionUpgrade: true,
    cacheSubnetGroupName: subnetGroup.ref,
    securityGroupIds: [props.securityGroupId],
    port: settings.port,
    transitEncryptionEnabled: true,
    transitEncryptionMode: 'required',
    atRestEncryptionEnabled: true,
    kmsKeyId: props.keyArn,
    ...('users' in authentication ? { userGroupIds: [authentication.users] } : { authToken: authentication.token }),
    snapshotRetentionLimit: settings.snapshotRetentionDays,
    snapshotWindow,
    preferredMaintenanceWindow: maintenanceWindow,
    logDeliveryConfigurations: [
      {
        logType: 'slow-log',
        logFormat: 'json',
        destinationType: 'cloudwatch-logs',
        destinationDetails: { cloudWatchLogsDetails: { logGroup: slowLog.logGroupName } },
      },
    ],
  });
  // Another number of shards moves slots; without the policy it would replace the group, and lose its queues.
  if (inClusterMode) group.cfnOptions.updatePolicy = { useOnlineResharding: true };
  if ('users' in authentication) {
    Validations.of(group).acknowledge({
      id: 'AwsSolutions-AEC6',
      reason: 'Users with passwords of their own authenticate; AUTH has one token for all.',
    });
  }
  for (const resource of [subnetGroup, parameterGroup, group]) resource.applyRemovalPolicy(props.removalPolicy);
  return {
    resource: group,
    host: inClusterMode ? group.attrConfigurationEndPointAddress : group.attrPrimaryEndPointAddress,
  };
};
