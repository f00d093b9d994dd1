export { predicateOf, predicateType, scanPredicate, type ScanPredicate } from './predicate.ts'
export { isSigned, scanRecordOf, type ScanRecord } from './record.ts'
export { requireScan, type ScanRequirement } from './require-scan.ts'
