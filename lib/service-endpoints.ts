import { Fn, Stack } from 'aws-cdk-lib';
import {
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type ISubnet,
  type IVpc,
  SecurityGroup,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** The services that functions here can call without leaving the VPC, and how an SDK is told to find each. */
const services = {
  secretsmanager: {
    service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    variable: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  },
  elasticache: { service: InterfaceVpcEndpointAwsService.ELASTICACHE, variable: 'AWS_ENDPOINT_URL_ELASTICACHE' },
  sqs: { service: InterfaceVpcEndpointAwsService.SQS, variable: 'AWS_ENDPOINT_URL_SQS' },
};

export type CalledService = keyof typeof services;

/** VPC endpoints of AWS services. */
export interface ServiceAddresses {
  /** Of the endpoints: it lets in whom its users add. */
  readonly securityGroupId: string;
  /** Variables that send a function's SDK to the endpoints, by service. */
  readonly variables: Readonly<Partial<Record<CalledService, Readonly<Record<string, string>>>>>;
}

export interface ServiceEndpointsProps {
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly services: readonly CalledService[];
}

/**
 * Interface endpoints of our functions' own. Their private DNS names are off, and the functions are told their addresses: with
 * private DNS everything in the VPC would be sent to these endpoints, which let nobody else in.
 */
export class ServiceEndpoints extends Construct implements ServiceAddresses {
  readonly securityGroupId: string;
  readonly variables: Partial<Record<CalledService, Readonly<Record<string, string>>>> = {};
  private readonly endpoints = new Map<CalledService, InterfaceVpcEndpoint>();

  constructor(scope: Construct, id: string, props: ServiceEndpointsProps) {
    super(scope, id);
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'Model events: interface endpoints',
      allowAllOutbound: false,
    });
    this.securityGroupId = securityGroup.securityGroupId;
    for (const name of props.services) {
      const endpoint = new InterfaceVpcEndpoint(this, name, {
        vpc: props.vpc,
        service: services[name].service,
        subnets: { subnets: [...props.subnets] },
        securityGroups: [securityGroup],
        open: false,
        privateDnsEnabled: false,
      });
      this.endpoints.set(name, endpoint);
      // Each entry is `<hosted zone>:<name>`; the first has the name that stands for all zones.
      const host = Fn.select(1, Fn.split(':', Fn.select(0, endpoint.vpcEndpointDnsEntries)));
      this.variables[name] = { [services[name].variable]: `https://${host}` };
    }
  }

  /** Lets these calls through to a service, by principals of this account that have the right to them; nothing else passes then. */
  allow(service: CalledService, actions: readonly string[], resource: string): void {
    this.endpoints.get(service)?.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: [...actions],
        resources: [resource],
        conditions: { StringEquals: { 'aws:PrincipalAccount': Stack.of(this).account } },
      }),
    );
  }
}
