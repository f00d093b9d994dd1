import { products } from './products.mjs'

let next = 0

/**
 * The product that is praised at the top, another one with each request. `off`: none (v1); `on`: its price (v2); `percent`: how
 * much it has been reduced (v3), which forgets that a new product has no former price. So one request in ten throws,
 * and the first nine do not: the kind of fault that a smoke test misses and live traffic finds.
 */
export const dealOfTheMoment = (deals) => {
  if (deals === 'off') return null
  const product = products[next++ % products.length]
  const deal = { id: product.id, name: product.name, price: product.price }
  return deals === 'percent' ? { ...deal, off: percentOff(product) } : deal
}

const percentOff = ({ price, before }) => `${Math.round((1 - price / before.amount) * 100)} %`
