import { expect, test } from '@jest/globals'
import { abilities, registry, type RouterName } from '../../../../packages/platforms/src/kubernetes/routers/index.ts'

const names = Object.keys(registry) as readonly RouterName[]

test.each(names)('the router %s takes a header and a cookie where the table says that it can', (name) => {
  const takes = (options: object): boolean => registry[name].options.safeParse(options).success
  expect({ header: takes({ header: { name: 'x-canary' } }), cookie: takes({ cookie: { name: 'canary' } }) }).toEqual({
    header: abilities[name].header.can,
    cookie: abilities[name].cookie.can,
  })
})
