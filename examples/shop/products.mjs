// Prices in cents. What has been reduced says what it cost before; the newest arrival never cost anything else.
export const products = [
  { id: 'anchor', name: 'Brass anchor', price: 4900, before: { amount: 5600, until: '2026-03-31' } },
  { id: 'barometer', name: 'Ship barometer', price: 12900, before: { amount: 14900, until: '2026-03-31' } },
  { id: 'compass', name: 'Pocket compass', price: 3400, before: { amount: 3900, until: '2026-03-31' } },
  { id: 'dinghy', name: 'Folding dinghy', price: 89900, before: { amount: 99900, until: '2026-03-31' } },
  { id: 'ensign', name: 'Signal flag set', price: 2700, before: { amount: 3200, until: '2026-03-31' } },
  { id: 'fender', name: 'Rope fender', price: 1800, before: { amount: 2100, until: '2026-03-31' } },
  { id: 'galley', name: 'Galley kettle', price: 4200, before: { amount: 4700, until: '2026-03-31' } },
  { id: 'hammock', name: 'Cotton hammock', price: 7600, before: { amount: 8800, until: '2026-03-31' } },
  { id: 'lantern', name: 'Storm lantern', price: 5400, before: { amount: 6200, until: '2026-03-31' } },
  { id: 'sextant', name: 'Brass sextant', price: 21900 },
]
