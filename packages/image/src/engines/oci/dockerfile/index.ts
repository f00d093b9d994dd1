export { logicalLines, type LogicalLine } from './logical-lines.ts'
