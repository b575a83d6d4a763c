/** Whether the process is stopping. */
export type Lifecycle = { stopping: boolean }
