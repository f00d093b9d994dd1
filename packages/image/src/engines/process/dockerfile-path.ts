import { isAbsolute, join } from 'node:path'
import type { BuildRequest } from '../build-engine.ts'

/** Engines take the path as relative to where they are called; ours is relative to the context. */
export const dockerfilePath = ({ context, file = 'Dockerfile' }: BuildRequest): string => (isAbsolute(file) ? file : join(context, file))
