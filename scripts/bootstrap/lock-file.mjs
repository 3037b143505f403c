/**
 * The optional packages that packages of a lock file name, in an exact version, and that it has no entry for: as
 * `[path, entry]`, such as `['node_modules/@biomejs/cli-darwin-x64', { version, optional, os, cpu }]`.
 */
export function missingOptionalPackages(packages) {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies)
      .filter(([name, version]) => /^\d/.test(version) && !isThere(packages, path, name))
      .map(([name, version]) => [
        `node_modules/${name}`,
        { version, ...systemOf(name), ...(dev ? { dev } : {}), optional: true },
      ]),
  );
}

/** Where Node would look for it from `path`: beside it, and in every folder above. */
function isThere(packages, path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
}

/** Such packages carry the system in their name: `@scope/something-linux-x64-musl`. */
function systemOf(name) {
  const words = name.split('/').at(-1).split('-');
  const os = words.filter((word) => OS.includes(word));
  const cpu = words.filter((word) => CPU.includes(word));
  const libc = os.includes('linux') && words.includes('musl') ? ['musl'] : [];
  return Object.fromEntries(Object.entries({ os, cpu, libc }).filter(([, value]) => value.length > 0));
}

const OS = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
  'aix',
];
const CPU = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];
