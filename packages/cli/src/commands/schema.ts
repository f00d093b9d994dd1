import { Argument, Command } from 'commander'
import { schemas, type SchemaName } from '../schemas.ts'

/** Prints a JSON Schema, for editors and checks. */
export const schemaCommand = (): Command =>
  new Command('schema')
    .description('print a JSON Schema')
    .addArgument(new Argument('<name>', 'which one').choices(Object.keys(schemas)))
    .action(async (name: SchemaName) => {
      process.stdout.write(`${JSON.stringify(await schemas[name](), null, 2)}\n`)
    })
