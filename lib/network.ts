import {
  type CfnSecurityGroup,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { type CalledService, type ServiceAddresses, ServiceEndpoints } from './service-endpoints';

export interface NetworkProps {
  readonly vpc: IVpc;
  /** Where functions run. @default the private subnets of the VPC */
  readonly subnets?: SubnetSelection | undefined;
  /** Creates interface endpoints for what the functions call, for a VPC without NAT gateway. */
  readonly interfaceEndpoints: boolean;
  /** What functions call; endpoints are created for it if `interfaceEndpoints` is set. */
  readonly services: readonly CalledService[];
  /** Endpoints that another stack has created. @default created here if `interfaceEndpoints` is set */
  readonly endpoints?: ServiceAddresses | undefined;
}

const servicesRule = 'AWS services that the function calls';

/** The existing VPC, and the connections from its functions to AWS services. */
export class Network extends Construct {
  readonly vpc: IVpc;
  /** Where functions run. */
  readonly subnets: readonly ISubnet[];
  /** Undefined if the functions use a NAT gateway. */
  readonly endpoints: ServiceAddresses | undefined;
  private readonly own: ServiceEndpoints | undefined;
  private readonly endpointsGroup: ISecurityGroup | undefined;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    this.vpc = props.vpc;
    this.subnets = props.vpc.selectSubnets(props.subnets).subnets;
    if (!props.interfaceEndpoints) return;
    if (props.endpoints === undefined) {
      this.own = new ServiceEndpoints(this, 'Endpoints', {
        vpc: this.vpc,
        subnets: this.subnets,
        services: props.services,
      });
    }
    this.endpoints = props.endpoints ?? this.own;
    if (this.endpoints === undefined) return;
    // By id, so that the rules are in the stack of the client.
    this.endpointsGroup = SecurityGroup.fromSecurityGroupId(this, 'EndpointsGroup', this.endpoints.securityGroupId);
  }

  /** Allows HTTPS from a function's security group: only to the interface endpoints, or through the NAT gateway to any address. */
  allowServices(group: SecurityGroup): void {
    if (this.endpointsGroup === undefined) {
      // The public service endpoints have no fixed addresses, so the rule restricts only the port.
      group.addEgressRule(Peer.anyIpv4(), Port.HTTPS, servicesRule);
      return;
    }
    // Written into the group itself: one without a rule of its own gets EC2's, which is everything to everywhere.
    (group.node.defaultChild as CfnSecurityGroup).securityGroupEgress = [
      {
        description: servicesRule,
        ipProtocol: 'tcp',
        fromPort: 443,
        toPort: 443,
        destinationSecurityGroupId: this.endpointsGroup.securityGroupId,
      },
    ];
    this.endpointsGroup.addIngressRule(group, Port.HTTPS, servicesRule);
  }

  /** Lets these calls through the endpoints that were created here, where there are any; nothing else passes then. */
  allow(service: CalledService, actions: readonly string[], resource: string): void {
    this.own?.allow(service, actions, resource);
  }

  /** Variables with the service endpoints for a function's SDK. */
  variablesFor(service: CalledService): Readonly<Record<string, string>> {
    return this.endpoints?.variables[service] ?? {};
  }
}
