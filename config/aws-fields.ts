/** Fields whose form AWS decides: ids, ARNs, host names. Each remedy names the command that prints the right value. */
import { shown } from '../contract/rules';
import { type Field, type Problem, text } from './fields';

/** A resource id as in `vpc-0a1b2c3d4e5f60718`: the prefix, a dash, 8 or 17 hex digits. */
export function resourceId(prefix: string, command: string): Field<string> {
  return text(new RegExp(`^${prefix}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`), {
    rule: `an id as in ${prefix}-0123456789abcdef0`,
    remedy: `\`${command}\` lists them.`,
  });
}

export const accountId = text(/^\d{12}$/, {
  rule: 'an AWS account: 12 digits, in quotes',
  remedy: '`aws sts get-caller-identity --query Account` prints it.',
});

export const regionName = text(/^[a-z]{2}(?:-[a-z]+)+-\d$/, {
  rule: 'an AWS region, as in us-east-1',
  remedy: '`aws configure get region` prints yours.',
});

export const zoneName = text(/^[a-z]{2}(?:-[a-z]+)+-\d[a-z]$/, {
  rule: 'an availability zone, as in us-east-1a',
  remedy: '`aws ec2 describe-subnets --query Subnets[].[SubnetId,AvailabilityZone]` prints them.',
});

const hostForm = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i;

/**
 * A host name and nothing else. An IP address is refused too: the certificate is issued to the name, so TLS could not
 * verify the server.
 */
export const hostName = text(hostForm, {
  rule: 'a host name alone: no scheme, user, port, path or IP address',
  remedy:
    'Write the primary endpoint as `aws elasticache describe-replication-groups` prints its Address; the port has a setting of its own.',
  // What stands before an @ is a user and a token.
  show: (value) => shown(value.replace(/^([a-z]*:\/\/)?.*@/is, '$1…@')),
});

const secretArnForm = /^arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):(\d{12}):secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$/;

/** The complete ARN of a secret, with the six characters that Secrets Manager puts behind its name. */
export const secretArn: Field<string> = (value, path, found) => {
  const name = typeof value === 'string' && /^[A-Za-z0-9/_+=.@-]+$/.test(value) && value.includes('/') ? value : 'NAME';
  return text(secretArnForm, {
    rule: "the secret's complete ARN, with the six characters behind its name (not the name, which another secret may take over)",
    remedy: `\`aws secretsmanager describe-secret --secret-id ${name} --query ARN\` prints it.`,
    // Whoever is asked for a secret's ARN may have pasted the secret.
    show: (given) =>
      given.startsWith('arn:') || name !== 'NAME'
        ? shown(given)
        : `a text of ${given.length} characters, not shown: it may be the token itself`,
  })(value, path, found);
};

/** The ARN of a KMS key; an alias cannot be granted. */
export const keyArn = text(
  /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[0-9a-f-]{36}$|^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/mrk-[0-9a-f]{32}$/,
  {
    rule: "a KMS key's ARN, as in arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef (not an alias)",
    remedy: '`aws kms describe-key --key-id alias/NAME --query KeyMetadata.Arn` prints it.',
  },
);

/** Refuses an ARN of another region or account than the environment's. */
export function checkArnBelongs(
  arn: string,
  path: string,
  home: { readonly account: string; readonly region: string },
  found: Problem[],
): void {
  const [, , , region, account] = arn.split(':');
  if (region === home.region && account === home.account) return;
  found.push({
    path,
    rule: `an ARN of account ${home.account}, region ${home.region}, where this environment lives`,
    value: shown(arn),
    remedy: 'Take the one of this environment, or correct account and region at the top of the file.',
  });
}
