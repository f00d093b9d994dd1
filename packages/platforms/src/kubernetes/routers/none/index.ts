import { KitError } from '@deploy-kit/core'
import type { Router, RouterModule } from '../router.ts'

/** No router: the canary never gets a share. For strategies that shift no traffic, and for a first release. */
export const withoutRouter = (because: string): Router => ({
  name: 'none',
  weight: () => Promise.resolve(0),
  attach: () => Promise.resolve(),
  setWeight: async (percent) => {
    if (percent === 0) return
    throw new KitError('plan-impossible', `${percent} % of the traffic cannot be sent to the canary: ${because}.`, {
      remedy: 'Name what shares the traffic, such as `router: gateway-api` or `router: replicas`, or use `strategy: rolling`.',
    })
  },
  detach: () => Promise.resolve(),
})

export const open: RouterModule<object>['open'] = () => Promise.resolve(withoutRouter('`router` is `none`'))
