import http from "k6/http"
import { Trend } from "k6/metrics"

import { expect, mustAnswer } from "../expect.ts"
import { membersOf, numberOf } from "./body.ts"
import { paramsFor } from "./request.ts"

const chargeTime = new Trend("charge_balance_time", true)

const FIND_USER = paramsFor("0_get_userId", 200)
const CHARGE = paramsFor("1_charge_balance", 201)
const BALANCE = paramsFor("6_get_balance", 200)

export function createAccounts(url: string) {
  return {
    findUser(name: string): number {
      const path = `${url}/users/id?name=${encodeURIComponent(name)}`
      const answer = http.get(path, FIND_USER)
      const userId = numberOf(answer)
      mustAnswer("0 user: 200 and the bare id", answer, answer.status === 200 && Number.isInteger(userId))
      return userId
    },

    /** Returns the balance after the charge; `before` is the balance so far, if it is known. */
    charge(userId: number, amount: number, before: number | undefined): number {
      const path = `${url}/users/${userId}/balance`
      const answer = http.post(path, JSON.stringify({ amount }), CHARGE)
      chargeTime.add(answer.timings.duration)
      const body = membersOf(answer)
      const balance = Number(body["balance"])
      mustAnswer("1 charge: 201 for this user", answer, answer.status === 201 && body["userId"] === userId)
      const right = before === undefined ? balance >= amount : balance === before + amount
      expect("1 charge: the balance grew by the amount", right)
      return balance
    },

    balance(userId: number): number {
      const answer = http.get(`${url}/users/${userId}/balance`, BALANCE)
      const body = membersOf(answer)
      const known = typeof body["balance"] === "number" && body["userId"] === userId
      mustAnswer("6 balance: 200 for this user", answer, answer.status === 200 && known)
      return Number(body["balance"])
    },
  }
}
