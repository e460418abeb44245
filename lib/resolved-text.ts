import { type Stack, Token } from 'aws-cdk-lib';

/** Pseudo parameters whose values the app knows at synth: account and region only in a stack with a fixed environment. */
function pseudoParameters(stack: Stack): Readonly<Record<string, string>> {
  const known = { 'AWS::Partition': 'aws', 'AWS::Region': stack.region, 'AWS::AccountId': stack.account };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => !Token.isUnresolved(value)));
}

/** A value as one text: joins are resolved, and tokens that only CloudFormation can resolve become `${…}`. Equal texts are equal values. */
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

/** Whether a text contains a token that only CloudFormation can resolve. */
export const isOpen = (text: string): boolean => text.includes('${');
