/** The users of ElastiCache and of MemoryDB: of each, the two calls that change a password. */
import { DescribeUsersCommand, type ElastiCacheClient, ModifyUserCommand } from '@aws-sdk/client-elasticache';
import {
  DescribeUsersCommand as DescribeMemoryDbUsersCommand,
  type MemoryDBClient,
  UpdateUserCommand,
} from '@aws-sdk/client-memorydb';

export interface UserService {
  /** The call that changes a user, for errors. */
  readonly change: string;
  /** `active`, `modifying` or `deleting`. */
  status(id: string): Promise<string | undefined>;
  /** Accepts these one or two passwords, and no other. */
  setPasswords(id: string, passwords: string[]): Promise<unknown>;
}

export const elastiCacheUsers = (client: ElastiCacheClient): UserService => ({
  change: 'ModifyUser',
  status: async (id) => (await client.send(new DescribeUsersCommand({ UserId: id }))).Users?.[0]?.Status,
  setPasswords: (id, passwords) => client.send(new ModifyUserCommand({ UserId: id, Passwords: passwords })),
});

export const memoryDbUsers = (client: MemoryDBClient): UserService => ({
  change: 'UpdateUser',
  status: async (id) => (await client.send(new DescribeMemoryDbUsersCommand({ UserName: id }))).Users?.[0]?.Status,
  setPasswords: (id, passwords) =>
    client.send(
      new UpdateUserCommand({ UserName: id, AuthenticationMode: { Type: 'password', Passwords: passwords } }),
    ),
});
