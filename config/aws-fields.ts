/** Fields whose form AWS decides: ids and ARNs. Each remedy names the command that prints the right value. */
import { formatted } from '../contract/rules';
import type { ZodString } from 'zod';
import { type Problem, text, textWith } from './fields';
import { isPlaceholder } from './sample-ids';

/** A resource id as in `vpc-0a1b2c3d4e5f60718`: the prefix, a dash, 8 or 17 hex digits. */
export function resourceId(prefix: string, command: string): ZodString {
  return text(new RegExp(`^${prefix}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`), {
    rule: `an id as in ${prefix}-0123456789abcdef0`,
    remedy: `\`${command}\` lists them.`,
  });
}

export const accountId = text(/^\d{12}$/, {
  rule: 'an AWS account: 12 digits, in quotes',
  remedy: '`aws sts get-caller-identity --query Account` prints it.',
});

// The ARNs of the wiring and of the policies begin with arn:aws.
export const regionName = text(/^(?!cn-|us-gov-|us-iso|eu-iso)[a-z]{2}(?:-[a-z]+)+-\d$/, {
  rule: 'an AWS region, as in us-east-1, outside of China and GovCloud, which are not supported',
  remedy: '`aws configure get region` prints yours.',
});

export const zoneName = text(/^[a-z]{2}(?:-[a-z]+)+-\d[a-z]$/, {
  rule: 'an availability zone, as in us-east-1a',
  remedy: '`aws ec2 describe-subnets --query Subnets[].[SubnetId,AvailabilityZone]` prints them.',
});

const secretName = /^(?=.*\/)[A-Za-z0-9/_+=.@-]+$/;

const arnCommand = (name: string): string =>
  `\`aws secretsmanager describe-secret --secret-id ${name} --query ARN\` prints it.`;

/** The complete ARN of a secret, with the six characters that Secrets Manager puts behind its name. */
export const secretArn = textWith(
  /^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$/,
  {
    rule: "the secret's complete ARN, with the six characters behind its name (not the name, which another secret may take over)",
    remedy: (value) => arnCommand(secretName.test(value) ? value : 'NAME'),
    // The value may be the secret itself, pasted in place of its ARN.
    format: (value) =>
      value.startsWith('arn:') || secretName.test(value)
        ? formatted(value)
        : `a text of ${value.length} characters, not shown: it may be the token itself`,
  },
  (arn) => {
    const [, name = '', suffix = ''] = /:secret:(.*)-([A-Za-z0-9]{6})$/.exec(arn) ?? [];
    if (!isPlaceholder(suffix)) return undefined;
    return {
      rule: `the ARN that Secrets Manager gave the secret; its last six characters, ${suffix}, are a placeholder`,
      remedy: arnCommand(name),
    };
  },
);

/** The ARN of a KMS key; an alias cannot be granted. */
export const keyArn = text(/^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/(?:[0-9a-f-]{36}|mrk-[0-9a-f]{32})$/, {
  rule: "a KMS key's ARN, as in arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef (not an alias)",
  remedy: '`aws kms describe-key --key-id alias/NAME --query KeyMetadata.Arn` prints it.',
});

/** The ARN of a role. */
export const roleArn = text(/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, {
  rule: "a role's ARN, as in arn:aws:iam::123456789012:role/hokusai-api-development",
  remedy: '`aws iam get-role --role-name NAME --query Role.Arn` prints it.',
});

/** The ARN of a managed policy of an account, also for a permissions boundary; AWS's own are refused by the checks of the app. */
export const policyArn = text(/^arn:aws:iam::\d{12}:policy\/[\w+=,.@/-]{1,512}$/, {
  rule: "a policy's ARN, as in arn:aws:iam::123456789012:policy/NAME",
  remedy: '`aws iam list-policies --scope Local --query Policies[].Arn` prints them.',
});

export const targetGroupArn = text(
  /^arn:aws:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\/[A-Za-z0-9-]{1,32}\/[0-9a-f]{16}$/,
  {
    rule: "a target group's ARN, as in arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/hokusai-api/0123456789abcdef",
    remedy: '`aws elbv2 describe-target-groups --query TargetGroups[].TargetGroupArn` prints them.',
  },
);

export const discoveryServiceArn = text(/^arn:aws:servicediscovery:[a-z0-9-]+:\d{12}:service\/srv-[a-z0-9]{1,64}$/, {
  rule: "a Cloud Map service's ARN, as in arn:aws:servicediscovery:us-east-1:123456789012:service/srv-0123456789abcdef",
  remedy: '`aws servicediscovery list-services --query Services[].Arn` prints them.',
});

/** Refuses an ARN of another region or account than the environment's. */
export function checkArnBelongs(
  arn: string,
  path: string,
  home: { readonly account: string; readonly region: string },
  found: Problem[],
): void {
  const [, , service, region, account] = arn.split(':');
  // IAM has no regions.
  if ((region === home.region || service === 'iam') && account === home.account) return;
  found.push({
    path,
    rule: `an ARN of account ${home.account}, region ${home.region}, as this environment's`,
    value: formatted(arn),
    remedy: 'Take the one of this environment, or correct account and region at the top of the file.',
  });
}
