/** How far a workload is on its way to its specification. */
export interface RolloutStatus {
  readonly done: boolean
  /** It will not get there by itself. */
  readonly failed: boolean
  readonly text: string
}

export const waiting = (text: string): RolloutStatus => ({ done: false, failed: false, text })
export const failed = (text: string): RolloutStatus => ({ done: false, failed: true, text })
export const whole = (text: string): RolloutStatus => ({ done: true, failed: false, text })

export const notObserved = (name: string): RolloutStatus => waiting(`${name}: the change has not been observed yet`)
