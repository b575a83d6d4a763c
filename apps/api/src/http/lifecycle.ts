/** What the whole process knows about its own end. */
export type Lifecycle = { stopping: boolean }
