/**
 * ElastiCache on a loopback port, as far as tokens and passwords are concerned: DescribeReplicationGroups and ModifyReplicationGroup
 * of one group, DescribeUsers and ModifyUser, applied to a real Redis; and MemoryDB's DescribeUsers and UpdateUser. For programs that take
 * AWS_ENDPOINT_URL_ELASTICACHE or AWS_ENDPOINT_URL_MEMORYDB.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Redis } from 'ioredis';
import { AwsError } from './aws-json-server';

export interface ElastiCacheOptions {
  readonly replicationGroupId: string;
  /** One connection to each node. They stay as they are when the tokens change. */
  readonly nodes: readonly Redis[];
  /** The token that the nodes accept now. */
  readonly token: string;
}

export type TokenStrategy = 'ROTATE' | 'SET';

export interface LocalElastiCache {
  /** The value for AWS_ENDPOINT_URL_ELASTICACHE and AWS_ENDPOINT_URL_MEMORYDB. */
  readonly url: string;
  /** The changes that were accepted so far. */
  readonly changes: readonly TokenStrategy[];
  /** The accepted changes of users: which, and how many passwords each then has. */
  readonly userChanges: readonly (readonly [id: string, passwords: number])[];
  /** The tokens that the nodes accept, newest last. */
  readonly tokens: readonly string[];
  /** Resolves when the next change is accepted. */
  changed(): Promise<void>;
  /** From now on a change stays under way until `settle()`; else it is done after a few looks at the group. */
  hold(): void;
  /** Applies the change under way, if there is one. */
  settle(): Promise<void>;
  /** From now on ModifyReplicationGroup is refused with this text; `undefined` ends it. */
  refuse(message: string | undefined): void;
  /** As new: available, with this token alone. */
  reset(token: string): Promise<void>;
  stop(): Promise<void>;
}

/** How a group looks, time after time, once a change was accepted: the first answers come from before it. */
const looks = ['available', 'modifying', 'modifying'] as const;

export async function startElastiCache(options: ElastiCacheOptions): Promise<LocalElastiCache> {
  const { replicationGroupId, nodes } = options;
  let tokens: readonly string[] = [options.token];
  let change: { readonly strategy: TokenStrategy; readonly tokens: readonly string[]; seen: number } | undefined;
  let held = false;
  let refusal: string | undefined;
  const changes: TokenStrategy[] = [];
  const users = new Map<string, { readonly looksLeft: number; readonly passwords: readonly string[] }>();
  const userChanges: [id: string, passwords: number][] = [];
  let listeners: (() => void)[] = [];

  const accept = async (accepted: readonly string[]): Promise<void> => {
    const newest = accepted.at(-1) ?? '';
    for (const node of nodes) {
      await node.acl('SETUSER', 'default', 'resetpass', ...accepted.map((token) => `>${token}`));
      await node.config('SET', 'masterauth', newest);
    }
    tokens = accepted;
  };
  const settle = async (): Promise<void> => {
    const due = change;
    held = false;
    change = undefined;
    if (due !== undefined) await accept(due.tokens);
  };

  const describe = async (): Promise<string> => {
    const look = change === undefined ? undefined : looks[held ? Math.min(change.seen, 1) : change.seen];
    if (change !== undefined) change.seen += 1;
    if (change !== undefined && look === undefined) await settle();
    const group = groupXml(
      replicationGroupId,
      look ?? 'available',
      look === 'modifying' ? change?.strategy : undefined,
    );
    return `<ReplicationGroups>${group}</ReplicationGroups>`;
  };

  const modify = (input: URLSearchParams): string => {
    const token = input.get('AuthToken') ?? '';
    const strategy = input.get('AuthTokenUpdateStrategy') ?? 'ROTATE';
    if (refusal !== undefined) throw new AwsError('InvalidParameterValue', refusal);
    if (change !== undefined) {
      throw new AwsError('InvalidReplicationGroupState', `${replicationGroupId} is being modified`);
    }
    if (!/^[A-Za-z0-9!&#$^<>-]{16,128}$/.test(token)) throw new AwsError('InvalidParameterValue', 'Invalid AuthToken');
    if (input.get('ApplyImmediately') !== 'true') {
      throw new AwsError('InvalidParameterCombination', 'only ApplyImmediately is known here');
    }
    if (strategy !== 'ROTATE' && strategy !== 'SET') {
      throw new AwsError('InvalidParameterValue', `no such strategy: ${strategy}`);
    }
    if (strategy === 'SET' && token !== tokens.at(-1)) {
      throw new AwsError('InvalidParameterValue', 'SET takes only the token that was last rotated to');
    }
    change = { strategy, tokens: strategy === 'SET' ? [token] : [...tokens, token].slice(-2), seen: 0 };
    changes.push(strategy);
    for (const listener of listeners.splice(0)) listener();
    return groupXml(replicationGroupId, 'modifying', strategy);
  };

  const answer = async (input: URLSearchParams): Promise<string> => {
    const action = input.get('Action') ?? '';
    const id = input.get('UserId') ?? '';
    const userXml = (status: string): string => `<UserId>${escaped(id)}</UserId><Status>${status}</Status>`;
    if (action === 'DescribeUsers')
      return resultXml(action, `<Users><member>${userXml(await userStatus(id))}</member></Users>`);
    if (action === 'ModifyUser') {
      const passwords = [...input].flatMap(([name, value]) => (name.startsWith('Passwords.member.') ? [value] : []));
      await changeUser(id, passwords);
      return resultXml(action, userXml('modifying'));
    }
    const asked = input.get('ReplicationGroupId');
    if (asked !== replicationGroupId) {
      throw new AwsError('ReplicationGroupNotFoundFault', `ReplicationGroup ${asked ?? ''} not found.`, 404);
    }
    switch (action) {
      case 'DescribeReplicationGroups':
        return resultXml(action, await describe());
      case 'ModifyReplicationGroup':
        return resultXml(action, modify(input));
      default:
        throw new AwsError('InvalidAction', `the local ElastiCache does not know ${action}`);
    }
  };

  /** MemoryDB speaks JSON. */
  const memoryDbAnswer = async (target: string, body: string): Promise<string> => {
    const { UserName: id = '', AuthenticationMode: mode } = JSON.parse(body) as {
      readonly UserName?: string;
      readonly AuthenticationMode?: { readonly Passwords?: readonly string[] };
    };
    if (target === 'AmazonMemoryDB.DescribeUsers')
      return JSON.stringify({ Users: [{ Name: id, Status: await userStatus(id) }] });
    if (target !== 'AmazonMemoryDB.UpdateUser')
      throw new AwsError('InvalidAction', `the local MemoryDB does not know ${target}`);
    await changeUser(id, mode?.Passwords ?? []);
    return JSON.stringify({ User: { Name: id, Status: 'modifying' } });
  };

  /** Users are those of Redis. A change is applied after a few looks at the user, as one of the group. */
  const userOf = async (id: string): Promise<{ looksLeft: number; passwords: readonly string[] }> => {
    if (!(await nodes[0]?.acl('USERS'))?.includes(id)) {
      throw new AwsError('UserNotFound', `User ${id} not found.`, 404);
    }
    return users.get(id) ?? { looksLeft: 0, passwords: [] };
  };
  const changeUser = async (id: string, passwords: readonly string[]): Promise<void> => {
    const { looksLeft } = await userOf(id);
    if (refusal !== undefined) throw new AwsError('InvalidParameterValue', refusal);
    if (looksLeft > 0) throw new AwsError('InvalidUserState', `User ${id} is being modified`);
    if (passwords.length < 1 || passwords.length > 2 || passwords.some((each) => !/^[^\s]{16,128}$/.test(each)))
      throw new AwsError('InvalidParameterValue', 'one or two passwords of 16 to 128 characters');
    users.set(id, { looksLeft: looks.length, passwords });
    userChanges.push([id, passwords.length]);
  };
  const userStatus = async (id: string): Promise<string> => {
    const user = await userOf(id);
    if (user.looksLeft > 0) users.set(id, { ...user, looksLeft: user.looksLeft - 1 });
    if (user.looksLeft === 1)
      for (const node of nodes)
        await node.acl('SETUSER', id, 'resetpass', ...user.passwords.map((password) => `>${password}`));
    return user.looksLeft > 1 ? 'modifying' : 'active';
  };

  const server = createServer((request, response) => {
    const target = request.headers['x-amz-target'];
    const send = (status: number, body: string): void => {
      const contentType = target === undefined ? 'text/xml' : 'application/x-amz-json-1.1';
      response.writeHead(status, { 'content-type': contentType, 'x-amzn-requestid': randomUUID() });
      response.end(body);
    };
    void text(request)
      .then((body) => (target === undefined ? answer(new URLSearchParams(body)) : memoryDbAnswer(String(target), body)))
      .then(
        (body) => send(200, body),
        (error: unknown) => {
          if (!(error instanceof AwsError)) console.error(error);
          send(error instanceof AwsError ? error.status : 500, (target === undefined ? errorXml : errorJson)(error));
        },
      );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    changes,
    userChanges,
    get tokens() {
      return tokens;
    },
    changed: () => new Promise((resolve) => listeners.push(resolve)),
    hold: () => {
      held = true;
    },
    settle,
    refuse: (message) => {
      refusal = message;
    },
    reset: async (token) => {
      [change, held, refusal, listeners] = [undefined, false, undefined, []];
      changes.length = userChanges.length = 0;
      users.clear();
      await accept([token]);
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const xmlns = 'http://elasticache.amazonaws.com/doc/2015-02-02/';

function resultXml(action: string, result: string): string {
  const metadata = `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
  return `<${action}Response xmlns="${xmlns}"><${action}Result>${result}</${action}Result>${metadata}</${action}Response>`;
}

function groupXml(id: string, status: string, strategy: TokenStrategy | undefined): string {
  const token = strategy === 'ROTATE' ? 'ROTATING' : 'SETTING';
  const pending = strategy === undefined ? '' : `<AuthTokenStatus>${token}</AuthTokenStatus>`;
  return [
    `<ReplicationGroup><ReplicationGroupId>${escaped(id)}</ReplicationGroupId><Status>${status}</Status>`,
    `<PendingModifiedValues>${pending}</PendingModifiedValues><AuthTokenEnabled>true</AuthTokenEnabled></ReplicationGroup>`,
  ].join('');
}

const errorJson = (error: unknown): string => {
  const { code, message } = errorOf(error);
  return JSON.stringify({ __type: code, message });
};

const errorOf = (error: unknown): { readonly code: string; readonly message: string } => ({
  code: error instanceof AwsError ? error.type : 'InternalFailure',
  message: error instanceof Error ? error.message : 'unknown',
});

function errorXml(error: unknown): string {
  const { code, message } = errorOf(error);
  return `<ErrorResponse xmlns="${xmlns}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error></ErrorResponse>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
