import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { ModelEventsStack } from '../../lib/stacks/model-events';
import { addServices } from '../../lib/stacks/services';
import { development, inThrowAwayFolder, production, withStacks } from './synthesized';

test('for an unknown environment the error lists the available ones, without a stack trace', () => {
  inThrowAwayFolder((outdir) => {
    const env = { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: '{"environment":"nope"}' };
    const { status, stderr } = spawnSync('node_modules/.bin/node', ['--require', 'tsx/cjs', 'bin/app.ts'], {
      env,
      encoding: 'utf8',
    });
    expect(stderr).toBe(
      'Unknown environment "nope". Available in config: development, production. Example: npx cdk synth -c environment=development\n',
    );
    expect(status).toBe(1);
  });
});

test('-c config=FOLDER reads the environments of that folder', () => {
  inThrowAwayFolder((folder) => {
    writeFileSync(join(folder, 'elsewhere.json'), '{}');
    const context = JSON.stringify({ environment: 'nope', config: folder });
    const env = { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: context };
    const { stderr } = spawnSync('node_modules/.bin/node', ['--require', 'tsx/cjs', 'bin/app.ts'], {
      env,
      encoding: 'utf8',
    });
    expect(stderr).toContain(': elsewhere. Example: npx');
  });
});

test.each([
  [development, false],
  [production, true],
  [{ ...production, environment: 'staging' }, true],
])(
  'the stacks of an environment are protected against deletion, except for development',
  (environment, isProtected) => {
    inThrowAwayFolder((outdir) => {
      expect(addServices(new App({ outdir }), environment)?.terminationProtection).toBe(isProtected);
    });
    withStacks(environment, ({ pipelineStack, redisStack }) => {
      expect(pipelineStack.terminationProtection).toBe(isProtected);
      if (environment.redis.source === 'created') expect(redisStack?.terminationProtection).toBe(isProtected);
    });
  },
);

test.each([
  ['hokusai/redis-master', 1],
  ['hokusai/redis-x7Kq2p', 0],
])('an imported secret %s gets %i warnings: its end may be that of its name', (name, count) => {
  inThrowAwayFolder((bundles) => {
    for (const each of ['health', 'monitor', 'operations', 'publisher']) {
      mkdirSync(join(bundles, each));
      writeFileSync(join(bundles, each, 'index.mjs'), '');
    }
    const { redis } = development;
    if (redis.source !== 'imported') throw new Error('development imports its Redis');
    const authSecretArn = `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}`;
    const environment = { ...development, redis: { ...redis, authSecretArn } };
    const stack = new ModelEventsStack(new App({ outdir: join(bundles, 'out') }), 'ModelEvents', {
      environment,
      bundles,
    });
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('ends in master: .*doctor'));
    expect(warnings).toHaveLength(count);
  });
});

test('if the bundles are missing, the error of synth contains the command that builds them', () => {
  inThrowAwayFolder((bundles) => {
    const app = new App({ outdir: bundles });
    expect(() => new ModelEventsStack(app, 'ModelEvents', { environment: development, bundles })).toThrow(
      /bundle is not there: .*publisher\/index\.mjs\. Build it first: npm run build/,
    );
  });
});
