/** A throw-away Redis as it is deployed: TLS only, auth token, one primary and, if asked, one replica. */
import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { connect } from '../../queue/connection';
import { type CertificateAuthority, createAuthority } from './certificates';
import { freePort } from './free-port';
import { OwnedProcesses } from './owned-processes';
import { RedisProcess, RedisStartError } from './redis-process';

/** How long a replica may take to catch up before it counts as broken. */
const linkMilliseconds = 10_000;
const attempts = 5;

export interface LocalRedisOptions {
  /** One replica beside the primary. */
  readonly replica: boolean;
  /** More lines of redis.conf for both, such as `{ maxmemory: '8mb' }`; they win over the ones set here. @default none */
  readonly config?: Readonly<Record<string, string>>;
}

/** A running Redis; it dies with this process, however that ends, and `stop()` ends it earlier. */
export interface LocalRedis {
  /** The name that the certificate is for. */
  readonly host: 'localhost';
  /** The primary's port. */
  readonly port: number;
  /** The auth token, with the special characters that ElastiCache allows. */
  readonly token: string;
  /** The authority's certificate, PEM, and the file that holds it. */
  readonly ca: string;
  readonly caFile: string;
  /** A folder (0700) that goes when Redis goes; others may put files there. */
  readonly folder: string;
  readonly primary: RedisProcess;
  readonly replica?: RedisProcess;
  /** Resolves when the replica has all that the primary has: after a `restart()` or `resume()` of one of the two. */
  replicaLinked(): Promise<void>;
  /** Ends all processes and removes all files. May be called twice. */
  stop(): Promise<void>;
}

/** Starts Redis on free ports; resolves when it answers and the replica has caught up. */
export async function startRedis({ replica, config = {} }: LocalRedisOptions): Promise<LocalRedis> {
  const executable = findServer();
  const folder = await mkdtemp(join(tmpdir(), 'model-events-redis-'));
  const ownedProcesses = new OwnedProcesses(folder);
  try {
    const { authority, files, token } = await writeServerFiles(folder);

    /** Sends one command on its own connection, so that CLIENT LIST contains no client of this program. */
    const ask = async (port: number, command: string, ...parameters: (string | number)[]): Promise<unknown> => {
      const commandTimeoutMs = linkMilliseconds + 1_000;
      const client = await connect({ host: 'localhost', port, token, ca: authority.certificate, commandTimeoutMs });
      try {
        return await client.call(command, ...parameters);
      } finally {
        client.disconnect();
      }
    };

    const start = (afterStart: (port: number) => Promise<void> = () => Promise.resolve()): Promise<RedisProcess> =>
      onFreePort((port) => {
        const text = configuration({ port, token, folder, files, config });
        return new RedisProcess(executable, port, text, ownedProcesses, () => afterStart(port));
      });

    let primaryPort = 0;
    const [primary, second] = await Promise.all([
      start(),
      // REPLICAOF connects at once; the same line in the configuration would wait for the next tick of a second.
      replica
        ? start(async (port) => {
            if (primaryPort !== 0) await ask(port, 'REPLICAOF', 'localhost', primaryPort);
          })
        : undefined,
    ]);
    primaryPort = primary.port;
    if (second !== undefined) await ask(second.port, 'REPLICAOF', 'localhost', primaryPort);

    const replicaLinked = async (): Promise<void> => {
      if (second === undefined) throw new Error('this Redis has no replica: start it with { replica: true }');
      // Without a write before it WAIT asks only that a replica is connected and in step, which is the question.
      const linked = await ask(primaryPort, 'WAIT', 1, linkMilliseconds);
      if (linked !== 1) {
        throw new Error(
          `the replica on port ${second.port} is not in step with the primary after ${linkMilliseconds} ms`,
        );
      }
    };
    if (second !== undefined) await replicaLinked();

    return {
      host: 'localhost',
      port: primary.port,
      token,
      ca: authority.certificate,
      caFile: files.ca,
      folder,
      primary,
      ...(second === undefined ? {} : { replica: second }),
      replicaLinked,
      stop: async () => {
        await Promise.all([primary.kill(), second?.kill()]);
        await ownedProcesses.release();
      },
    };
  } catch (error) {
    await ownedProcesses.release();
    throw error;
  }
}

/** The files of a server, in its folder, and its token. */
export interface ServerFiles {
  readonly authority: CertificateAuthority;
  readonly files: Readonly<Record<'ca' | 'certificate' | 'key', string>>;
  readonly token: string;
}

/** Writes certificates for the names into a folder, and makes a token. */
export async function writeServerFiles(folder: string, names?: readonly string[]): Promise<ServerFiles> {
  const authority = await createAuthority();
  const certificate = await authority.issue(names === undefined ? {} : { names });
  const files = {
    ca: join(folder, 'ca.crt'),
    certificate: join(folder, 'redis.crt'),
    key: join(folder, 'redis.key'),
  };
  await Promise.all([
    writeFile(files.ca, authority.certificate),
    writeFile(files.certificate, certificate.certificate),
    writeFile(files.key, certificate.key, { mode: 0o600 }),
  ]);
  return { authority, files, token: `${randomBytes(24).toString('base64url')}!&#$^<>-` };
}

/** Starts a server on a free port, on another one if a program has taken it meanwhile. */
export async function onFreePort(serverFor: (port: number) => RedisProcess): Promise<RedisProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const server = serverFor(await freePort());
    try {
      await server.start();
      return server;
    } catch (error) {
      const taken = error instanceof RedisStartError && error.code === 'PORT_TAKEN';
      if (!taken || attempt === attempts) throw error;
    }
  }
}

interface ConfigurationParts extends Pick<ServerFiles, 'files' | 'token'> {
  readonly port: number;
  readonly folder: string;
  readonly config: Readonly<Record<string, string>>;
}

/** A redis.conf. */
export function configuration({ port, token, folder, files, config }: ConfigurationParts): string {
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const lines: Record<string, string> = {
    bind: '127.0.0.1 -::1',
    port: '0',
    'tls-port': String(port),
    'tls-ca-cert-file': quoted(files.ca),
    'tls-cert-file': quoted(files.certificate),
    'tls-key-file': quoted(files.key),
    'tls-auth-clients': 'no',
    'tls-replication': 'yes',
    requirepass: quoted(token),
    masterauth: quoted(token),
    // By file: after a sync over the socket the primary counts a replica's word (WAIT) only from its next report, a second later.
    'repl-diskless-sync': 'no',
    'repl-diskless-load': 'on-empty-db',
    // The snapshot's child is noticed at the next tick: ten a second would be felt at each start.
    hz: '100',
    save: '""',
    appendonly: 'no',
    dir: quoted(folder),
    ...config,
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}

/** The path of the server that the PATH has. @throws if it has none */
export function findServer(): string {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here: the next folder.
      }
    }
  }
  throw new Error(
    'Neither redis-server nor valkey-server is on the PATH: install one with TLS, such as by `apt-get install redis-server`, `dnf install valkey` or `brew install redis`.',
  );
}
