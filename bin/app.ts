import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { ConfigurationError } from '../config/configuration-error';
import { readEnvironment } from '../config/read-environment';
import { applyAccountRules } from '../lib/account-rules';
import { addDeploymentRoles } from '../lib/stacks/deployment-roles';
import { ModelEventsStack } from '../lib/stacks/model-events';
import { RedisStack } from '../lib/stacks/redis';
import { addServices } from '../lib/stacks/services';

async function synthesize(app: App): Promise<void> {
  // `-c config=FOLDER` takes the environments of another folder.
  const folder = app.node.tryGetContext('config') as string | undefined;
  const environment = readEnvironment(app.node.tryGetContext('environment'), folder);
  const { environment: name, redis } = environment;
  addServices(app, environment);
  // `npx model-events ecs diff` asks for nothing else.
  if (app.node.tryGetContext('servicesOnly') !== true) {
    const created =
      redis.source === 'created' ? new RedisStack(app, `ModelEventsRedis-${name}`, { environment }).redis : undefined;
    new ModelEventsStack(app, `ModelEvents-${name}`, { environment, redis: created });
    addDeploymentRoles(app, environment);
  }
  const { version } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as { version: string };
  applyAccountRules(app, environment, version);
  // Like CDK's own checks: they take longer than all the rest, and matter only for a deployment.
  if (process.env['CDK_VALIDATION'] !== 'false') {
    const { AwsSolutionsChecks } = await import('cdk-nag');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  }
  app.synth();
}

synthesize(new App()).catch((error: unknown) => {
  // The person who wrote the configuration needs the message, not where this program was; so does the one whose
  // construct was refused. What else goes wrong is ours.
  const refusal = error instanceof ConfigurationError || (error as Error).name === 'ValidationError';
  if (!refusal) throw error;
  console.error((error as Error).message);
  process.exitCode = 1;
});
