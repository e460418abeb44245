/** The bundled functions in processes of their own, each on a way to Redis that can be broken. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { functionEnv } from '../../contract/function-env';
import { type LocalFunction, startFunction } from '../emulators/function-process';
import { publisherEnvironment } from '../local/publisher-environment';
import { MonitorLoop } from './monitor-loop';
import { queueUrls } from './sqs-depths';

const publisherSeconds = 6;
const monitorSeconds = 6;
const clockAndDnsFile = join(__dirname, 'processes/clock-and-dns.cjs');

/** What leads to Redis at `localhost`. */
type RedisProxy = { readonly port: number };

/** What all functions have in common. */
export interface FunctionSettings {
  readonly caFile: string;
  /** Says where `localhost` leads. @default the system does */
  readonly addressFile?: string;
  /** Of Secrets Manager and SQS. */
  readonly secretsUrl: string;
  readonly sqsUrl: string;
  /** Each line that a function logs. */
  readonly onLog: (name: string, line: string) => void;
}

export class Functions {
  constructor(private readonly settings: FunctionSettings) {}

  startPublisher(way: RedisProxy): Promise<LocalFunction> {
    return startFunction({ ...this.options('publisher', way), timeoutSeconds: publisherSeconds });
  }

  /** Starts a monitor that is invoked all the time. @param extra further variables, such as a wrong clock */
  startMonitor(
    way: RedisProxy,
    timeoutSeconds = monitorSeconds,
    extra: Record<string, string> = {},
  ): Promise<MonitorLoop> {
    const variables = {
      [functionEnv.bufferUrl]: queueUrls.buffer,
      [functionEnv.bufferDeadLettersUrl]: queueUrls.deadLetters,
      [functionEnv.undeliverableUrl]: queueUrls.undeliverable,
      AWS_ENDPOINT_URL_SQS: byAddress(this.settings.sqsUrl),
      ...extra,
    };
    return MonitorLoop.start({ ...this.options('monitor', way, variables), timeoutSeconds });
  }

  private options(name: string, way: RedisProxy, variables: Readonly<Record<string, string>> = {}) {
    const { caFile, addressFile, secretsUrl, onLog } = this.settings;
    const bundle = resolve(__dirname, `../../dist/lambda/${name}/index.mjs`);
    if (!existsSync(bundle)) throw new Error(`${bundle} is not there: run \`npm run build\` first`);
    const redis = { host: 'localhost', port: way.port, caFile } as const;
    const told = { environment: 'faults', minReplicaAcks: 1 };
    const environment = {
      ...publisherEnvironment(redis, { url: byAddress(secretsUrl) }, told),
      NODE_OPTIONS: `--enable-source-maps --require ${clockAndDnsFile}`,
      FAULTS_ADDRESS_FILE: addressFile ?? '',
      ...variables,
    };
    return { name, bundle, environment, onLog: (line: string) => onLog(name, line) };
  }
}

/** The name `localhost` is the faults' own. */
export function byAddress(url: string): string {
  return url.replace('//localhost:', '//127.0.0.1:');
}
