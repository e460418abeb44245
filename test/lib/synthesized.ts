import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Environment } from '../../config/environment';
import { readEnvironment } from '../../config/read-environment';
import { ModelEventsStack } from '../../lib/stacks/model-events';

/** The environment that the template tests synthesize where they say nothing else. */
export const development = readEnvironment('development');

/** The stack's template, with the feature flags of cdk.json and a bundle that stands for the real one. */
export function synthesized(changed: Partial<Environment> = {}): Template {
  return inThrowAwayFolder((folder) => {
    mkdirSync(join(folder, 'bundles/publisher'), { recursive: true });
    writeFileSync(join(folder, 'bundles/publisher/index.mjs'), 'export const handler = () => undefined;\n');
    const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };
    const app = new App({ context, outdir: join(folder, 'cdk.out') });
    const environment = { ...development, ...changed };
    return Template.fromStack(
      new ModelEventsStack(app, 'ModelEvents', { environment, bundles: join(folder, 'bundles') }),
    );
  });
}

/** Hands a new folder to `use` and removes it afterwards. */
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

/** What refers to a resource's ARN. */
export const arnOf = (id: string): object => ({ 'Fn::GetAtt': [id, 'Arn'] });
