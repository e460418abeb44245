import type { Stack } from 'aws-cdk-lib';

/** What CloudFormation knows only in the account, and an app with fixed environments knows before. */
function pseudoParameters(stack: Stack): Readonly<Record<string, string>> {
  return { 'AWS::Partition': 'aws', 'AWS::Region': stack.region, 'AWS::AccountId': stack.account };
}

/**
 * A value as one text: joins are joined, and what only CloudFormation can fill in stands in it as `${…}`. Equal texts mean
 * equal values.
 */
export function textOf(value: unknown, stack: Stack): string {
  return flat(stack.resolve(value), pseudoParameters(stack));
}

function flat(value: unknown, known: Readonly<Record<string, string>>): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return `\${${JSON.stringify(value)}}`;
  if ('Ref' in value && typeof value.Ref === 'string') return known[value.Ref] ?? `\${${value.Ref}}`;
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) {
    const [separator, parts] = value['Fn::Join'] as [string, unknown];
    if (Array.isArray(parts)) return parts.map((part) => flat(part, known)).join(separator);
  }
  return `\${${JSON.stringify(value)}}`;
}

/** Whether a text holds what only CloudFormation can fill in. */
export const isOpen = (text: string): boolean => text.includes('${');
