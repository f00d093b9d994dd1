/** Why a text is no value of its kind; the funnel adds the input's name, the text and what is allowed. */
export class InputRejected extends Error {
  override readonly name = 'InputRejected'
}
