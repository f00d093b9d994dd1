const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 18)) {
  console.error(`deploy-kit needs Node 20.18 or newer; this is Node ${process.versions.node}. Start it by npm run deploy-kit, which brings its own.`)
  process.exit(1)
}
const { cli } = await import('../index.js')

await cli()
