import { expect, it } from "vitest"

import { photograph } from "./browser.ts"

const photo = { page: "/nowhere.html", picture: "/nowhere/picture.png", width: 10, height: 10 }

it("tells that there is no browser instead of failing", async () => {
  expect(await photograph(photo, ["no-such-browser", "nor-this-one"])).toBe(false)
})

it("does not take the end of a browser for a picture", async () => {
  await expect(photograph(photo, ["true"])).rejects.toThrow("true made no picture")
})
