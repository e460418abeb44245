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

/**
 * The services that functions can call through interface endpoints, and the variable that sets the endpoint in an SDK. AWS
 * bills an endpoint by the zone ("AWS PrivateLink pricing"): one zone is enough for what no registration waits for, the
 * monthly rotation and an operator who sends a refused event to the buffer.
 */
const services = {
  secretsmanager: {
    service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    variable: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
    everyZone: true,
  },
  elasticache: {
    service: InterfaceVpcEndpointAwsService.ELASTICACHE,
    variable: 'AWS_ENDPOINT_URL_ELASTICACHE',
    everyZone: false,
  },
  memorydb: {
    service: InterfaceVpcEndpointAwsService.MEMORY_DB,
    variable: 'AWS_ENDPOINT_URL_MEMORYDB',
    everyZone: false,
  },
  sqs: { service: InterfaceVpcEndpointAwsService.SQS, variable: 'AWS_ENDPOINT_URL_SQS', everyZone: false },
};

export type CalledService = keyof typeof services;

/** VPC endpoints of AWS services. */
export interface ServiceAddresses {
  /** Security group of the endpoints; each client adds its own ingress rule. */
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
 * Interface endpoints for our functions only. Private DNS is off, and variables of the functions contain the addresses: with
 * private DNS all clients in the VPC would use these endpoints, which refuse other clients.
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
        subnets: { subnets: services[name].everyZone ? [...props.subnets] : props.subnets.slice(0, 1) },
        securityGroups: [securityGroup],
        open: false,
        privateDnsEnabled: false,
      });
      this.endpoints.set(name, endpoint);
      // Each entry is `<hosted zone>:<name>`; the first is the name for all zones.
      const host = Fn.select(1, Fn.split(':', Fn.select(0, endpoint.vpcEndpointDnsEntries)));
      this.variables[name] = { [services[name].variable]: `https://${host}` };
    }
  }

  /** Restricts the endpoint of a service to the allowed calls, by principals of this account. */
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
