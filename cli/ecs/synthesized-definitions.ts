/** What the Services stack would register and run, from its synthesized template. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import type { Service, TaskDefinition } from '@aws-sdk/client-ecs';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Environment } from '../../config/environment';
import { isObject } from '../../contract/rules';
import type { Account } from '../account';
import { CommandError, type Invocation } from '../command';
import { resolved, type Template } from './template-values';

/** The CDK app that is synthesized. */
export interface CdkApp {
  /** The folder with its cdk.json. */
  readonly root: string;
  /** The folder with the environments' files. */
  readonly configDirectory: string;
  /** Environment variables for it. */
  readonly variables: Readonly<NodeJS.ProcessEnv>;
}

export const appOf = ({ configDirectory, processContext: { root, environment } }: Invocation): CdkApp => ({
  root,
  configDirectory,
  variables: environment,
});

/** A family as the stack would run it. */
export interface PlannedService {
  readonly definition: TaskDefinition;
  readonly service: Pick<Service, 'loadBalancers' | 'networkConfiguration' | 'serviceRegistries'>;
}

/** @returns the services by family; empty if the environment has no Services stack */
export async function plannedServices(
  environment: Environment,
  app: CdkApp,
  account: Account,
): Promise<ReadonlyMap<string, PlannedService>> {
  const template = await servicesTemplate(environment, app);
  if (template === undefined) return new Map();
  const parameters = await parameterValues(template, account);
  const physicalIds = await physicalIdsOf(`ModelEventsServices-${environment.environment}`, account);
  const described = <Kind>(type: string): Kind[] =>
    Object.values(template.Resources)
      .filter(({ Type }) => Type === type)
      .map(
        ({ Properties }) => asDescribed(resolved(Properties, template, environment, parameters, physicalIds)) as Kind,
      );
  const services = described<Service>('AWS::ECS::Service');
  return new Map(
    described<TaskDefinition>('AWS::ECS::TaskDefinition').map((definition) => {
      // The stack names each service after its family.
      const service = services.find(({ serviceName }) => serviceName === definition.family) ?? {};
      return [definition.family ?? '', { definition, service }];
    }),
  );
}

/** What the deployed stack has created: its own role or security group is no change. Empty if it is not deployed. */
async function physicalIdsOf(StackName: string, account: Account): Promise<ReadonlyMap<string, string>> {
  try {
    const { StackResources: resources = [] } = await account
      .client(CloudFormationClient)
      .send(new DescribeStackResourcesCommand({ StackName }));
    return new Map(
      resources.flatMap(({ LogicalResourceId: id = '', PhysicalResourceId: physicalId }) =>
        physicalId === undefined ? [] : [[id, physicalId] as const],
      ),
    );
  } catch (error) {
    // CloudFormation has no error name of its own for a stack that does not exist.
    if (error instanceof Error && error.message.includes('does not exist')) return new Map();
    throw error;
  }
}

/** Runs the app as the CDK CLI does, into a temporary folder, for this stack only, which needs no bundles. */
async function servicesTemplate(
  { environment }: Environment,
  { root, configDirectory, variables }: CdkApp,
): Promise<Template | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'model-events-synth-'));
  try {
    const { app, context } = JSON.parse(await readFile(join(root, 'cdk.json'), 'utf8')) as {
      readonly app: string;
      readonly context: Readonly<Record<string, unknown>>;
    };
    await promisify(execFile)('/bin/sh', ['-c', app], {
      cwd: root,
      env: {
        ...variables,
        CDK_OUTDIR: folder,
        CDK_CONTEXT_JSON: JSON.stringify({ ...context, environment, config: configDirectory, servicesOnly: true }),
        // The deployment validates the template; validation would take most of the time here.
        CDK_VALIDATION: 'false',
      },
    });
    const files = await readdir(folder, { recursive: true });
    const file = files.find((name) => name.includes('ModelEventsServices') && name.endsWith('.template.json'));
    return file === undefined ? undefined : (JSON.parse(await readFile(join(folder, file), 'utf8')) as Template);
  } catch (error) {
    const output = (error as { readonly stderr?: string }).stderr ?? String(error);
    throw new CommandError(
      `the Services stack could not be synthesized: ${output.trim().split('\n').slice(0, 5).join('\n')}`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Values of the SSM parameters that CloudFormation would read, by logical id. */
async function parameterValues(template: Template, account: Account): Promise<ReadonlyMap<string, string>> {
  const names = Object.entries(template.Parameters ?? {}).flatMap(([id, { Type, Default }]) =>
    Type.startsWith('AWS::SSM::Parameter::Value') && Default !== undefined ? [[id, Default] as const] : [],
  );
  const values = new Map<string, string>();
  // SSM takes ten names at a time.
  for (let at = 0; at < names.length; at += 10) {
    const Names = [...new Set(names.slice(at, at + 10).map(([, name]) => name))];
    const { Parameters = [] } = await account.client(SSMClient).send(new GetParametersCommand({ Names }));
    for (const { Name, Value } of Parameters) {
      for (const [id, name] of names) if (name === Name && Value !== undefined) values.set(id, Value);
    }
  }
  return values;
}

/** CloudFormation's property names are capitalized, those of ECS are not; keys of log options and labels are unchanged. */
function asDescribed(value: unknown, keepKeys = false): unknown {
  if (Array.isArray(value)) return value.map((each) => asDescribed(each));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => [
    keepKeys ? name : `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
    asDescribed(inner, name === 'Options' || name === 'DockerLabels'),
  ]);
  return Object.fromEntries(entries) as unknown;
}
