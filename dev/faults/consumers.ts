/** The services' consumers: Node and Python with the packages, a plain one; each in a process of its own. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { OwnedProcesses } from '../local/owned-processes';
import type { LocalRedisUser } from '../local/redis-users';
import { containerEnv, userEnv } from '../../contract/function-env';
import { Program } from './program';

export type ConsumerKind = 'node' | 'python' | 'plain';

export interface ConsumerPlace {
  /** Its name in Redis and of its journal. */
  readonly name: string;
  readonly kind: ConsumerKind;
  readonly queue: string;
}

/** Settings of all consumers; read at each start. */
export interface ConsumerSettings {
  readonly port: () => number;
  readonly token: () => string;
  /** The user and the password of a queue's consumers. @default the token */
  readonly userOf?: (queue: string) => LocalRedisUser | undefined;
  readonly caFile: string;
  /** File with the address of `localhost`. @default the resolver of the system */
  readonly addressFile?: string;
  /** Folder of the journals. */
  readonly journals: string;
  readonly ownedProcesses: OwnedProcesses;
  readonly onLine: (line: string) => void;
}

const root = join(__dirname, '../..');
const processes = join(__dirname, 'processes');
/** Duration of a slow handler: longer than a lease. */
const slowSeconds = 7;

let pythonPath: string | undefined;

/** The Python command with the dependencies of the package; paths of files are relative to this folder. */
export function pythonCommand(first: string, ...rest: readonly string[]): [string, ...string[]] {
  pythonPath ??= execFileSync(join(root, 'tools/python.sh'), ['redis', 'boto3'], { encoding: 'utf8' }).trim();
  return [pythonPath, first.endsWith('.py') ? join(__dirname, first) : first, ...rest];
}

/** Where Python finds the package of this checkout. */
export const pythonPackage = {
  PYTHONPATH: join(root, 'clients/python/src'),
  PYTHONDONTWRITEBYTECODE: '1',
} as const;

/** A consumer's process, not started yet. @param extra further variables, such as a wrong clock */
export function consumerProgram(
  { name, kind, queue }: ConsumerPlace,
  settings: ConsumerSettings,
  extra: () => Readonly<Record<string, string>> = () => ({}),
): Program {
  const user = settings.userOf?.(queue);
  const { port, token, caFile, addressFile, journals, ownedProcesses, onLine } = settings;
  return new Program({
    command: commandOf(kind),
    startsAgain: true,
    ownedProcesses,
    onLine: (line) => onLine(`${name}: ${line}`),
    environment: () => ({
      [containerEnv.redisHost]: 'localhost',
      [containerEnv.redisPort]: String(port()),
      [containerEnv.redisAuthToken]: user?.token ?? token(),
      ...(user === undefined ? {} : { [userEnv.redisUsername]: user.username }),
      [containerEnv.queue]: queue,
      NODE_EXTRA_CA_CERTS: caFile,
      SSL_CERT_FILE: caFile,
      ...pythonPackage,
      FAULTS_ADDRESS_FILE: addressFile ?? '',
      FAULTS_JOURNAL: join(journals, `${name}.journal`),
      FAULTS_NAME: name,
      FAULTS_SLOW_SECONDS: String(slowSeconds),
      ...extra(),
    }),
  });
}

function commandOf(kind: ConsumerKind): [string, ...string[]] {
  const node = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', '--require', join(processes, 'clock-and-dns.cjs')];
  switch (kind) {
    case 'node':
      return [process.execPath, ...node, join(processes, 'node-consumer.ts')];
    case 'python':
      return pythonCommand('processes/python_consumer.py');
    case 'plain':
      return pythonCommand('processes/plain_consumer.py');
  }
}
