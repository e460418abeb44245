import { CfnCluster, CfnParameterGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-memorydb';
import { type CreateKind, maintenanceWindow, snapshotWindow, usersOf } from './kind';

/** A cluster of MemoryDB, which replies to a write when its transaction log in several zones has it. */
export const createMemoryDbCluster: CreateKind = (scope, props) => {
  const { settings, environment, name } = props;
  const { nodeType = '', replicas = 1, shards } = settings;
  const description = `Model events: Redis (${environment})`;
  const subnetGroup = new CfnSubnetGroup(scope, 'Subnets', {
    subnetGroupName: name,
    description,
    subnetIds: props.subnetIds,
  });
  const parameterGroup = new CfnParameterGroup(scope, 'Parameters', {
    parameterGroupName: name,
    family: `memorydb_valkey${settings.engineVersion.split('.')[0] ?? ''}`,
    description,
    // A full Redis must refuse writes, which are retried, instead of evicting keys, which would be lost.
    parameters: { 'maxmemory-policy': 'noeviction' },
  });
  const cluster = new CfnCluster(scope, 'Cluster', {
    clusterName: name,
    description: `Model events (${environment})`,
    engine: 'valkey',
    engineVersion: settings.engineVersion,
    nodeType,
    numShards: shards,
    numReplicasPerShard: replicas,
    parameterGroupName: parameterGroup.ref,
    aclName: usersOf(props.authentication),
    subnetGroupName: subnetGroup.ref,
    securityGroupIds: [props.securityGroupId],
    port: settings.port,
    tlsEnabled: true,
    kmsKeyId: props.keyArn,
    autoMinorVersionUpgrade: true,
    snapshotRetentionLimit: settings.snapshotRetentionDays,
    snapshotWindow,
    maintenanceWindow,
  });
  for (const resource of [subnetGroup, parameterGroup, cluster]) resource.applyRemovalPolicy(props.removalPolicy);
  return { resource: cluster, host: cluster.attrClusterEndpointAddress };
};
