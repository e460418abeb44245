/**
 * ElastiCache with the nodes of replication groups, which moto's DescribeCacheClusters leaves out. All other calls go on to
 * the emulator.
 */
import { text } from 'node:stream/consumers';
import { forward, startTestServer, type TestServer } from '../support/http-server';

/** Properties that ElastiCache describes for a node, not for its group. */
export interface CacheNode {
  engineVersion: string;
  parameterGroup: string;
  securityGroupId: string;
  subnetGroup: string;
}

export interface ElastiCacheNodesProxy extends TestServer {
  readonly node: CacheNode;
}

export async function startElastiCacheNodesProxy(emulatorUrl: string): Promise<ElastiCacheNodesProxy> {
  const node: CacheNode = { engineVersion: '', parameterGroup: '', securityGroupId: '', subnetGroup: '' };
  const server = await startTestServer(async (request, response) => {
    const body = await text(request);
    if (body.includes('Action=DescribeCacheClusters')) {
      response.end(described(new URLSearchParams(body).get('CacheClusterId') ?? '', node));
      return;
    }
    const answer = await forward(request, body, emulatorUrl);
    response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(await answer.text());
  });
  return { ...server, node };
}

function described(id: string, { engineVersion, parameterGroup, securityGroupId, subnetGroup }: CacheNode): string {
  return `<DescribeCacheClustersResponse xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"><DescribeCacheClustersResult>
<CacheClusters><CacheCluster><CacheClusterId>${id}</CacheClusterId><EngineVersion>${engineVersion}</EngineVersion>
<CacheParameterGroup><CacheParameterGroupName>${parameterGroup}</CacheParameterGroupName></CacheParameterGroup>
<CacheSubnetGroupName>${subnetGroup}</CacheSubnetGroupName>
<SecurityGroups><member><SecurityGroupId>${securityGroupId}</SecurityGroupId><Status>active</Status></member></SecurityGroups>
</CacheCluster></CacheClusters></DescribeCacheClustersResult></DescribeCacheClustersResponse>`;
}
