/**
 * Names of the SSM parameters that the environment's stacks, its containers and the operators' checks agree on.
 * `environment` is its name as in `config/<environment>.json`.
 */

/** Host name of the Redis primary. */
export const redisHostParameter = (environment: string): string => `/hokusai/${environment}/redis/host`;

/** Port of the Redis primary. */
export const redisPortParameter = (environment: string): string => `/hokusai/${environment}/redis/port`;

/** Id of the security group of a Redis that the environment's stacks create. */
export const redisSecurityGroupParameter = (environment: string): string =>
  `/hokusai/${environment}/redis/security-group`;

/** Complete ARN of the secret with the auth token of a Redis that the environment's stacks create. */
export const redisAuthSecretParameter = (environment: string): string => `/hokusai/${environment}/redis/auth-secret`;

/** Complete ARN of the secret of a Redis user: `publisher`, `operator`, or the service of a subscription. */
export const redisUserSecretParameter = (environment: string, user: string): string =>
  `/hokusai/${environment}/redis/users/${user}`;

/** ARN of that secret's KMS key. */
export const redisKeyParameter = (environment: string): string => `/hokusai/${environment}/redis/key`;

/** The image that a service runs, with tag or digest; the pipeline that builds it writes it there. */
export const serviceImageParameter = (environment: string, service: string): string =>
  `/hokusai/${environment}/services/${service}/image`;
