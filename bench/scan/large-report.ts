import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

/** A finding as Trivy writes it, with description and references of a usual length: 3.5 kB. */
const vulnerability = (index: number): object => ({
  VulnerabilityID: `CVE-2026-${10_000 + index}`,
  PkgID: `library-${index % 700}@1.2.3`,
  PkgName: `library-${index % 700}`,
  PkgIdentifier: { PURL: `pkg:deb/debian/library-${index % 700}@1.2.3?arch=amd64&distro=debian-12.5`, UID: index.toString(16) },
  InstalledVersion: '1.2.3',
  ...(index % 3 !== 0 && { FixedVersion: `1.2.${4 + (index % 5)}` }),
  Status: index % 3 === 0 ? 'affected' : 'fixed',
  Layer: { DiffID: `sha256:${'05'.repeat(32)}` },
  SeveritySource: 'debian',
  PrimaryURL: `https://avd.aquasec.com/nvd/cve-2026-${10_000 + index}`,
  DataSource: { ID: 'debian', Name: 'Debian Security Tracker', URL: 'https://salsa.debian.org/security-tracker-team/security-tracker' },
  Title: `library: a fault in the ${index}th function`,
  Description: 'A specially crafted input makes the function read beyond the end of its buffer. '.repeat(18),
  Severity: ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'UNKNOWN'][index % 5],
  CweIDs: ['CWE-125'],
  VendorSeverity: { debian: 2, nvd: 3, redhat: 2 },
  CVSS: { nvd: { V3Vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:H', V3Score: 9.1 } },
  References: Array.from({ length: 16 }, (_, reference) => `https://example.com/advisories/2026/${index}/${reference}`),
  PublishedDate: '2026-06-27T11:15:24Z',
  LastModifiedDate: '2026-08-01T00:15:10Z',
})

const packageEntry = (index: number): object => ({
  ID: `library-${index}@1.2.3`,
  Name: `library-${index}`,
  Identifier: { PURL: `pkg:deb/debian/library-${index}@1.2.3?arch=amd64&distro=debian-12.5`, UID: index.toString(16) },
  Version: '1.2.3',
  Arch: 'amd64',
  SrcName: `library-${index}`,
  Licenses: ['GPL-2.0-only', 'LGPL-2.1-or-later'],
  Maintainer: 'nobody <nobody@example.com>',
  InstalledFiles: Array.from({ length: 20 }, (_, file) => `/usr/share/library-${index}/file-${file}`),
})

/** Writes a report of so many findings and packages, indented as Trivy does it; its size in bytes. */
export const writeReport = async (path: string, findings: number, packages: number): Promise<number> => {
  const out = createWriteStream(path)
  let bytes = 0
  const write = async (text: string): Promise<void> => {
    bytes += Buffer.byteLength(text)
    if (!out.write(text)) await once(out, 'drain')
  }
  const list = async (count: number, item: (index: number) => object): Promise<void> => {
    for (let index = 0; index < count; index += 1) await write(`${index === 0 ? '' : ','}${JSON.stringify(item(index), null, 2)}`)
  }
  await write('{"SchemaVersion":2,"CreatedAt":"2026-11-22T00:00:00Z","ArtifactName":"shop","ArtifactType":"container_image",')
  await write('"Results":[{"Target":"shop (debian 12.5)","Class":"os-pkgs","Type":"debian","Packages":[')
  await list(packages, packageEntry)
  await write('],"Vulnerabilities":[')
  await list(findings, vulnerability)
  await write(']}]}')
  out.end()
  await once(out, 'close')
  return bytes
}
