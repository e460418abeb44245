import { Stack } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnPolicy, CfnRole, CfnRolePolicy } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { Right } from '../contract/container-wiring';
import { textOf } from './resolved-text';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: unknown;
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}

/** An AWS-managed policy whose rights are known: it pulls images and writes logs, and reads no parameter and no secret. */
const pullsAndLogs = /:iam::aws:policy\/service-role\/AmazonECSTaskExecutionRolePolicy$/;

/** The permissions of a role in the policies of its stack, as far as they are known at synth. */
export class RoleRights {
  private constructor(
    private readonly stack: Stack,
    private readonly statements: readonly Statement[],
    /** False where the role, or a policy of it, is defined outside of the stack. */
    readonly complete: boolean,
  ) {}

  /** @param arn the role's, as the resource `at` has it */
  static of(arn: string, at: IConstruct): RoleRights {
    const stack = Stack.of(at);
    const inStack = stack.node.findAll().filter((each) => Stack.of(each) === stack);
    const text = (value: unknown): string => textOf(value, stack);
    const texts = (values: unknown): string[] => listed(stack.resolve(values)).map(text);
    const role = inStack.filter((each) => each instanceof CfnRole).find((each) => text(each.attrArn) === text(arn));
    // A role that is there already has its name at the end of its ARN, after its path.
    const name = role === undefined ? text(arn).split('/').at(-1) : text(role.ref);

    const policies = inStack.filter((each) => each instanceof CfnPolicy || each instanceof CfnRolePolicy);
    const managed = inStack.filter((each) => each instanceof CfnManagedPolicy);
    const managedArns = texts(role?.managedPolicyArns);
    const documents = [
      ...policies.filter((each) =>
        texts(each instanceof CfnPolicy ? each.roles : [each.roleName]).includes(name ?? ''),
      ),
      ...managed.filter((each) => texts(each.roles).includes(name ?? '') || managedArns.includes(text(each.ref))),
      ...(listed(stack.resolve(role?.policies)) as CfnRole.PolicyProperty[]),
    ].map(({ policyDocument }) => stack.resolve(policyDocument) as { readonly Statement?: unknown } | undefined);

    const readable = managed.map((each) => text(each.ref));
    return new RoleRights(
      stack,
      documents.flatMap((document) => listed(document?.Statement) as Statement[]),
      role !== undefined && managedArns.every((each) => readable.includes(each) || pullsAndLogs.test(each)),
    );
  }

  /** Whether a readable policy allows the action and none denies it. */
  allows({ action, resource }: Right): boolean {
    const matching = this.statements.filter(
      (statement) =>
        this.covers(statement.Action, action.toLowerCase(), (pattern) => pattern.toLowerCase()) &&
        this.covers(statement.Resource, resource),
    );
    // ECS meets the conditions of the Allow statements; a conditional Deny may apply to another caller.
    if (matching.some(({ Effect, Condition }) => Effect === 'Deny' && Condition === undefined)) return false;
    return matching.some(({ Effect }) => Effect === 'Allow');
  }

  private covers(patterns: unknown, wanted: string, folded = (pattern: string): string => pattern): boolean {
    return listed(patterns).some((pattern) => matches(folded(textOf(pattern, this.stack)), wanted));
  }
}

/** Like IAM: `*` matches any text, `?` one character. */
function matches(pattern: string, wanted: string): boolean {
  const parts = pattern.split(/([*?])/).map((part) => ({ '*': '.*', '?': '.' })[part] ?? escaped(part));
  return new RegExp(`^${parts.join('')}$`, 's').test(wanted);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function listed(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
