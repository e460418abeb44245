import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { AwsEmulator } from '../../dev/emulators/aws-emulator';
import type { CacheNode } from './elasticache-nodes';
import type { Ended } from './program';

/** An emulated account with a client for each service whose resources a test changes. */
export interface EmulatedAccount {
  readonly emulator: AwsEmulator;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly elastiCache: ElastiCacheClient;
  readonly iam: IAMClient;
  readonly secrets: SecretsManagerClient;
  readonly ssm: SSMClient;
  /** ElastiCache's descriptions of the group's nodes; a test may change them. */
  readonly node: CacheNode;
  /** Runs `model-events` as a user does. */
  run(...words: readonly string[]): Promise<Ended>;
}
