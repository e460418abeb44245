/** The plan of a replay, validated before it starts. */
import {
  DescribeArchiveCommand,
  type DescribeArchiveResponse,
  DescribeRuleCommand,
  EventBridgeClient,
} from '@aws-sdk/client-eventbridge';
import type { Environment } from '../../config/environment';
import { archiveName, eventBusName, registrationRule } from '../../contract/event-source';
import type { Subscription } from '../../contract/subscriptions';
import { isAbsent } from '../aws-error';
import type { Account } from '../account';
import { CommandError, type Invocation, UsageError } from '../command';
import { timeOf } from '../queues/dead-letter-filter';

export interface ReplayPlan {
  /** `<service>[.<service>…].<label>`: the publisher reads the target services from it. */
  readonly name: string;
  readonly from: Date;
  readonly to: Date;
  readonly subscriptions: readonly Subscription[];
  readonly archive: {
    readonly name: string;
    readonly arn: string;
    readonly busArn: string;
    /** Total count of registrations; EventBridge updates it with a delay. */
    readonly events: number;
  };
  /** Only this rule gets the replayed events. */
  readonly ruleArn: string;
}

/** EventBridge's limit for a replay's name. */
const maxNameLength = 64;
const dayMs = 86_400_000;

/** @throws UsageError, CommandError if the replay is not possible */
export async function planOf(invocation: Invocation, environment: Environment, account: Account): Promise<ReplayPlan> {
  const subscriptions = subscriptionsOf(invocation.requiredText('subscription'), environment);
  const now = Date.now();
  const from = new Date(timeOf(invocation.requiredText('from'), 'from', now));
  const end = invocation.text('to');
  const to = end === undefined ? new Date(now) : new Date(timeOf(end, 'to', now));
  if (to.getTime() > now) throw new UsageError(`--to is in the future (${to.toISOString()}): it must be a past time`);
  if (from >= to) throw new UsageError(`--from (${from.toISOString()}) must be before --to (${to.toISOString()})`);
  const name = nameOf(subscriptions, invocation.text('label') ?? labelOf(now));

  const archive = await archiveOf(environment.environment, account);
  const {
    RetentionDays: days = 0,
    ArchiveArn: arn = '',
    EventSourceArn: busArn = '',
    EventCount: events = 0,
  } = archive;
  const oldest = now - days * dayMs;
  if (days > 0 && from.getTime() < oldest) {
    throw new UsageError(
      `--from is ${from.toISOString()}, but the archive keeps events for ${days} days: since ${new Date(oldest).toISOString()}`,
    );
  }
  const ruleArn = await ruleArnOf(environment.environment, account);
  const archived = { name: archive.ArchiveName ?? '', arn, busArn, events };
  return { name, from, to, subscriptions, archive: archived, ruleArn };
}

function subscriptionsOf(text: string, { environment, subscriptions }: Environment): Subscription[] {
  const services = [...new Set(text.split(',').map((service) => service.trim()))];
  return services.map((service) => {
    const found = subscriptions.find((subscription) => subscription.service === service);
    if (found !== undefined) return found;
    const available = subscriptions.map((subscription) => subscription.service).join(', ');
    throw new UsageError(`${environment} has no service "${service.slice(0, 40)}". Available: ${available}`);
  });
}

function nameOf(subscriptions: readonly Subscription[], label: string): string {
  // The name separates services and label by dots.
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(label)) {
    throw new UsageError(`--label must be 1 to 40 of A-Z, a-z, 0-9, _ and -, got "${label.slice(0, 60)}"`);
  }
  const name = [...subscriptions.map(({ service }) => service), label].join('.');
  if (name.length <= maxNameLength) return name;
  throw new UsageError(
    `the replay's name ${name} exceeds EventBridge's limit of ${maxNameLength} characters: replay for fewer services, or use a shorter --label`,
  );
}

/** As in `20261123T101502Z`: names must be unique among the replays that EventBridge keeps. */
const labelOf = (now: number): string => new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');

/** @throws CommandError if the environment has none */
export async function archiveOf(environment: string, account: Account): Promise<DescribeArchiveResponse> {
  const ArchiveName = archiveName(environment);
  try {
    return await account.client(EventBridgeClient).send(new DescribeArchiveCommand({ ArchiveName }));
  } catch (error) {
    if (!isAbsent(error)) throw error;
    throw new CommandError(
      `Archive ${ArchiveName} not found: deploy ModelEvents-${environment} first, or check --profile`,
    );
  }
}

async function ruleArnOf(environment: string, account: Account): Promise<string> {
  const EventBusName = eventBusName(environment);
  try {
    const rule = await account
      .client(EventBridgeClient)
      .send(new DescribeRuleCommand({ EventBusName, Name: registrationRule }));
    if (rule.State === 'ENABLED') return rule.Arn ?? '';
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  throw new CommandError(
    `rule ${registrationRule} on bus ${EventBusName} does not exist or is disabled, so a replay would have no effect: deploy ModelEvents-${environment} again`,
  );
}
