import { DescribeUsersCommand, type ElastiCacheClient, ModifyUserCommand } from '@aws-sdk/client-elasticache';
import { awsFailure } from '../runtime/aws-failure';
import type { Deadline } from '../runtime/deadline';
import { waitUntil } from '../runtime/wait-until';
import type { Authentication } from './steps';

/**
 * A Redis user, which can have two passwords ("Automatically rotating passwords for users" in the ElastiCache guide): its rotation
 * changes nothing of the replication group.
 */
export class RedisUser implements Authentication {
  constructor(
    private readonly client: ElastiCacheClient,
    private readonly id: string,
  ) {}

  untilAvailable(deadline: Deadline): Promise<void> {
    return waitUntil(deadline, `waiting for the Redis user ${this.id}`, async () => {
      const status = await this.status();
      if (status === 'deleting') throw new Error(`the Redis user ${this.id} is being deleted`);
      return status === 'active' ? undefined : `it was "${status}"`;
    });
  }

  /** Any other password is refused from then on. */
  addToken(password: string, current: string, deadline: Deadline): Promise<void> {
    return waitUntil(deadline, `ModifyUser of ${this.id}`, async () => {
      const passwords = [...new Set([current, password])];
      try {
        await this.client.send(new ModifyUserCommand({ UserId: this.id, Passwords: passwords }));
        return undefined;
      } catch (error) {
        // Another change began after the user was active.
        if ((error as Error).name === 'InvalidUserStateFault') return 'another change was under way';
        throw awsFailure(`ModifyUser of ${this.id}`, error, passwords, '<password>');
      }
    });
  }

  private async status(): Promise<string> {
    try {
      const { Users: users = [] } = await this.client.send(new DescribeUsersCommand({ UserId: this.id }));
      return users[0]?.Status ?? 'unknown';
    } catch (error) {
      throw awsFailure(`DescribeUsers of ${this.id}`, error);
    }
  }
}
