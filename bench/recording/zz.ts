import { replay } from "./replay.ts"
console.log(await replay(Number(process.argv[2]), new AbortController().signal))
