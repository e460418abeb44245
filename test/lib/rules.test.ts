/** The app as `cdk synth` runs it, under the rules of cdk-nag, CloudFormation and cfn-lint. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentNames } from '../../config/read-environment';
import { cdkContext } from './synthesized';

const folder = mkdtempSync(join(tmpdir(), 'model-events-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The samples have one of each kind of Redis. */
const environments = ['config', 'config/samples'].flatMap((config) =>
  environmentNames(config).map((environment) => [config, environment] as const),
);

test.each(environments)(
  '%s/%s.json: the app passes the rules of cdk-nag and of CloudFormation',
  (config, environment) => {
    expect(synth(join(folder, environment), config, environment)).toEqual({ stderr: '', status: 0 });
  },
);

// Debian packages no cfn-lint: where Python's registry cannot be reached either, this test is reported as skipped, with the reason.
const python = pythonWithCfnLint();
(python === undefined ? test.skip : test)("the templates of all environments keep cfn-lint's rules", () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const templates = files.filter((file) => file.endsWith('.template.json')).map((file) => join(folder, file));
  expect(templates.length).toBeGreaterThanOrEqual(3 + 8);
  // The project's exceptions are in .cfnlintrc.yaml.
  const program = 'import sys; from cfnlint.runner import main; sys.exit(main())';
  const { stdout, stderr } = spawnSync(python ?? '', ['-c', program, ...templates], { encoding: 'utf8' });
  expect(stdout + stderr).toBe('');
});

/** Runs bin/app.ts; it ends with an error if a rule is violated and not acknowledged with a reason. */
function synth(outdir: string, config: string, environment: string): { stderr: string; status: number | null } {
  const context = JSON.stringify({ ...cdkContext(), config, environment });
  const env = { ...process.env, CDK_VALIDATION: 'true', CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: context };
  const { stderr, status } = spawnSync('node_modules/.bin/node', ['tools/cdk-app.cjs'], {
    env,
    encoding: 'utf8',
  });
  return { stderr, status };
}

/** Prints the reason on stderr if it is not installed. */
function pythonWithCfnLint(): string | undefined {
  try {
    return execFileSync('tools/python.sh', ['cfnlint'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }).trim();
  } catch {
    return undefined;
  }
}
