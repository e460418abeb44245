import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { isObject } from '../../contract/rules';
import type { Account } from '../account';
import type { ExitCode } from '../command';
import { type Finding, showFindings } from '../finding';
import type { Screen } from '../screen';
import { findNetwork } from './find-network';
import { findRedis } from './find-redis';
import { findSecret } from './find-secret';
import { findService, type WantedService } from './find-services';

export interface InitRequest {
  readonly name: string;
  readonly file: string;
  /** Folder of the environments' files. */
  readonly directory: string;
  readonly account: Account;
  readonly replicationGroupId: string | undefined;
  readonly secretId: string | undefined;
  readonly screen: Screen;
  readonly json: boolean;
}

/** Settings as they stand in a file. */
type Written = Readonly<Record<string, unknown>>;

/** Writes the file, with what the account says; exit code 1 where something has to be filled in by hand. */
export async function writeConfiguration(request: InitRequest): Promise<ExitCode> {
  const { name, file, directory, account, screen, json } = request;
  const found: Finding[] = [];
  const tell = (check: string, value: string | undefined, remedy: string): void => {
    found.push(
      value === undefined
        ? { check, result: 'fail', found: 'not found', remedy }
        : { check, result: 'ok', found: value },
    );
  };
  const before = parsed(file) ?? withoutPlace(parsed(join(directory, 'development.json')));
  const { Account: number } = await account.client(STSClient).send(new GetCallerIdentityCommand({}));
  const region = await account.region();
  tell('account', number === undefined ? undefined : `${number}, ${region}`, 'Write account and region.');

  const redis = await findRedis(account, name, request.replicationGroupId);
  tell('redis', `${redis.host}:${redis.port}, ${redis.replicas} replicas`, '');
  tell('redis.securityGroupId', redis.securityGroupId, 'aws elasticache describe-cache-clusters shows it.');
  const secret = await findSecret(account, name, request.secretId);
  const known = 'authSecretArn' in secret ? secret : undefined;
  const others = 'candidates' in secret ? secret.candidates.join(', ') || 'none with hokusai in its name' : '';
  tell('redis.authSecretArn', known?.authSecretArn, `Say which: --secret NAME. There is: ${others}.`);
  const vpc = await findNetwork(account, redis);
  tell('vpc', vpc?.vpcId, 'Write vpc by hand: aws ec2 describe-subnets.');
  if (vpc !== undefined && vpc.privateSubnetIds.length < 2) {
    tell('vpc.privateSubnetIds', undefined, 'Two subnets in two zones are needed; write vpc by hand.');
  } else if (vpc !== undefined) {
    tell(
      'vpc.privateSubnetIds',
      `${vpc.privateSubnetIds.join(', ')}${vpc.interfaceEndpoints ? ' (no NAT: interface endpoints)' : ''}`,
      '',
    );
  }
  const services = await servicesOf(before, request, found);
  if (before['subscriptions'] === undefined) {
    tell('subscriptions', undefined, 'Write who gets every message, and on which queue: no file here says it.');
  }

  const { replicationGroupId, host, port, replicas } = redis;
  // What was not found stays as it was, and the table says that it was not found.
  const securityGroupId = redis.securityGroupId ?? (before['redis'] as Written | undefined)?.['securityGroupId'];
  const text = await formatted({
    $schema: './environment.schema.json',
    ...before,
    environment: name,
    account: number,
    region,
    vpc: vpc ?? before['vpc'],
    redis: { source: 'imported', host, port, securityGroupId, ...known, replicas, replicationGroupId },
    services,
  });
  await writeFile(file, text);
  const code = showFindings(found, screen, json);
  if (!json) screen.line(`Wrote ${relative(process.cwd(), file)}. Next: npx model-events doctor -e ${name}`);
  return code;
}

/** The services of the file before, with what runs of them; who runs nowhere is left out of a new file. */
async function servicesOf(before: Written, { name, file, account }: InitRequest, found: Finding[]): Promise<unknown[]> {
  const wanted = (Array.isArray(before['services']) ? before['services'] : []) as WantedService[];
  const services: unknown[] = [];
  for (const service of wanted) {
    const running = await findService(account, name, service);
    if (running !== undefined) {
      services.push({ ...(existsSync(file) ? service : {}), ...running });
      found.push({
        check: `service ${service.name}`,
        result: 'ok',
        found: `${running.family ?? ''} in ${running.cluster ?? ''}`,
      });
      continue;
    }
    if (existsSync(file)) services.push(service);
    const remedy = `If it runs under another family, write it into services; else nothing.`;
    found.push({
      check: `service ${service.name}`,
      result: 'warn',
      found: `nothing runs ${service.name}-${name}`,
      remedy,
    });
  }
  return services;
}

function parsed(file: string): Written | undefined {
  if (!existsSync(file)) return undefined;
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return isObject(value) ? value : undefined;
}

/** Of another environment's file only what is not its own. */
function withoutPlace(other: Written | undefined): Written {
  const { subscriptions, services } = other ?? {};
  return { subscriptions, services };
}

/** As `npm run check:form` wants it. */
async function formatted(value: unknown): Promise<string> {
  const { format } = await import('prettier');
  return format(JSON.stringify(value), { parser: 'json', printWidth: 120 });
}
