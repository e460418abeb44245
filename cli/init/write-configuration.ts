import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { isSampleUrl, runbookRemedy, sampleAccount } from '../../config/sample-ids';
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

/** Settings in a file. */
type Written = Readonly<Record<string, unknown>>;

/** Writes the file from the account's resources. @returns 1 if a setting must be filled in by hand */
export async function writeConfiguration(request: InitRequest): Promise<ExitCode> {
  const { name, file, directory, account, screen, json } = request;
  const found: Finding[] = [];
  const report = (check: string, value: string | undefined, remedy: string): void => {
    found.push(
      value === undefined
        ? { check, result: 'fail', found: 'not found', remedy }
        : { check, result: 'ok', found: value },
    );
  };
  const before = parsed(file) ?? withoutPlace(parsed(join(directory, 'development.json')));
  const { Account: number } = await account.client(STSClient).send(new GetCallerIdentityCommand({}));
  const region = await account.region();
  report('account', number === undefined ? undefined : `${number}, ${region}`, 'Write account and region.');

  const redis = await findRedis(account, name, request.replicationGroupId);
  report('redis', `${redis.host}:${redis.port}, ${redis.replicas} replicas`, '');
  report('redis.securityGroupId', redis.securityGroupId, 'aws elasticache describe-cache-clusters shows it.');
  const secret = await findSecret(account, name, request.secretId);
  const known = 'authSecretArn' in secret ? secret : undefined;
  const others = 'candidates' in secret ? secret.candidates.join(', ') || 'none with hokusai in its name' : '';
  report('redis.authSecretArn', known?.authSecretArn, `Use --secret NAME. Available: ${others}.`);
  const vpc = await findNetwork(account, redis);
  report('vpc', vpc?.vpcId, 'Write vpc by hand: aws ec2 describe-subnets.');
  if (vpc !== undefined && vpc.privateSubnetIds.length < 2) {
    report('vpc.privateSubnetIds', undefined, 'Two subnets in two zones are needed; write vpc by hand.');
  } else if (vpc !== undefined) {
    report(
      'vpc.privateSubnetIds',
      `${vpc.privateSubnetIds.join(', ')}${vpc.interfaceEndpoints ? ' (no NAT: interface endpoints)' : ''}`,
      '',
    );
  }
  const services = await servicesOf(before, request, found);
  if (before['subscriptions'] === undefined) {
    report('subscriptions', undefined, 'Write the service and queue of each subscription.');
  }
  const runbookUrl = (before['alarms'] as Written | undefined)?.['runbookUrl'];
  if (typeof runbookUrl !== 'string' || (number !== sampleAccount && isSampleUrl(runbookUrl))) {
    report('alarms.runbookUrl', undefined, `${runbookRemedy}.`);
  }

  const { replicationGroupId, host, port, replicas } = redis;
  // A setting that was not found is kept; the table reports it.
  const securityGroupId = redis.securityGroupId ?? (before['redis'] as Written | undefined)?.['securityGroupId'];
  const text = await formatted({
    $schema: './environment.schema.json',
    ...before,
    environment: name,
    account: number,
    region,
    // Services that run in a VPC without NAT have endpoints of their own; doctor checks them.
    vpc:
      vpc?.interfaceEndpoints === true && services.length > 0
        ? { ...vpc, otherEndpoints: true }
        : (vpc ?? before['vpc']),
    redis: { source: 'imported', host, port, securityGroupId, ...known, replicas, replicationGroupId },
    services,
  });
  await writeFile(file, text);
  const code = showFindings(found, screen, json);
  if (!json) screen.line(`Wrote ${relative(process.cwd(), file)}. Next: npx model-events doctor -e ${name}`);
  return code;
}

/** The services of the existing file, updated from ECS; a new file omits services that do not run. */
async function servicesOf(before: Written, { name, file, account }: InitRequest, found: Finding[]): Promise<unknown[]> {
  const configured = (Array.isArray(before['services']) ? before['services'] : []) as WantedService[];
  const services: unknown[] = [];
  for (const service of configured) {
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
    const remedy = `If it runs under another family, write that family into services.`;
    found.push({
      check: `service ${service.name}`,
      result: 'warn',
      found: `no service runs ${service.name}-${name}`,
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

/** The settings of another environment's file that do not depend on the environment. */
function withoutPlace(other: Written | undefined): Written {
  const { subscriptions, services, alarms } = other ?? {};
  return { subscriptions, services, alarms: { runbookUrl: (alarms as Written | undefined)?.['runbookUrl'] } };
}

/** Formatted as `npm run check:form` requires. */
async function formatted(value: unknown): Promise<string> {
  const { format } = await import('prettier');
  return format(JSON.stringify(value), { parser: 'json', printWidth: 120 });
}
