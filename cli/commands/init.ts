import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, UsageError } from '../command';

/** `model-events init` */
export const init: Command = {
  name: 'init',
  summary: 'Write an environment’s configuration from the resources in the account',
  details: `Finds the replication group with its endpoint, VPC, subnets and security group; the secret and its key; the running ECS
services. It never prompts, and lists what it could not find. It keeps subscriptions and all other settings of an
existing file; a new file gets those of config/development.json.`,
  options: {
    'replication-group': { type: 'string', placeholder: 'ID', help: 'replication group, if the account has several' },
    secret: { type: 'string', placeholder: 'NAME', help: 'name or ARN of the auth token secret' },
    force: { type: 'boolean', help: 'overwrite the file' },
  },
  changes: true,
  examples: [
    ['model-events init -e staging --profile hokusai --region us-east-1', 'writes config/staging.json'],
    ['model-events init -e development --force', 'updates the ids in the file'],
  ],
  run: async (invocation) => {
    const name = invocation.environmentName;
    if (!/^[a-z][a-z0-9-]{0,19}$/.test(name)) {
      throw new UsageError(`an environment's name has up to 20 lower-case letters, digits and dashes; got "${name}"`);
    }
    const file = join(invocation.configDirectory, `${name}.json`);
    if (existsSync(file) && !invocation.flag('force')) {
      throw new UsageError(`${file} exists: --force overwrites it and keeps all settings that are not in the account`);
    }
    const { writeConfiguration } = await import('../init/write-configuration');
    return writeConfiguration({
      name,
      file,
      directory: invocation.configDirectory,
      account: invocation.account(),
      replicationGroupId: invocation.text('replication-group'),
      secretId: invocation.text('secret'),
      screen: invocation.screen,
      json: invocation.json,
    });
  },
};
