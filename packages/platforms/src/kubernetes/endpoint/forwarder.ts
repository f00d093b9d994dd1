import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { PortForward } from '@kubernetes/client-node'
import { messageOf, type Logger } from '@deploy-kit/core'
import type { Endpoint } from '@deploy-kit/rollout'
import type { Connection } from '../api/index.ts'
import { isReady } from '../workload/pods.ts'
import type { Pod } from '../objects/models.ts'

/** A way to pods that have no traffic yet. */
export interface Forwarder {
  /** An address on this machine that leads to one of the pods that are ready; undefined when none is. */
  to(pods: readonly Pod[]): Promise<Endpoint | undefined>
}

/**
 * Forwards connections to pods through the API server, as `kubectl port-forward` does: no route, no Service and no network path to the
 * pods is needed. The listeners are on loopback, and end with the process.
 */
export const forwarder = (connection: Connection, log: Logger): Forwarder => {
  const listeners = new Map<string, Promise<Server>>()
  const portForward = new PortForward(connection.config)

  const carry = async (socket: Socket, namespace: string, name: string, port: number): Promise<void> => {
    socket.on('error', () => socket.destroy())
    const tunnel = await portForward.portForward(namespace, name, [port], socket, null, socket)
    // It is a function only where a broken tunnel is begun again, which nobody asked for.
    if (typeof tunnel === 'function') return
    tunnel.addEventListener('close', () => socket.destroy())
    socket.once('close', () => tunnel.close())
  }
  const listen = ({ namespace = '', name = '' }: NonNullable<Pod['metadata']>, port: number): Promise<Server> =>
    new Promise((ready, fail) => {
      const server = createServer((socket) => {
        carry(socket, namespace, name, port).catch((error: unknown) => {
          log.debug(`port-forward to ${name}: ${messageOf(error)}`)
          socket.destroy()
        })
      })
      server.once('error', fail)
      server.listen(0, '127.0.0.1', () => ready(server))
      server.unref()
    })

  return {
    to: async (pods) => {
      const pod = pods.find(isReady)
      const port = pod?.spec?.containers.flatMap(({ ports = [] }) => ports)[0]?.containerPort
      if (pod?.metadata === undefined || port === undefined) return undefined
      const key = `${pod.metadata.uid ?? ''}:${port}`
      const opened = listeners.get(key) ?? listen(pod.metadata, port)
      listeners.set(key, opened)
      const { port: local } = (await opened).address() as AddressInfo
      return { url: `http://127.0.0.1:${local}`, headers: {} }
    },
  }
}
