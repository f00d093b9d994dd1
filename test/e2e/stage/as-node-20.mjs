// Takes away what a newer Node has and Node 20 has not, so that a bundle that uses it breaks here too (node.green, nodejs.org/api).
import zlib from 'node:zlib'

const lists = [
  [Map, ['groupBy']],
  [Object, ['groupBy']],
  [Promise, ['withResolvers', 'try']],
  [Array, ['fromAsync']],
  [URL, ['parse']],
  [RegExp, ['escape']],
  [Error, ['isError']],
  [Math, ['f16round', 'sumPrecise']],
  [Iterator, ['from', 'concat']],
  [Iterator.prototype, ['map', 'filter', 'take', 'drop', 'flatMap', 'reduce', 'toArray', 'forEach', 'some', 'every', 'find']],
  [Set.prototype, ['union', 'intersection', 'difference', 'symmetricDifference', 'isSubsetOf', 'isSupersetOf', 'isDisjointFrom']],
  [ArrayBuffer.prototype, ['transfer', 'transferToFixedLength']],
  [Uint8Array, ['fromBase64', 'fromHex']],
  [Uint8Array.prototype, ['toBase64', 'toHex']],
  [
    globalThis,
    ['Iterator', 'Float16Array', 'WebSocket', 'URLPattern', 'navigator', 'DisposableStack', 'AsyncDisposableStack', 'SuppressedError'],
  ],
  [zlib, ['createZstdCompress', 'createZstdDecompress', 'zstdCompress', 'zstdDecompress', 'zstdCompressSync', 'zstdDecompressSync']],
]
for (const [owner, names] of lists) for (const name of names) delete owner[name]
