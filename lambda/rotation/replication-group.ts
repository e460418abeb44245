import {
  DescribeReplicationGroupsCommand,
  type ElastiCacheClient,
  ModifyReplicationGroupCommand,
  type ReplicationGroup as GroupDescription,
} from '@aws-sdk/client-elasticache';
import { awsFailure } from '../runtime/aws-failure';
import type { Deadline } from '../runtime/deadline';
import { waitUntil } from '../runtime/wait-until';
import type { Authentication } from './steps';

/** The replication group whose tokens are changed. */
export class ReplicationGroup implements Authentication {
  constructor(
    private readonly client: ElastiCacheClient,
    private readonly id: string,
  ) {}

  /** Waits until nothing is being changed at the group. */
  untilAvailable(deadline: Deadline): Promise<void> {
    return waitUntil(deadline, `waiting for replication group ${this.id}`, async () => {
      const group = await this.describe();
      const status = group.Status ?? 'unknown';
      if (status === 'deleting' || status === 'create-failed') {
        throw new Error(`replication group ${this.id} is "${status}": its token cannot be changed`);
      }
      if (group.AuthTokenEnabled === false) {
        throw new Error(
          `replication group ${this.id} has no auth token: give it one first (ModifyReplicationGroup with the secret's token, ROTATE, then SET)`,
        );
      }
      if (status !== 'available') return `it was "${status}"`;
      const change = group.PendingModifiedValues?.AuthTokenStatus;
      return change === undefined ? undefined : `its token was "${change}"`;
    });
  }

  /** Begins to accept a token beside the newest one there is; an older one is refused from then on. */
  addToken(token: string, _current: string, deadline: Deadline): Promise<void> {
    return waitUntil(deadline, `ROTATE of replication group ${this.id}`, async () => {
      try {
        await this.client.send(
          new ModifyReplicationGroupCommand({
            ReplicationGroupId: this.id,
            AuthToken: token,
            AuthTokenUpdateStrategy: 'ROTATE',
            ApplyImmediately: true,
          }),
        );
        return undefined;
      } catch (error) {
        // Another change began after the group was available.
        if ((error as Error).name === 'InvalidReplicationGroupStateFault') return 'another change was under way';
        throw awsFailure(`ROTATE of replication group ${this.id}`, error, [token]);
      }
    });
  }

  private async describe(): Promise<GroupDescription> {
    try {
      const { ReplicationGroups: groups = [] } = await this.client.send(
        new DescribeReplicationGroupsCommand({ ReplicationGroupId: this.id }),
      );
      const [group] = groups;
      if (group === undefined) throw new Error('there is no such group');
      return group;
    } catch (error) {
      throw awsFailure(`DescribeReplicationGroups of ${this.id}`, error);
    }
  }
}
