import { ECSClient } from '@aws-sdk/client-ecs';
import { type ContextEntry, SimulatePrincipalPolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import type { ServiceSettings } from '../../config/environment';
import type { Right } from '../../contract/container-wiring';
import { isAbsent } from '../aws-error';
import { familyOnEcs } from '../ecs/running-definitions';
import { serviceWiring } from '../ecs/service-wiring';
import type { Finding } from '../finding';
import { type Check, findingsOf, type CheckContext } from './check';

/** Each task's execution role can read what the definition refers to, and a producer's task role can put events. */
export const roles: Check = {
  name: 'roles',
  run: async (context) => {
    const found = await Promise.all(context.environment.services.map((service) => rolesOf(service, context)));
    return found.flat();
  },
};

async function rolesOf(service: ServiceSettings, context: CheckContext): Promise<Finding[]> {
  const { ok, fail } = findingsOf(`roles: ${service.family}`);
  const wiring = serviceWiring(context.environment, context.redis, service);
  if (wiring === undefined) return [];
  const { running, newest } = await familyOnEcs(context.account.client(ECSClient), service);
  const revisions = running.length > 0 ? running : newest === undefined ? [] : [newest];
  const found: Finding[] = [];
  for (const { definition, label } of revisions) {
    const pairs = [
      { kind: 'execution role', arn: definition.executionRoleArn, rights: wiring.executionRights },
      { kind: 'task role', arn: definition.taskRoleArn, rights: wiring.taskRights },
    ];
    for (const { kind, arn, rights } of pairs) {
      if (rights.length === 0) continue;
      if (arn === undefined || arn === '') {
        found.push(fail(`${label} has no ${kind}`, `Add one that allows ${sentence(rights)}.`));
        continue;
      }
      const refused = await refusedRights(arn, rights, context);
      if (refused === undefined) {
        found.push(
          fail(`the ${kind} of ${label} does not exist: ${arn}`, 'Create it, or use another one in the definition.'),
        );
      } else if (refused.length > 0) {
        found.push(
          fail(
            `the ${kind} ${nameOf(arn)} of ${label} may not ${sentence(refused)}`,
            `Grant ${nameOf(arn)} these permissions.`,
          ),
        );
      }
    }
  }
  if (found.length > 0 || revisions.length === 0) return found;
  return [ok(`${revisions.map(({ label }) => label).join(', ')}: the roles have their permissions`)];
}

/** The missing permissions; undefined if the role does not exist. */
async function refusedRights(
  roleArn: string,
  rights: readonly Right[],
  context: CheckContext,
): Promise<Right[] | undefined> {
  const refused: Right[] = [];
  try {
    for (const right of rights) {
      const { EvaluationResults: results = [] } = await context.account.client(IAMClient).send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: roleArn,
          ActionNames: [right.action],
          ResourceArns: [right.resource],
          ContextEntries: contextOf(right, context),
        }),
      );
      if (results.some(({ EvalDecision }) => EvalDecision !== 'allowed')) refused.push(right);
    }
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  return refused;
}

/** Conditions of a key policy: the call comes from Secrets Manager, for this secret. */
function contextOf({ action }: Right, { environment, redis }: CheckContext): ContextEntry[] {
  if (action !== 'kms:Decrypt') return [];
  const values = {
    'kms:ViaService': `secretsmanager.${environment.region}.amazonaws.com`,
    'kms:EncryptionContext:SecretARN': redis.secretArn ?? '',
  };
  return Object.entries(values).map(([ContextKeyName, value]) => ({
    ContextKeyName,
    ContextKeyValues: [value],
    ContextKeyType: 'string',
  }));
}

const sentence = (rights: readonly Right[]): string =>
  rights.map(({ action, resource }) => `${action} on ${resource}`).join(', ');

const nameOf = (roleArn: string): string => roleArn.split('/').at(-1) ?? roleArn;
