/** A CDK app that carries registrations to a service of its own: `npx cdk deploy --app 'npx tsx examples/cdk-app.ts'`. */
import { ModelEvents } from '@hokusai/model-events-cdk';
import { App, Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, FargateService, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';

const stack = new Stack(new App(), 'ModelEventsExample', { env: { account: '123456789012', region: 'us-east-1' } });
const availabilityZones = ['us-east-1a', 'us-east-1b'];
const privateSubnetIds = ['subnet-0a1b2c3d4e5f60718', 'subnet-0b1c2d3e4f5a60718'];
const vpcId = 'vpc-0a1b2c3d4e5f60718';
const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId, availabilityZones, privateSubnetIds });
const secretArn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:hokusai/redis/development/auth-token-0GWWJx';
const redis = {
  host: 'master.hokusai-redis-development.lenvj6.use1.cache.amazonaws.com',
  securityGroup: SecurityGroup.fromSecurityGroupId(stack, 'RedisGroup', 'sg-0a1b2c3d4e5f60718'),
  authSecret: Secret.fromSecretCompleteArn(stack, 'RedisToken', secretArn),
};
const subscriptions = [{ service: 'hokusai-site', queue: 'model_events:site' }];
const modelEvents = new ModelEvents(stack, 'ModelEvents', { environmentName: 'example', vpc, redis, subscriptions });

const registry = new Role(stack, 'Registry', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
modelEvents.grantPutEvents(registry);

const taskDefinition = new FargateTaskDefinition(stack, 'Task');
const image = ContainerImage.fromRegistry('public.ecr.aws/docker/library/busybox:stable');
const container = taskDefinition.addContainer('site', { image });
const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'hokusai-development', vpc });
const service = new FargateService(stack, 'Site', { cluster, taskDefinition });
modelEvents.wire(taskDefinition, container, { subscription: 'hokusai-site', client: service });
modelEvents.metricQueueDepth('hokusai-site').createAlarm(stack, 'Backlog', { threshold: 1000, evaluationPeriods: 5 });
