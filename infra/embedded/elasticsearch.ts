import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { narrowInside, privateFolder } from '../../platform/process/private-folder.ts';
import type { Engine } from './engine.ts';
import { hasModule } from './java.ts';
import { ELASTICSEARCH_HEAP_MB, ENGINE_STOP_MS } from './limits.ts';
import { giveTo, type User } from './unprivileged-user.ts';

export interface ElasticsearchOptions {
  /** The unpacked distribution, readable for `user`. */
  home: string;
  javaHome: string;
  /** Configuration, data and temporary files live here. */
  folder: string;
  port: number;
  logFile: string;
  /** The user to run as, when we are root: Elasticsearch refuses to run as root. */
  user: User | undefined;
}

/**
 * One Elasticsearch node on loopback, without TLS and sign-in: whoever can open a socket on this machine's loopback can
 * read and write it, as with the page. A deployment for several users has its own Elasticsearch with security on.
 */
export async function elasticsearch(options: ElasticsearchOptions): Promise<Engine> {
  const { folder, user } = options;
  const config = join(folder, 'config');
  await privateFolder(folder);
  for (const name of ['tmp', 'data', 'config']) await mkdir(join(folder, name), PRIVATE_FOLDER);
  await writeFile(join(config, 'elasticsearch.yml'), elasticsearchYml(options), PRIVATE_FILE);
  await writeFile(join(config, 'jvm.options'), `${(await jvmOptions(options)).join('\n')}\n`, PRIVATE_FILE);
  await writeFile(join(config, 'log4j2.properties'), LOG4J2, PRIVATE_FILE);
  if (user !== undefined) await giveTo(folder, user);
  return {
    spec: {
      name: 'elasticsearch',
      command: join(options.home, 'bin', 'elasticsearch'),
      args: [],
      cwd: folder,
      env: environment(options),
      ...(user === undefined ? {} : { user }),
      logFile: options.logFile,
      stopGraceMs: ENGINE_STOP_MS,
    },
    answers: () => answers(`http://127.0.0.1:${options.port}`),
    // Its first start makes a keystore and gives its group the right to read it, whatever the mask says.
    settled: async () => {
      await narrowInside(config);
    },
  };
}

const PRIVATE_FOLDER = { recursive: true, mode: 0o700 } as const;
const PRIVATE_FILE = { mode: 0o600 } as const;

/** Sizes are equal, so that the heap is never resized; the garbage collector's own log is left out. */
const JVM = [
  `-Xms${ELASTICSEARCH_HEAP_MB}m`,
  `-Xmx${ELASTICSEARCH_HEAP_MB}m`,
  '-XX:+UseG1GC',
  '-XX:+ExitOnOutOfMemoryError',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Elasticsearch's launcher fills this in
  '-Djava.io.tmpdir=${ES_TMPDIR}',
];

/** From Java 21 on vectors are compared by SIMD, where the Java brings the module; one that lacks it would not start with it. */
async function jvmOptions({ javaHome }: ElasticsearchOptions): Promise<string[]> {
  return (await hasModule(javaHome, SIMD)) ? [...JVM, `20-:--add-modules=${SIMD}`] : JVM;
}

const SIMD = 'jdk.incubator.vector';

/** To the console only: the one who starts it keeps a log of bounded size. */
const LOG4J2 = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSS} %-5p %c{1.} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.node.name = org.elasticsearch.node
logger.node.level = info
`;

/** JSON is YAML, so nothing in a path can break the file. */
function elasticsearchYml({ folder, port }: ElasticsearchOptions): string {
  return `${JSON.stringify(
    {
      'cluster.name': 'interleave',
      'node.name': 'interleave',
      'network.host': '127.0.0.1',
      'http.port': port,
      'transport.port': 0,
      'discovery.type': 'single-node',
      'path.data': join(folder, 'data'),
      'path.logs': join(folder, 'tmp'),
      'xpack.ml.enabled': false,
      'xpack.security.enabled': false,
      'action.auto_create_index': false,
      // Answers no request that a browser sends for a page of another host: with CORS on and no origin allowed, they
      // get 403; with CORS off (the default) a simple POST of any web page would be carried out.
      'http.cors.enabled': true,
      'http.cors.allow-origin': '/(?!)/',
      // A nearly full disk is our own concern: the gateways stop taking before it is full; this would turn the index
      // read-only at a share of the disk that has nothing to do with what we need.
      'cluster.routing.allocation.disk.threshold_enabled': false,
    },
    null,
    2,
  )}\n`;
}

function environment({ folder, javaHome }: ElasticsearchOptions): Record<string, string> {
  return {
    PATH: [join(javaHome, 'bin'), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    HOME: folder,
    LANG: 'C.UTF-8',
    ES_JAVA_HOME: javaHome,
    ES_PATH_CONF: join(folder, 'config'),
    ES_TMPDIR: join(folder, 'tmp'),
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const health = new URL('/_cluster/health?wait_for_status=yellow&timeout=1s', url);
    return (await fetch(health, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}
