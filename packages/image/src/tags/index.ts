export { makeTags, type TagRequest, type Tags } from './make-tags.ts'
export { imageNames } from './image-names.ts'
export { eventOf, type BuildEvent, type GivenEvent } from './event.ts'
export { annotationArguments, annotationLevels, type AnnotationLevel } from './labels.ts'
