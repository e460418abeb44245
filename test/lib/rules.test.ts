/** The app as `cdk synth` runs it, under the rules of cdk-nag, CloudFormation and cfn-lint. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { environmentNames } from '../../config/read-environment';
import { cdkContext, inThrowAwayFolder } from './synthesized';

test("the app keeps the rules of cdk-nag and of CloudFormation, and its templates cfn-lint's, in every environment", () => {
  inThrowAwayFolder((folder) => {
    for (const environment of environmentNames('config')) {
      expect({ environment, ...synth(join(folder, environment), environment) }).toEqual({
        environment,
        stderr: '',
        status: 0,
      });
    }
    const templates = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.template.json'),
    );
    expect(templates.length).toBeGreaterThanOrEqual(3);
    expect(cfnLint(templates.map((file) => join(folder, file)))).toBe('');
  });
}, 120_000);

/** Runs bin/app.ts; it ends with an error where a rule is broken that nobody has acknowledged with a reason. */
function synth(outdir: string, environment: string): { stderr: string; status: number | null } {
  const context = JSON.stringify({ ...cdkContext(), environment });
  const env = { ...process.env, CDK_VALIDATION: 'true', CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: context };
  const { stderr, status } = spawnSync('node_modules/.bin/tsx', ['bin/app.ts'], { env, encoding: 'utf8' });
  return { stderr, status };
}

/** What cfn-lint says; the project's exceptions are in .cfnlintrc.yaml. */
function cfnLint(templates: string[]): string {
  const python = execFileSync('tools/python.sh', ['cfnlint'], { encoding: 'utf8' }).trim();
  const program = 'import sys; from cfnlint.runner import main; sys.exit(main())';
  const { stdout, stderr } = spawnSync(python, ['-c', program, ...templates], { encoding: 'utf8' });
  return stdout + stderr;
}
