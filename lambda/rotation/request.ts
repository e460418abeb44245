import type { SecretDescription } from './redis-secret';

/**
 * Where the version stands that a step is asked for: still to be made, or in use already, as after an answer that got lost.
 * @throws Error where this is no step of a rotation of this secret.
 */
export function versionState(
  event: { readonly SecretId: string; readonly ClientRequestToken: string },
  { arn, name, rotationEnabled, labels }: SecretDescription,
): 'pending' | 'current' {
  const { SecretId: secretId, ClientRequestToken: versionId } = event;
  if (secretId !== arn && secretId !== name) {
    throw new Error(
      `this function rotates ${arn}, not ${JSON.stringify(secretId)}: each secret needs a rotation function of its own`,
    );
  }
  if (!rotationEnabled) {
    throw new Error(
      `rotation is not enabled for ${arn}: start it with \`aws secretsmanager rotate-secret\`, which calls this function`,
    );
  }
  const own = labels[versionId];
  if (own?.includes('AWSCURRENT') === true) return 'current';
  if (own?.includes('AWSPENDING') === true) return 'pending';
  throw new Error(
    `version ${JSON.stringify(versionId)} of ${arn} ${own === undefined ? 'does not exist' : `is labelled ${own.join(', ')}, not AWSPENDING`}: steps are called by a rotation, not by hand`,
  );
}
