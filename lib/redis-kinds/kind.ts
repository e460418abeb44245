import type { CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { CreatedRedisSettings } from '../../config/environment';

/** What the resources of a kind of Redis are created with. */
export interface KindProps {
  /** Name of the environment. */
  readonly environment: string;
  /** Name of the replication group, cache or cluster. */
  readonly name: string;
  readonly settings: CreatedRedisSettings;
  readonly subnetIds: string[];
  readonly securityGroupId: string;
  readonly keyArn: string;
  readonly authentication: Authentication;
  readonly logRetentionDays: number;
  readonly removalPolicy: RemovalPolicy;
}

/** A user group's id or an access control list's name, or the first token. */
export type Authentication = { readonly users: string } | { readonly token: string };

/** What was created. */
export interface CreatedKind {
  /** The group, cache or cluster itself. */
  readonly resource: CfnResource;
  /** Host name of the primary, in cluster mode of the cluster. */
  readonly host: string;
}

/** Creates the resources of a kind in `scope`: all with TLS, with encryption at rest, in two zones or more. */
export type CreateKind = (scope: Construct, props: KindProps) => CreatedKind;

/** When the daily snapshot begins, and when AWS maintains the nodes; in UTC. */
export const snapshotWindow = '06:00-07:00';
export const maintenanceWindow = 'sun:08:00-sun:09:00';

/** The user group, or access control list, of a kind that takes no token. */
export function usersOf(authentication: Authentication): string {
  if ('users' in authentication) return authentication.users;
  throw new Error('Serverless caches and MemoryDB take no auth token: set auth to "users".');
}
