import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Effect, type IRole, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  type CfnFunction,
  Code,
  Function as LambdaFunction,
  type IVersion,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { liveAlias } from '../contract/operations';
import type { Network } from './network';
import type { RedisAccess } from './redis-access';

export interface RedisFunctionProps {
  readonly description: string;
  /** Folder with the function's bundle, `index.mjs`, as `npm run build` writes it. */
  readonly bundle: string;
  readonly network: Network;
  readonly redis: RedisAccess;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly logRetentionDays: number;
  /** Concurrent executions that no other function gets. @default none */
  readonly reservedConcurrency?: number | undefined;
  /** Variables besides those of the Redis connection, which they override. @default none */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Where `npm run build` writes a folder with a bundle for each function. */
export const builtBundles = join(__dirname, '../dist/lambda');

/** What Lambda does with a function's role to bring it into a VPC; EC2 takes these only for every resource. */
const networkInterfaceActions = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** A function in Redis' VPC which may reach Redis and Secrets Manager, read the token, write its log, and nothing else. */
export class RedisFunction extends Construct {
  readonly function: LambdaFunction;
  /** Its statements are written out in this project; no managed policy is attached. */
  readonly role: IRole;

  constructor(scope: Construct, id: string, props: RedisFunctionProps) {
    super(scope, id);
    const { network, redis } = props;
    const role = new Role(this, 'Role', {
      description: `Runs: ${props.description}`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.role = role;
    this.allowVpcAccess(role);
    this.allowTraces(role);
    redis.grantLogin(role);

    const logGroup = new LogGroup(this, 'Log', {
      // The configuration admits only the numbers that the type knows.
      retention: props.logRetentionDays as unknown as RetentionDays,
      // The archive and the queues hold what must survive; a log without its function only costs.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(role);

    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: network.vpc,
      description: `Outbound of: ${props.description}`,
      allowAllOutbound: false,
    });

    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(bundleAt(props.bundle)),
      role,
      logGroup,
      // Lambda's own lines (REPORT, time-outs) are JSON too, so one query reads both.
      loggingFormat: LoggingFormat.JSON,
      vpc: network.vpc,
      vpcSubnets: { subnets: [...network.subnets] },
      securityGroups: [securityGroup],
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMegabytes,
      ...(props.reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: props.reservedConcurrency }),
      environment: {
        ...redis.functionEnvironment,
        ...network.variablesFor('secretsmanager'),
        ...props.environment,
      },
    });
    // Not the property `tracing` of the construct: it would add the statement for every resource to the role's default policy.
    (this.function.node.defaultChild as CfnFunction).tracingConfig = { mode: 'Active' };
    redis.allowFrom(this.function);
    network.allowServices(securityGroup);
  }

  /**
   * Publishes a version for each change of code or configuration, and returns the alias `live` of the newest one.
   * @param provisionedConcurrency instances of it that Lambda keeps initialized, 0 for none; `@default` 0
   */
  publish({ provisionedConcurrency = 0 } = {}): Alias {
    return new Alias(this, 'Live', {
      aliasName: liveAlias,
      version: this.function.currentVersion as IVersion,
      ...(provisionedConcurrency > 0 ? { provisionedConcurrentExecutions: provisionedConcurrency } : {}),
    });
  }

  /** Lambda sends the traces with the function's role, not over the VPC. */
  private allowTraces(role: Role): void {
    const policy = new Policy(this, 'Traces', { roles: [role] });
    policy.addStatements(
      new PolicyStatement({ actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], resources: ['*'] }),
    );
    Validations.of(policy).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray has no resources: its write actions apply to the account.',
    });
  }

  private allowVpcAccess(role: Role): void {
    // A policy of its own, so that what is acknowledged below holds for nothing else that the role may do.
    const policy = new Policy(role, 'NetworkInterfaces', { roles: [role] });
    policy.addStatements(
      new PolicyStatement({ actions: networkInterfaceActions, resources: ['*'] }),
      // The rights are for the service. The condition's key is there only when the function's own code makes the call.
      new PolicyStatement({
        effect: Effect.DENY,
        actions: networkInterfaceActions,
        resources: ['*'],
        conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
      }),
    );
    Validations.of(policy).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'EC2 takes the actions with which Lambda brings a function into a VPC only for all resources; the code itself is denied them.',
    });
  }
}

function bundleAt(folder: string): string {
  const entry = join(folder, 'index.mjs');
  if (existsSync(entry)) return folder;
  throw new Error(
    `The function's bundle is not there: ${relative(process.cwd(), entry)}. Build it first: npm run build`,
  );
}
