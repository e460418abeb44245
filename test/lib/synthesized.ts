import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CreatedRedisSettings, Environment } from '../../config/environment';
import { readEnvironment } from '../../config/read-environment';
import { ModelEventsStack } from '../../lib/stacks/model-events';
import { RedisStack } from '../../lib/stacks/redis';

/** The default environment of the template tests. */
export const development = readEnvironment('development');

/** The environment with a created Redis. */
export const production = readEnvironment('production');

/** The same in a VPC without NAT; its services run elsewhere. */
export const productionWithoutNat: Environment = {
  ...production,
  vpc: { ...production.vpc, interfaceEndpoints: true },
  services: [],
};

/** The templates of an environment. */
export interface Templates {
  readonly pipeline: Template;
  /** Undefined if the environment's Redis is imported. */
  readonly redis: Template | undefined;
}

/** The pipeline's template; development's with `changed` in it. */
export function synthesized(changed: Partial<Environment> = {}): Template {
  return templatesOf({ ...development, ...changed }).pipeline;
}

/** The template of the stack that creates Redis; production's with `changed` in its settings for Redis. */
export function createdRedis(changed: Partial<CreatedRedisSettings> = {}): Template {
  const { redis } = templatesOf({ ...production, redis: { ...production.redis, ...changed } as CreatedRedisSettings });
  if (redis === undefined) throw new Error('production imports its Redis: these tests want one that is created');
  return redis;
}

/** An environment's templates, with the feature flags of cdk.json and placeholder bundles. */
export function templatesOf(environment: Environment): Templates {
  return withStacks(environment, ({ pipelineStack, redisStack }) => ({
    pipeline: Template.fromStack(pipelineStack),
    redis: redisStack === undefined ? undefined : Template.fromStack(redisStack),
  }));
}

interface Stacks {
  readonly pipelineStack: ModelEventsStack;
  readonly redisStack: RedisStack | undefined;
}

/** Calls `use` with an environment's stacks, while their folder exists. */
export function withStacks<Result>(environment: Environment, use: (stacks: Stacks) => Result): Result {
  return inThrowAwayFolder((folder) => {
    const bundles = join(folder, 'bundles');
    for (const name of ['health', 'monitor', 'operations', 'publisher', 'rotation']) {
      mkdirSync(join(bundles, name), { recursive: true });
      writeFileSync(join(bundles, name, 'index.mjs'), 'export const handler = () => undefined;\n');
    }
    const app = new App({ context: cdkContext(), outdir: join(folder, 'cdk.out') });
    const created =
      environment.redis.source === 'created'
        ? new RedisStack(app, 'ModelEventsRedis', { environment, bundles })
        : undefined;
    const pipelineStack = new ModelEventsStack(app, 'ModelEvents', { environment, redis: created?.redis, bundles });
    return use({ pipelineStack, redisStack: created });
  });
}

/** The feature flags of the project. */
export function cdkContext(): Record<string, unknown> {
  return (JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> }).context;
}

/** Calls `use` with a new folder and removes it afterwards. */
export function inThrowAwayFolder<Result>(use: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'model-events-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The one resource of a type whose logical id contains `part`: its id and properties. */
export function only(template: Template, type: string, part = ''): { id: string; properties: Record<string, unknown> } {
  const found = Object.entries(template.findResources(type)).filter(([id]) => id.includes(part));
  const [first] = found;
  if (found.length !== 1 || first === undefined) {
    throw new Error(
      `one ${type} with "${part}" in its id wanted, found: ${found.map(([id]) => id).join(', ') || 'none'}`,
    );
  }
  const [id, resource] = first;
  return { id, properties: (resource as { Properties: Record<string, unknown> }).Properties };
}

/** A reference to a resource's ARN. */
export const arnOf = (id: string): object => ({ 'Fn::GetAtt': [id, 'Arn'] });
