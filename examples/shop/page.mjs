const euros = (cents) => `€ ${(cents / 100).toFixed(2)}`

/** The shop's only page. */
export const page = ({ version, products, deal }) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Harbour Shop</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
  li { display: flex; justify-content: space-between; border-bottom: 1px solid #8884; padding: .4rem 0; }
  ul { list-style: none; padding: 0; }
  .deal { background: #fd03; padding: .6rem 1rem; border-radius: .5rem; }
</style>
</head>
<body>
<h1>Harbour Shop</h1>
${deal === null ? '' : `<p class="deal">Now: ${deal.name} for ${euros(deal.price)}${deal.off === undefined ? '' : `, ${deal.off} off`}</p>`}
<ul>
${products.map(({ name, price }) => `<li><span>${name}</span><span>${euros(price)}</span></li>`).join('\n')}
</ul>
<footer>${version}</footer>
</body>
</html>
`
