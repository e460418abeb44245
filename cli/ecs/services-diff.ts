import { ECSClient } from '@aws-sdk/client-ecs';
import type { Environment } from '../../config/environment';
import type { Account } from '../account';
import { CommandError, type ExitCode } from '../command';
import type { Screen } from '../screen';
import { type Difference, differences } from './differences';
import { networkDifferences } from './network-differences';
import { familyOnEcs } from './running-definitions';
import { type CdkApp, plannedServices } from './synthesized-definitions';

export interface DiffRequest {
  readonly environment: Environment;
  readonly app: CdkApp;
  readonly account: Account;
  readonly screen: Screen;
  readonly json: boolean;
}

interface FamilyDiff {
  readonly family: string;
  /** The running `family:revision`; null if none runs. */
  readonly running: string | null;
  readonly differences: readonly Difference[];
}

/** Prints what the Services stack would change in each family's running revision. */
export async function showServicesDiff({ environment, app, account, screen, json }: DiffRequest): Promise<ExitCode> {
  const families = await familyDiffs(environment, app, account);
  if (families.length === 0) {
    throw new CommandError(`${environment.environment} has no Services stack: its configuration has no services`);
  }
  const lost = families.flatMap((each) => each.differences).filter((difference) => difference.lost).length;
  if (json) screen.json({ ok: lost === 0, lost, families });
  else show(families, lost, screen);
  return lost === 0 ? 0 : 1;
}

/** What the Services stack would change in each running family; empty if the environment has no such stack. */
export async function familyDiffs(environment: Environment, app: CdkApp, account: Account): Promise<FamilyDiff[]> {
  const planned = await plannedServices(environment, app, account);
  const families: FamilyDiff[] = [];
  for (const { family, cluster } of environment.services) {
    const plan = planned.get(family);
    if (plan === undefined) continue;
    const { services, running, newest } = await familyOnEcs(account.client(ECSClient), { family, cluster });
    const current = running.length > 0 ? running : newest === undefined ? [] : [newest];
    if (current.length === 0) families.push({ family, running: null, differences: [] });
    const network = services.flatMap((service) => networkDifferences(service, plan.service));
    for (const { definition, label } of current) {
      families.push({ family, running: label, differences: [...differences(definition, plan.definition), ...network] });
    }
  }
  return families;
}

function show(families: readonly FamilyDiff[], lost: number, screen: Screen): void {
  for (const { family, running, differences: found } of families) {
    screen.line(screen.paint(running ?? family, 'bold'));
    if (running === null) screen.line('does not exist: the stack would register the first revision.');
    else if (found.length === 0) screen.line('no changes.');
    else {
      screen.table(
        ['setting', 'running', 'planned'],
        found.map(({ where, running: from, planned: to, lost: gone }) => [
          where.replace(/^containers\./, ''),
          from ?? '—',
          gone ? { text: 'LOST', colour: 'red' } : (to ?? '—'),
        ]),
      );
    }
    screen.line();
  }
  screen.line(
    lost === 0
      ? 'No variable, secret, permission or connection would be lost.'
      : `${lost} settings would be lost: add them to services in the configuration, or the variables to lib/ecs-service.ts, before you deploy the Services stack.`,
  );
}
