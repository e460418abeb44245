import { App } from 'aws-cdk-lib';
import { ConfigurationError, readEnvironment } from '../config/read-environment';
import { ModelEventsStack } from '../lib/stacks/model-events';

const app = new App();
try {
  const environment = readEnvironment(app.node.tryGetContext('environment'));
  new ModelEventsStack(app, `ModelEvents-${environment.environment}`, { environment });
} catch (error) {
  // The person who wrote the configuration needs its message, not where this program was.
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
