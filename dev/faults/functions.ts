/** The bundled functions in processes of their own, each with its own proxy to Redis. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { functionEnv } from '../../contract/function-env';
import type { Subscription } from '../../contract/subscriptions';
import { type LocalFunction, startFunction } from '../emulators/function-process';
import { localSecretArn, localSubscriptions, publisherEnvironment } from '../local/publisher-environment';
import { MonitorLoop } from './monitor-loop';

const publisherSeconds = 6;
const monitorSeconds = 6;
const clockAndDnsFile = join(__dirname, 'processes/clock-and-dns.cjs');

/** Redis, or a proxy in front of it, on `localhost`. */
type Endpoint = { readonly port: number };

/** Settings of all functions. */
export interface FunctionSettings {
  readonly caFile: string;
  /** Holds the address that `localhost` resolves to. @default the system's resolver */
  readonly addressFile?: string;
  /** @default the local ones */
  readonly subscriptions?: readonly Subscription[];
  /** Of Secrets Manager. */
  readonly secretsUrl: string;
  /** Of Redis' token, or of the user of a function. @default the token's */
  readonly secretArnOf?: (name: string) => string;
  /** @default 1 */
  readonly minReplicaAcks?: number;
  /** Called with each line that a function logs. */
  readonly onLog: (name: string, line: string) => void;
}

export class Functions {
  constructor(private readonly settings: FunctionSettings) {}

  startPublisher(endpoint: Endpoint): Promise<LocalFunction> {
    return startFunction({ ...this.options('publisher', endpoint), timeoutSeconds: publisherSeconds });
  }

  /** Starts a monitor that is invoked about once a second. @param extra further variables, such as a wrong clock */
  startMonitor(
    endpoint: Endpoint,
    timeoutSeconds = monitorSeconds,
    extra: Record<string, string> = {},
  ): Promise<MonitorLoop> {
    return MonitorLoop.start({ ...this.options('monitor', endpoint, extra), timeoutSeconds });
  }

  private options(name: string, endpoint: Endpoint, variables: Readonly<Record<string, string>> = {}) {
    const {
      caFile,
      addressFile,
      subscriptions = localSubscriptions,
      secretsUrl,
      minReplicaAcks = 1,
      onLog,
    } = this.settings;
    const { secretArnOf = () => localSecretArn } = this.settings;
    const bundle = resolve(__dirname, `../../dist/lambda/${name}/index.mjs`);
    if (!existsSync(bundle)) throw new Error(`${bundle} is not there: run \`npm run build\` first`);
    const redis = { host: 'localhost', port: endpoint.port, caFile } as const;
    const environment = {
      ...publisherEnvironment(
        redis,
        { url: byAddress(secretsUrl) },
        { subscriptions, environment: 'faults', minReplicaAcks },
      ),
      [functionEnv.redisAuthSecretArn]: secretArnOf(name),
      NODE_OPTIONS: `--require ${clockAndDnsFile}`,
      FAULTS_ADDRESS_FILE: addressFile ?? '',
      ...variables,
    };
    return { name, bundle, environment, onLog: (line: string) => onLog(name, line) };
  }
}

/** A URL without the name `localhost`, which processes under test may resolve to another address. */
export function byAddress(url: string): string {
  return url.replace('//localhost:', '//127.0.0.1:');
}
