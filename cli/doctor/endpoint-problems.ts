/**
 * Why an interface endpoint refuses its clients: its security groups or its policy. Rules: "Access an AWS service using an
 * interface VPC endpoint" (inbound HTTPS from the resources in the VPC) and "Control access to VPC endpoints using endpoint
 * policies" (only what the policy allows passes; the default allows everything).
 */
import { DescribeSecurityGroupsCommand, EC2Client, type VpcEndpoint } from '@aws-sdk/client-ec2';
import type { Finding } from '../finding';
import type { CheckContext } from './check';
import { admits, blocksOf, groups, permissions } from './group-rules';

/** A call that must pass. */
export interface Call {
  readonly action: string;
  readonly resource: string;
}

type EndpointProblem = Pick<Required<Finding>, 'found' | 'remedy'> & { readonly result: 'warn' | 'fail' };

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Resource?: string | readonly string[];
  readonly NotResource?: unknown;
  readonly Condition?: unknown;
}

/** Who must be able to connect to an endpoint. */
export interface EndpointClients {
  /** As in messages. */
  readonly name: string;
  /** The security groups of each client. */
  readonly groups: readonly (readonly string[])[];
  /** The address blocks of their subnets. */
  readonly blocks: readonly string[];
}

export async function endpointProblems(
  endpoint: VpcEndpoint,
  call: Call,
  clients: EndpointClients,
  context: CheckContext,
): Promise<readonly EndpointProblem[]> {
  const [network, policy] = [await groupProblem(endpoint, clients, context), policyProblem(endpoint, call)];
  return [network, policy].filter((problem) => problem !== undefined);
}

async function groupProblem(
  endpoint: VpcEndpoint,
  clients: EndpointClients,
  context: CheckContext,
): Promise<EndpointProblem | undefined> {
  const ids = (endpoint.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []);
  const rules = permissions(
    (await groups(ids, context)).flatMap(({ IpPermissions }) => IpPermissions ?? []),
    443,
  );
  const { blocks } = clients;
  if (rules.some((rule) => admits(rule, [], blocks))) return undefined;
  const outside = clients.groups.filter((own) => !rules.some((rule) => admits(rule, own, [])));
  if (clients.groups.length > 0 && outside.length === 0) return undefined;
  return {
    result: 'fail',
    found: `${endpoint.VpcEndpointId ?? ''} does not allow ${clients.name} (${outside.flat().join(', ') || blocks.join(', ')}) to connect to port 443 (${ids.join(', ') || 'no security group'})`,
    remedy: `aws ec2 authorize-security-group-ingress --group-id ${ids[0] ?? 'ID'} --protocol tcp --port 443 --cidr ${blocks[0] ?? 'BLOCK'}, for each subnet.`,
  };
}

/** The pipeline's functions. */
export async function functionClients(context: CheckContext): Promise<EndpointClients> {
  return {
    name: 'the functions',
    groups: (await functionGroups(context)).map((id) => [id]),
    blocks: await blocksOf([...context.environment.vpc.privateSubnetIds], context),
  };
}

/** The security groups of the deployed functions; none before the first deployment. */
async function functionGroups({ environment, account }: CheckContext): Promise<string[]> {
  const { SecurityGroups: found = [] } = await account.client(EC2Client).send(
    new DescribeSecurityGroupsCommand({
      Filters: [
        { Name: 'vpc-id', Values: [environment.vpc.vpcId] },
        { Name: 'description', Values: ['Outbound of: Model events: *'] },
      ],
    }),
  );
  const own = found.filter(({ Description }) => Description?.endsWith(` (${environment.environment})`));
  return own.flatMap(({ GroupId }) => GroupId ?? []);
}

function policyProblem({ VpcEndpointId: id = '', PolicyDocument: text }: VpcEndpoint, call: Call) {
  if (text === undefined || text === '') return undefined;
  const document = JSON.parse(text) as { readonly Statement?: Statement | readonly Statement[] };
  const about = [document.Statement ?? []].flat().filter((statement) => isAbout(statement, call));
  const isFirm = ({ Condition, Principal, Effect }: Statement): boolean =>
    Condition === undefined && (Effect === 'Deny' || isEveryone(Principal));
  const denies = about.filter(({ Effect }) => Effect === 'Deny');
  const allows = about.filter(({ Effect }) => Effect === 'Allow');
  const remedy = `Allow ${call.action} on ${call.resource} in the endpoint's policy: aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${id} --policy-document …`;
  if (allows.length === 0 || denies.some((statement) => isFirm(statement) && isEveryone(statement.Principal))) {
    return { result: 'fail', found: `the policy of ${id} does not allow ${call.action}`, remedy } as const;
  }
  if (denies.length > 0 || !allows.some(isFirm)) {
    const found = `the policy of ${id} allows ${call.action} only to some principals or under conditions`;
    return { result: 'warn', found, remedy: `Check that it allows the roles of the functions. ${remedy}` } as const;
  }
  return undefined;
}

function isAbout({ Action, NotAction, Resource, NotResource }: Statement, { action, resource }: Call): boolean {
  const matches = (patterns: string | readonly string[] | undefined, value: string): boolean =>
    [patterns ?? []].flat().some((pattern) => isLike(value, pattern));
  // What a negated element leaves is not read: it is taken to be about everything.
  return (
    (NotAction !== undefined || matches(Action, action)) && (NotResource !== undefined || matches(Resource, resource))
  );
}

function isEveryone(principal: unknown): boolean {
  return (
    principal === '*' || JSON.stringify(principal) === '{"AWS":"*"}' || JSON.stringify(principal) === '{"AWS":["*"]}'
  );
}

/** IAM's patterns: `*` for any characters, `?` for one; actions in any case. */
function isLike(value: string, pattern: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(value);
}
