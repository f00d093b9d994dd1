export { predicateOf, predicateType, scanPredicate, type ScanPredicate } from './predicate.ts'
export { requireScan, type ScanRequirement } from './require-scan.ts'
