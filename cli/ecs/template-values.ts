/** Resolves a template's intrinsic functions, as far as possible before deployment. Pure. */
import type { Environment } from '../../config/environment';
import { isObject } from '../../contract/rules';

export interface Template {
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: string }>>;
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
  >;
}

/** A value that is known only after deployment, as in `(ExecutionRole.Arn of the stack)`. */
const unknown = (what: string): string => `(${what} of the stack)`;

/** Whether a text contains a value that is known only after deployment. */
export const isUnknown = (text: string): boolean => text.includes(' of the stack)');

/** The value with its functions resolved. @param physicalIds of the deployed stack's resources, by logical id */
export function resolved(
  value: unknown,
  template: Template,
  environment: Environment,
  parameters: ReadonlyMap<string, string>,
  physicalIds: ReadonlyMap<string, string> = new Map(),
): unknown {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::Region': environment.region,
    'AWS::AccountId': environment.account,
  };
  const reference = (id: string): string => {
    const { Default: name } = template.Parameters?.[id] ?? {};
    return pseudo[id] ?? parameters.get(id) ?? physicalIds.get(id) ?? unknown(name ?? id);
  };
  const attribute = (path: string): string => {
    const [id = '', name] = path.split('.');
    const physicalId = physicalIds.get(id);
    if (physicalId === undefined) return unknown(path);
    if (name === 'GroupId') return physicalId;
    const isRole = name === 'Arn' && template.Resources[id]?.Type === 'AWS::IAM::Role';
    return isRole ? `arn:aws:iam::${environment.account}:role/${physicalId}` : unknown(path);
  };
  const text = (inner: unknown): string => {
    const part = read(inner);
    return typeof part === 'string' ? part : JSON.stringify(part);
  };
  const read = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(read);
    if (!isObject(inner)) return inner;
    const [name, argument] = Object.entries(inner)[0] ?? [];
    if (name === 'Ref') return reference(String(argument));
    if (name === 'Fn::GetAtt') return attribute([argument].flat().map(String).join('.'));
    if (name === 'Fn::Join') {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map(text).join(separator);
    }
    if (name === 'Fn::Sub' && typeof argument === 'string') {
      return argument.replaceAll(/\$\{([^!}]+)\}/g, (_, id: string) => reference(id));
    }
    if (name?.startsWith('Fn::') === true) return unknown(name);
    return Object.fromEntries(Object.entries(inner).map(([key, each]) => [key, read(each)]));
  };
  return read(value);
}
