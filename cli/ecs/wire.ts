import { RegisterTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import type { Environment, ServiceSettings } from '../../config/environment';
import type { WiredService } from '../../contract/container-wiring';
import type { Account } from '../account';
import { CommandError, type ExitCode } from '../command';
import { redisPlaceOf, deployRedis } from '../redis-location';
import type { Screen } from '../screen';
import { registrable, wired } from './definition';
import { changedLines, screenText } from './line-diff';
import { familyOnEcs, type Revision, revision } from './running-definitions';
import { serviceWiring } from './service-wiring';

export interface WireRequest {
  readonly environment: Environment;
  readonly account: Account;
  readonly service: WiredService & Pick<ServiceSettings, 'family' | 'cluster'>;
  readonly container: string;
  /** Base revision; undefined: the running one. */
  readonly revision: string | undefined;
  readonly register: boolean;
  readonly screen: Screen;
  readonly json: boolean;
}

/** Prints the change that the wiring makes to the family's definition, and registers it with `--register`. */
export async function wireFamily(request: WireRequest): Promise<ExitCode> {
  const { environment, account, service, container, screen, json } = request;
  const wiring = serviceWiring(environment, await redisPlaceOf(environment, account), service);
  if (wiring === undefined) {
    throw new CommandError(`The auth token secret does not exist yet: ${deployRedis(environment)} creates it`);
  }
  const base = await baseOf(request);
  const names = base.definition.containerDefinitions?.map(({ name }) => name) ?? [];
  if (!names.includes(container)) {
    throw new CommandError(`${base.label} has no container ${container}; it has: ${names.join(', ')}`);
  }
  const before = registrable(base.definition, base.tags);
  const after = wired(before, container, wiring);
  const lines = changedLines(screenText(before), screenText(after));
  const changed = lines.length > 0;
  const refusal = changed && base.unknownFields.length > 0 ? lossOf(base) : undefined;
  const label = changed && request.register && refusal === undefined ? await register(after, account) : undefined;

  if (json) {
    screen.json({ family: service.family, base: base.label, changed, registered: label ?? null, diff: lines });
    if (refusal !== undefined) throw refusal;
    return 0;
  }
  screen.line(
    changed ? `${base.label} with the wiring of ${container}:` : `${base.label} has its wiring: nothing to do.`,
  );
  for (const { sign, text } of lines) {
    const line = `${sign} ${text}`;
    screen.line(sign === ' ' ? line : screen.paint(line, sign === '+' ? 'green' : 'red'));
  }
  if (!changed) return 0;
  screen.line();
  if (refusal !== undefined) throw refusal;
  screen.line(
    label === undefined
      ? 'Not registered: use --register.'
      : `Registered ${label}. To run it: aws ecs update-service --cluster ${service.cluster} --service … --task-definition ${label}`,
  );
  return 0;
}

function lossOf({ label, unknownFields }: Revision): CommandError {
  return new CommandError(
    `Not registered: ${label} has fields that this version of the AWS SDK does not know, and a new revision would lose them: ${unknownFields.join(', ')}. Update @aws-sdk/client-ecs, or add the lines above where the definition is managed`,
  );
}

async function baseOf({ account, service, revision: wanted, screen, json }: WireRequest): Promise<Revision> {
  if (wanted !== undefined) return revision(account.client(ECSClient), `${service.family}:${wanted}`);
  const { running, newest } = await familyOnEcs(account.client(ECSClient), service);
  if (running.length > 1) {
    throw new CommandError(
      `several revisions run (${running.map(({ label }) => label).join(', ')}): wait for the deployment, or use --revision N`,
    );
  }
  const base = running[0] ?? newest;
  if (base === undefined) throw new CommandError(`No task definition of the family ${service.family} found`);
  if (!json && newest !== undefined && newest.label !== base.label) {
    screen.line(
      `${newest.label} is newer and does not run; to use it as the base: --revision ${newest.definition.revision ?? ''}\n`,
    );
  }
  return base;
}

async function register(definition: ReturnType<typeof registrable>, account: Account): Promise<string> {
  const { taskDefinition } = await account.client(ECSClient).send(new RegisterTaskDefinitionCommand(definition));
  return `${taskDefinition?.family ?? ''}:${taskDefinition?.revision ?? ''}`;
}
