import { awsFailure } from '../runtime/aws-failure';
import type { Deadline } from '../runtime/deadline';
import { waitUntil } from '../runtime/wait-until';
import type { Authentication } from './steps';
import type { UserService } from './user-services';

/**
 * A Redis user, which can have two passwords ("Automatically rotating passwords for users" in the guides of ElastiCache and MemoryDB): its
 * rotation changes nothing of Redis itself.
 */
export class RedisUser implements Authentication {
  constructor(
    private readonly service: UserService,
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
    return waitUntil(deadline, `${this.service.change} of ${this.id}`, async () => {
      const passwords = [...new Set([current, password])];
      try {
        await this.service.setPasswords(this.id, passwords);
        return undefined;
      } catch (error) {
        // Another change began after the user was active.
        if ((error as Error).name === 'InvalidUserStateFault') return 'another change was under way';
        throw awsFailure(`${this.service.change} of ${this.id}`, error, passwords, '<password>');
      }
    });
  }

  private async status(): Promise<string> {
    try {
      return (await this.service.status(this.id)) ?? 'unknown';
    } catch (error) {
      throw awsFailure(`DescribeUsers of ${this.id}`, error);
    }
  }
}
