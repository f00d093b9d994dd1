import { asName } from '../objects/names.ts'

/** Names of the objects that hold the documents of an app in an environment. */
export const documentNames = (app: string, environment: string): { readonly lease: string; readonly others: readonly string[] } => {
  const lease = `deploy-kit.${asName(app)}.${asName(environment)}`
  return { lease, others: ['approvals', 'records'].map((name) => `${lease}.${name}`) }
}
