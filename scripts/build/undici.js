// Stands in the bundle where @actions/http-client imports undici. It does so for getAgentDispatcher(), which serves
// fetch behind a proxy and which nothing here calls; undici would be 420 kB and two thirds of the start of every step.
// The build fails when any other package asks for undici (bundle.ts).
export function ProxyAgent() {
  throw new Error('undici is not part of this bundle (docs/adr/0003-start-up.md)')
}
// The Kubernetes client makes this one for the fetch of its generated classes, which are left out too.
export { ProxyAgent as Agent }
