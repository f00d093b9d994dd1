import { KitError } from '../errors.ts'
import type { InputValues, Inputs } from './define.ts'
import { InputRejected } from './input-rejected.ts'

/**
 * The typed values of all declared inputs.
 * @throws KitError `input-missing` or `input-invalid`, naming every input that is wrong
 */
export const readInputs = <I extends Inputs>(inputs: I, textOf: (name: string) => string): InputValues<I> => {
  const faults: { readonly code: 'input-missing' | 'input-invalid'; readonly message: string }[] = []
  const values: Record<string, unknown> = {}
  for (const [name, spec] of Object.entries(inputs)) {
    const given = textOf(name)
    const text = given === '' ? (spec.defaultText ?? '') : given
    if (text === '') {
      if (spec.required) faults.push({ code: 'input-missing', message: `\`${name}\` is required: ${spec.about} Allowed: ${spec.allowed}.` })
      continue
    }
    try {
      values[name] = spec.parse(text)
    } catch (error) {
      if (!(error instanceof InputRejected)) throw error
      const shown = spec.secret ? '(a secret)' : `\`${text}\``
      faults.push({ code: 'input-invalid', message: `\`${name}\`: ${shown} ${error.message}. Allowed: ${spec.allowed}.` })
    }
  }
  const [first] = faults
  if (first !== undefined) throw new KitError(first.code, faults.map((fault) => fault.message).join('\n  '))
  return values as InputValues<I>
}
