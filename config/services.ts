/** The rules between a service's settings, and between the services and the subscriptions. */
import type { Subscription } from '../contract/subscriptions';
import type { Environment, ServiceSettings } from './environment';
import { formatted } from '../contract/rules';
import { checkArnBelongs } from './aws-fields';
import type { Problem } from './fields';

/** Memory that Fargate offers for each number of CPU units, in megabytes. */
const fargateMemory: Readonly<Record<number, { readonly from: number; readonly to: number; readonly step: number }>> = {
  256: { from: 512, to: 2048, step: 512 },
  512: { from: 1024, to: 4096, step: 1024 },
  1024: { from: 2048, to: 8192, step: 1024 },
  2048: { from: 4096, to: 16_384, step: 1024 },
  4096: { from: 8192, to: 30_720, step: 1024 },
  8192: { from: 16_384, to: 61_440, step: 4096 },
  16_384: { from: 32_768, to: 122_880, step: 8192 },
};

/** Adds what is wrong with the services of an environment whose single settings are sound. */
export function checkServices({ services, subscriptions }: Environment, found: Problem[]): void {
  for (const [index, service] of services.entries()) {
    const path = `services[${index}]`;
    if (service.role === 'producer' && service.queue !== undefined) {
      found.push({
        path: `${path}.queue`,
        rule: 'nothing: a producer sends to the bus and has no queue',
        value: `"${service.queue}"`,
        remedy: 'Remove it, or make the service a consumer.',
      });
    }
    if (service.role === 'consumer') checkQueue(service, path, subscriptions, found);
    checkMemory(service, path, found);
    checkNetwork(service, path, found);
  }
}

/** What is registered or admitted needs a port, and a running service's own group and role keep their rules. */
function checkNetwork(service: ServiceSettings, path: string, found: Problem[]): void {
  const { clientSecurityGroupIds: clients, taskPolicyArns: policies } = service;
  const refuse = (name: keyof ServiceSettings, rule: string, remedy: string): void => {
    found.push({ path: `${path}.${name}`, rule, value: formatted(service[name]), remedy });
  };
  if (service.port === undefined) {
    const remedy = 'Write where the container listens into port, or remove it.';
    if (service.targetGroupArn !== undefined) refuse('targetGroupArn', 'nothing: the service has no port', remedy);
    if (clients.length > 0) refuse('clientSecurityGroupIds', 'nothing: the service has no port', remedy);
  }
  if (service.securityGroupId !== undefined && clients.length > 0) {
    const rule = 'nothing beside securityGroupId, whose own rules admit its clients';
    refuse('clientSecurityGroupIds', rule, 'Remove one of the two.');
  }
  if (service.taskRoleArn !== undefined && policies.length > 0) {
    refuse('taskPolicyArns', 'nothing beside taskRoleArn, which has its own policies', 'Remove one of the two.');
  }
}

/** Adds the ARNs of other accounts and regions; both settings of the environment must be sound. */
export function checkServiceArns(environment: Environment, found: Problem[]): void {
  for (const [index, service] of environment.services.entries()) {
    for (const name of ['targetGroupArn', 'discoveryServiceArn', 'taskRoleArn'] as const) {
      const arn = service[name];
      if (arn !== undefined) checkArnBelongs(arn, `services[${index}].${name}`, environment, found);
    }
    for (const [at, arn] of service.taskPolicyArns.entries())
      checkArnBelongs(arn, `services[${index}].taskPolicyArns[${at}]`, environment, found);
  }
}

function checkQueue(
  { name, queue }: ServiceSettings,
  path: string,
  subscriptions: readonly Subscription[],
  found: Problem[],
): void {
  const own = subscriptions.find(({ service }) => service === name)?.queue;
  const known = own === undefined ? subscriptions.map((each) => each.queue) : [own];
  if (queue !== undefined && known.includes(queue)) return;
  found.push({
    path: `${path}.queue`,
    rule:
      own === undefined
        ? "the queue of one of the file's subscriptions, which a consumer takes its messages from"
        : `"${own}", the queue of the subscription of ${name}: on another's, each of the two sees a part of the messages`,
    value: queue === undefined ? 'nothing' : `"${queue}"`,
    remedy: own === undefined ? `Choose one of ${known.join(', ')}, or add a subscription.` : `Write "${own}".`,
  });
}

function checkMemory({ cpu, memoryMegabytes }: ServiceSettings, path: string, found: Problem[]): void {
  const offered = fargateMemory[cpu];
  if (offered === undefined) return;
  const { from, to, step } = offered;
  // With a quarter of a vCPU Fargate offers 512, 1024 and 2048, and nothing between the last two.
  const gap = cpu === 256 && memoryMegabytes === 1536;
  if (memoryMegabytes >= from && memoryMegabytes <= to && memoryMegabytes % step === 0 && !gap) return;
  found.push({
    path: `${path}.memoryMegabytes`,
    rule: `from ${from} to ${to} in steps of ${step}, which Fargate offers for ${cpu} CPU units`,
    value: String(memoryMegabytes),
    remedy: 'Choose such a number, or other CPU units.',
  });
}
