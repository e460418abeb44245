import { ECSClient } from '@aws-sdk/client-ecs';
import type { Environment } from '../../config/environment';
import type { Account } from '../account';
import { CommandError, type ExitCode } from '../command';
import type { Screen } from '../screen';
import { type Difference, differences } from './differences';
import { type CdkApp, plannedDefinitions } from './synthesized-definitions';
import { familyOnEcs } from './running-definitions';

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
  const planned = await plannedDefinitions(environment, app, account);
  if (planned.size === 0) {
    throw new CommandError(`${environment.environment} has no Services stack: its configuration has no services`);
  }
  const families: FamilyDiff[] = [];
  for (const service of environment.services) {
    const definition = planned.get(service.family);
    if (definition === undefined) continue;
    const { running, newest } = await familyOnEcs(account.client(ECSClient), service);
    const current = running.length > 0 ? running : newest === undefined ? [] : [newest];
    if (current.length === 0) families.push({ family: service.family, running: null, differences: [] });
    for (const { definition: now, label } of current) {
      families.push({ family: service.family, running: label, differences: differences(now, definition) });
    }
  }
  const lost = families.flatMap((each) => each.differences).filter((difference) => difference.lost).length;
  if (json) screen.json({ ok: lost === 0, lost, families });
  else show(families, lost, screen);
  return lost === 0 ? 0 : 1;
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
      ? 'No variable or secret would be lost.'
      : `${lost} variables or secrets would be lost: do not deploy the Services stack before its definitions contain them.`,
  );
}
